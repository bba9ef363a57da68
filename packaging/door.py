"""The first script of the frozen program: a child that is to be an interpreter becomes one here.

Before the freezer's own preparations, which load a good part of Qt: a probe child starts in a tenth of the time.
"""

import sys

from mt5console.interpreter import RUN_WORD, run

if sys.argv[1:2] == [RUN_WORD]:
    run(sys.argv[2:])
    sys.exit()
