"""Programs for the people who work on mt5console; none of them is installed with it."""
