"""What the simulated MetaEditor refuses in a source, and what it learns of an expert from it.

It refuses only what is certainly wrong: unbalanced brackets, statements without an end, an expert without OnInit.
Must not know: files' encodings, logs, or the format of the compiled file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from mt5console.simulation.binary import INIT_FAILED, INIT_SUCCEEDED
from mt5console.simulation.mql5_source import Message, Program, Token

CODE_UNBALANCED = 149
CODE_SEMICOLON = 155
CODE_NO_ENTRY = 209

PLACEHOLDER_COMMENT = "mt5console placeholder"
CONSOLE_INCLUDE = "mt5console/"
CONSOLE_CALLS = ("Mt5ConsoleInit", "Mt5ConsoleInitShared", "Mt5ConsoleTimer", "Mt5ConsoleDeinit")

_CLOSING = {")": "(", "]": "[", "}": "{"}
_CONTROL = ("if", "for", "while", "switch")
_CLAUSES = (*_CONTROL, "else", "do", "return", "case", "default")
_LEGACY_WORDS = ("heartbeat_", "EA_HEARTBEAT_")
_LEGACY_ID = re.compile(r"heartbeat_(\d+)\.txt|EA_HEARTBEAT_(\d+)")
_ROBOT_ID_NAMES = ("robotid", "inprobotid", "earobotid")
_FAILING_RESULTS = ("INIT_FAILED", "INIT_PARAMETERS_INCORRECT", "INIT_AGENT_NOT_SUITABLE")
_OTHER_ENTRIES = ("OnStart", "OnCalculate")


def check(program: Program) -> tuple[Message, ...]:
    """Everything wrong with a program, what the reader found included, in the order of the files."""
    messages = [*program.messages, *_unbalanced(program)]
    if not messages:
        messages += _unended_statements(program)
    if not messages and not any(_defines(program, name) for name in ("OnInit", *_OTHER_ENTRIES)):
        text = "'OnInit' - event handling function not found"
        messages.append(Message(file=program.source, line=1, column=1, code=CODE_NO_ENTRY, text=text))
    return tuple(messages)


def _error(token: Token, code: int, text: str) -> Message:
    return Message(file=token.file, line=token.line, column=token.column, code=code, text=text)


def _unbalanced(program: Program) -> Iterator[Message]:
    opened: list[Token] = []
    for token in program.tokens:
        if token.kind != "sign":
            continue
        if token.text in _CLOSING.values():
            opened.append(token)
        elif token.text in _CLOSING:
            if not opened or opened[-1].text != _CLOSING[token.text]:
                yield _error(token, CODE_UNBALANCED, f"'{token.text}' - unexpected token, unbalanced brackets")
                return
            opened.pop()
    if opened:
        yield _error(opened[-1], CODE_UNBALANCED, f"'{opened[-1].text}' - unbalanced, closing bracket not found")


def _unended_statements(program: Program) -> list[Message]:
    """Statements that a closing brace of a code block cuts off: `Print("x") }`. Only what is certain."""
    found: list[Message] = []
    blocks: list[bool] = []
    parens: list[int] = []
    call_of: dict[int, str] = {}
    tokens = program.tokens
    for index, token in enumerate(tokens):
        if token.kind != "sign":
            continue
        before = tokens[index - 1] if index else None
        if token.text == "(":
            parens.append(index)
        elif token.text == ")":
            start = parens.pop()
            call_of[index] = tokens[start - 1].text if start else ""
        elif token.text == "{":
            blocks.append(_opens_code(before, blocks))
        elif token.text == "}":
            is_code = blocks.pop()
            if is_code and before is not None and _is_unended(before, call_of.get(index - 1, ""), program):
                found.append(_error(token, CODE_SEMICOLON, f"'{token.text}' - semicolon expected"))
    return found


def _opens_code(before: Token | None, blocks: Sequence[bool]) -> bool:
    """Whether a brace begins statements: after `)`, `else`, `do`, or among statements; not a list or a type."""
    if before is None:
        return False
    if before.text in (")", "else", "do", "const", "override"):
        return True
    return bool(blocks) and blocks[-1] and before.text in (";", "{", "}", ":")


def _is_unended(last: Token, call: str, program: Program) -> bool:
    if last.kind in ("number", "string", "char"):
        return True
    if last.kind == "name":
        return last.text not in program.defines and last.text not in _CLAUSES
    return last.text == ")" and call not in _CONTROL and call not in program.defines


def _defines(program: Program, function: str) -> bool:
    return _body(program, function) is not None


def _body(program: Program, function: str) -> list[Token] | None:
    """The tokens between the braces of a function's definition, None when there is none."""
    tokens = program.tokens
    for index, token in enumerate(tokens[:-1]):
        if token.text != function or tokens[index + 1].text != "(":
            continue
        end = _matching(tokens, index + 1)
        if end is not None and end + 1 < len(tokens) and tokens[end + 1].text == "{":
            close = _matching(tokens, end + 1)
            return tokens[end + 2 : close] if close is not None else None
    return None


def _matching(tokens: Sequence[Token], start: int) -> int | None:
    depth = 0
    for index in range(start, len(tokens)):
        if tokens[index].kind == "sign":
            depth += (tokens[index].text in _CLOSING.values()) - (tokens[index].text in _CLOSING)
            if depth == 0:
                return index
    return None


def find_inputs(program: Program) -> tuple[tuple[str, str], ...]:
    """(name, default) of every `input` and `sinput` variable, in order; a text's default without its quotes."""
    found: list[tuple[str, str]] = []
    tokens = program.tokens
    for index, token in enumerate(tokens):
        if token.kind != "name" or token.text not in ("input", "sinput"):
            continue
        end = index + 1
        while end < len(tokens) and tokens[end].text != ";":
            end += 1
        if end == len(tokens) or tokens[index + 1].text == "group":
            continue
        for variable in _variables(tokens[index + 2 : end]):
            if variable and variable[0].kind == "name":
                found.append((variable[0].text, _default(variable[1:])))
    return tuple(found)


def _variables(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """What stands between the commas of a declaration; those in brackets divide nothing."""
    variable: list[Token] = []
    depth = 0
    for token in tokens:
        if token.kind == "sign":
            depth += (token.text in _CLOSING.values()) - (token.text in _CLOSING)
        if token.kind == "sign" and token.text == "," and depth == 0:
            yield variable
            variable = []
        else:
            variable.append(token)
    yield variable


def _default(tokens: Sequence[Token]) -> str:
    """The words behind `=`, texts without their quotes."""
    return "".join(_unquoted(token.text) if token.kind == "string" else token.text for token in tokens[1:])


def _unquoted(text: str) -> str:
    plain = {"n": "\n", "t": "\t", "r": "\r"}
    return re.sub(r"\\(.)", lambda match: plain.get(match[1], match[1]), text[1:-1])


def speaks_protocol(program: Program) -> bool:
    """Whether the expert includes Mt5Console's include and calls it (the include's own words do not count)."""
    if not any(name.casefold().startswith(CONSOLE_INCLUDE) for name in program.library_includes):
        return False
    return any(
        token.text in CONSOLE_CALLS and after.text == "(" and not _is_own_include(token.file)
        for token, after in zip(program.tokens, program.tokens[1:], strict=False)
    ) or any(call in value for call in CONSOLE_CALLS for value in program.defines.values())


def _is_own_include(file: Path) -> bool:
    """Whether a file is the include itself (slots of robots lie in a folder of the same name under Experts)."""
    return [part.casefold() for part in file.parts[-3:-1]] == ["include", CONSOLE_INCLUDE[:-1]]


def writes_legacy_heartbeat(program: Program) -> bool:
    """Whether some text of the source names the seed's one-line heartbeat."""
    return any(word in token.text for token in program.tokens if token.kind == "string" for word in _LEGACY_WORDS)


def legacy_robot_id(program: Program) -> int | None:
    """The robot id of the seed's heartbeat: from its file's or variable's name, else from a robot id that is set."""
    for token in program.tokens:
        match = _LEGACY_ID.search(token.text) if token.kind == "string" else None
        if match is not None:
            return int(match[1] or match[2])
    for name, value in (*find_inputs(program), *program.defines.items()):
        if name.replace("_", "").casefold() in _ROBOT_ID_NAMES and value.strip().isdigit():
            return int(value)
    return None


def init_result(program: Program) -> int:
    """1 when OnInit's own level of statements returns a failure, else 0."""
    depth = 0
    before = "{"
    body = _body(program, "OnInit") or []
    for index, token in enumerate(body):
        if token.kind == "sign":
            depth += (token.text in _CLOSING.values()) - (token.text in _CLOSING)
        if token.text == "return" and depth == 0 and before in ("{", "}", ";"):
            words = [word.text for word in body[index + 1 : index + 4] if word.text not in ("(", ")", ";")]
            return INIT_FAILED if words and words[0] in _FAILING_RESULTS else INIT_SUCCEEDED
        before = token.text
    return INIT_SUCCEEDED


def role_of(program: Program) -> str:
    """Placeholder by its comment, agent by its place and name, else robot."""
    if any(comment.lstrip("/").strip() == PLACEHOLDER_COMMENT for comment in program.comments):
        return "placeholder"
    if program.source.stem == "Agent" and program.source.parent.name.casefold() == CONSOLE_INCLUDE[:-1]:
        return "agent"
    return "robot"
