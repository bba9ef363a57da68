"""`python -m mt5console`, and where a frozen program begins."""

import sys

from mt5console.interpreter import RUN_WORD, run

if __name__ == "__main__":
    if sys.argv[1:2] == [RUN_WORD]:
        run(sys.argv[2:])
    else:
        # Loaded here: a child that only runs a script is not to wait for every command.
        from mt5console.cli import main

        sys.exit(main())
