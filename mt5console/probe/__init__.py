"""The MetaTrader5 package in killable child processes: it never releases the GIL, so it never runs in the engine."""
