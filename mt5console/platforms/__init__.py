"""Adapters of the core's ports to an operating system and to MetaTrader's programs."""
