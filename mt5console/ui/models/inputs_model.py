"""A robot's inputs while a person edits them: what is typed, whether it is a value, what differs from before.

Must not know: widgets, files, or where the description comes from.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from mt5console.core.deployment.inputs.description import InputSpec, Kind, SourceInputs
from mt5console.core.deployment.inputs.preset import preset_from, preset_values
from mt5console.core.deployment.inputs.values import canonical, shown
from mt5console.core.errors import UsageInvalid

Pairs = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class _Typed:
    """One input: what stands in its field, the canonical value (None: unset or wrong), why it is wrong."""

    text: str
    value: str | None
    error: str = ""


class InputsModel(QObject):
    """The values of one robot's inputs.

    Signals:
        described: the inputs are others; everything is to be shown anew.
        changed: the name of an input whose value, text or error changed.
    """

    described = Signal()
    changed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._inputs = SourceInputs()
        self._before: dict[str, str] = {}
        self._specs: dict[str, InputSpec] = {}
        self._were: dict[str, str | None] = {}
        self._typed: dict[str, _Typed] = {}

    def set_plain(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Names and values without a description: each is a line of text until more is known."""
        before = dict(pairs)
        specs = tuple(InputSpec(name=name, type_name="", kind=Kind.OPAQUE) for name in before)
        self.set_described(SourceInputs(inputs=specs), before)

    def set_described(self, inputs: SourceInputs, before: Mapping[str, str]) -> None:
        """These inputs, with the values that are registered; the rest have their defaults."""
        self._inputs = inputs
        self._before = {spec.name: before[spec.name] for spec in inputs.own if spec.name in before}
        self._specs = {spec.name: spec for spec in inputs.own}
        self._were = {name: self.value_before(spec) for name, spec in self._specs.items()}
        self._typed = {name: self._known(spec, self._were[name]) for name, spec in self._specs.items()}
        self.described.emit()

    # ---- looking ----------------------------------------------------------------------------------------------------

    @property
    def inputs(self) -> SourceInputs:
        """The description."""
        return self._inputs

    def text(self, name: str) -> str:
        """What stands in the field."""
        return self._typed[name].text

    def value(self, name: str) -> str | None:
        """The canonical value; None while it is unset (the source's own default) or wrong."""
        return self._typed[name].value

    def error(self, name: str) -> str:
        """Why what is typed is no value; empty when it is one."""
        return self._typed[name].error

    def value_before(self, spec: InputSpec) -> str | None:
        """What is registered, or the default."""
        return self._before.get(spec.name, spec.default)

    def is_changed(self, name: str | None = None) -> bool:
        """Whether this input (or any) differs from before."""
        names = self._specs if name is None else (name,)
        return any(self._typed[one].error or self._typed[one].value != self._were[one] for one in names)

    @property
    def wrong(self) -> tuple[str, ...]:
        """Names of the inputs whose fields hold no value."""
        return tuple(name for name, typed in self._typed.items() if typed.error)

    def values(self) -> Pairs:
        """Every value that is known, in the source's order."""
        return tuple((name, typed.value) for name, typed in self._typed.items() if typed.value is not None)

    def given(self) -> Pairs:
        """The values that differ from the source's defaults."""
        return tuple((name, value) for name, value in self.values() if value != self._spec(name).default)

    # ---- editing ----------------------------------------------------------------------------------------------------

    def type_text(self, name: str, text: str) -> None:
        """Take over what stands in a field. What is no value is kept, with the reason."""
        spec = self._spec(name)
        if text == "" and spec.default is None and spec.kind is not Kind.TEXT and name not in self._before:
            typed = _Typed(text, None)
        else:
            try:
                typed = _Typed(text, canonical(spec, text))
            except UsageInvalid as refused:
                typed = _Typed(text, None, refused.text)
        if typed != self._typed[name]:
            self._typed[name] = typed
            self.changed.emit(name)

    def refuse(self, name: str, why: str) -> bool:
        """The engine took this value for none; False when there is no such input."""
        if name not in self._typed:
            return False
        self._typed[name] = _Typed(self._typed[name].text, None, why)
        self.changed.emit(name)
        return True

    def set_defaults(self) -> None:
        """Every input back to the source's default."""
        self._take({spec.name: spec.default for spec in self._inputs.own})

    def take_preset(self, pairs: Iterable[tuple[str, str]], name: str) -> int:
        """Take a preset's values over, all or none; gives how many inputs it named. Raises `UsageInvalid`."""
        found = preset_values(self._inputs, pairs, name)
        self._take(found)
        return len(found)

    def preset(self, title: str) -> bytes:
        """What is set now, as a preset file. Raises `UsageInvalid` for what a preset cannot hold."""
        return preset_from(self._inputs, dict(self.values()), title)

    def _take(self, values: Mapping[str, str | None]) -> None:
        for name, value in values.items():
            self._typed[name] = self._known(self._spec(name), value)
            self.changed.emit(name)

    def _known(self, spec: InputSpec, value: str | None) -> _Typed:
        return _Typed("" if value is None else shown(spec, value), value)

    def _spec(self, name: str) -> InputSpec:
        return self._specs[name]
