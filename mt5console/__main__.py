"""`python -m mt5console`."""

import sys

from mt5console.cli import main

if __name__ == "__main__":
    sys.exit(main())
