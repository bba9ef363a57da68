"""What the watchdog remembers of one terminal."""
