"""When Python looks for garbage: not before the first frame, and later never again through what was loaded for it.

Loading Qt and the window makes some hundred thousand objects that live as long as the process; walking them takes
about ten milliseconds each time, many times before the first frame. Must not know: the window.
"""

from __future__ import annotations

import gc

_held = False


def hold_collections() -> None:
    """Look for no garbage from now on, until `resume_collections`; called before anything is loaded."""
    global _held
    if gc.isenabled():
        _held = True
        gc.disable()


def resume_collections() -> None:
    """Look for garbage again, and never walk what is there by now. Does nothing when nothing was held."""
    global _held
    if _held:
        _held = False
        gc.freeze()
        gc.enable()
