"""The watchdog: checks, decisions and recovery as pure functions over facts. No clock, no I/O, no thread, no SQL."""
