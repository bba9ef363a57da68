"""The terminal's global variables: in memory, written at a clean exit or a flush, dropped four weeks after last use.

`bases/gvariables.dat` here is plain UTF-8, one variable a line: name, value and last access (UTC seconds), parted by
tabs. (MetaTrader's own format is unknown and nobody outside may read it.) Must not know: what variables mean.
"""

from __future__ import annotations

from mt5console.simulation.disk import Disk

NAME_LIMIT = 63
_LIFETIME_S = 28 * 86_400.0


class GlobalVariables:
    """Names of up to 63 characters to numbers; reading a variable keeps it alive."""

    def __init__(self) -> None:
        self._values: dict[str, tuple[float, float]] = {}

    def set(self, name: str, value: float, utc_s: float) -> bool:
        """Set a variable; False when its name is empty or too long."""
        if not 0 < len(name) <= NAME_LIMIT:
            return False
        self._values[name] = (value, utc_s)
        return True

    def get(self, name: str, utc_s: float) -> float | None:
        """The variable's value, None when there is none; reading it keeps it alive."""
        found = self._values.get(name)
        if found is not None:
            self._values[name] = (found[0], utc_s)
        return None if found is None else found[0]

    def used_utc_s(self, name: str) -> float | None:
        """When the variable was last used, None when there is none."""
        found = self._values.get(name)
        return None if found is None else found[1]

    def names(self) -> tuple[str, ...]:
        """All names, sorted."""
        return tuple(sorted(self._values))

    def delete(self, name: str) -> bool:
        """Forget a variable; False when there was none."""
        return self._values.pop(name, None) is not None

    def starting_with(self, prefix: str, utc_s: float) -> tuple[tuple[str, float], ...]:
        """All variables of this prefix, sorted by name."""
        found = []
        for name in sorted(self._values):
            if name.startswith(prefix):
                value = self._values[name][0]
                self._values[name] = (value, utc_s)
                found.append((name, value))
        return tuple(found)

    def save(self, disk: Disk, path: str) -> None:
        """Write all to the terminal's file. Raises OSError."""
        lines = [f"{name}\t{value!r}\t{used!r}\n" for name, (value, used) in sorted(self._values.items())]
        disk.replace(path, "".join(lines).encode("utf-8"))

    def load(self, disk: Disk, path: str, utc_s: float) -> None:
        """Read what was saved, without the variables that nobody used for four weeks; wrong lines are passed over."""
        for line in (disk.read(path) or b"").decode("utf-8", "replace").splitlines():
            parts = line.split("\t")
            try:
                name, value, used = parts[0], float(parts[1]), float(parts[2])
            except (ValueError, IndexError):
                continue
            if utc_s - used < _LIFETIME_S and 0 < len(name) <= NAME_LIMIT:
                self._values[name] = (value, used)
