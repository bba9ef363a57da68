"""mt5console: deploy MetaTrader 5 robots with proof, watch their terminals, keep each user apart.

This package's root imports nothing, so that a simulated terminal or a probe child starts in milliseconds.
"""

__version__ = "0.1.0"
