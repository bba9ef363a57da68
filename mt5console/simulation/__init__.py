"""A simulated MetaTrader 5 world: terminals, MetaEditor, broker and the package, as real processes and files."""
