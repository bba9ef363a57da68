"""What a process runs, told from its image and its command line: the image itself, and the script that it interprets.

Must not know: where the image and the command line were read from.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence

from mt5console.interpreter import RUN_WORD

_INTERPRETER = re.compile(r"^(python|pypy)[\d.]*$|^(sh|ash|bash|dash|ksh|zsh|busybox)$")
_TAKES_A_VALUE = "WX"
_LEAVES_NO_SCRIPT = "cm"
_LAST_PLACE = 5
_DELETED = " (deleted)"


def programs_of(image: str, argv: Sequence[str], working_directory: Callable[[], str]) -> tuple[str, ...]:
    """Real absolute paths of what runs: the image, and the script when the image is an interpreter.

    `image` is `""` when it may not be read (another account's process): then the command line alone is believed,
    so that a terminal which somebody else started is not overlooked.
    """
    found: list[str] = []
    if image:
        found.append(_undeleted(image))
    if not image and argv and os.path.isabs(argv[0]):
        found.append(os.path.realpath(argv[0]))
    if not image or _INTERPRETER.match(os.path.basename(found[0])) or list(argv[1:2]) == [RUN_WORD]:
        script = _script(argv)
        if script:
            found.append(os.path.realpath(os.path.join(working_directory(), script)))
    return tuple(dict.fromkeys(found))


def _undeleted(image: str) -> str:
    """A replaced file's process still runs from that path: the kernel's mark is taken off."""
    if image.endswith(_DELETED) and not os.path.lexists(image):
        return image.removesuffix(_DELETED)
    return image


def _script(argv: Sequence[str]) -> str | None:
    """The first argument that is neither an option nor an option's value; None for `-c`, `-m` and no script."""
    # A frozen console is its own interpreter, and says so in its first word.
    place = 2 if list(argv[1:2]) == [RUN_WORD] else 1
    while place < min(len(argv), _LAST_PLACE):
        argument = argv[place]
        if argument.startswith(("/portable", "/config:")):
            return None
        if not argument.startswith("-") or argument == "-":
            return argument if argument not in ("", "-") else None
        place += 1
        if argument.startswith("--"):
            continue
        for index, letter in enumerate(argument[1:], start=1):
            if letter in _LEAVES_NO_SCRIPT:
                return None
            if letter in _TAKES_A_VALUE:
                place += index == len(argument) - 1
                break
    return None
