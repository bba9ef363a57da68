"""Torn sources: any structural token less is refused, and no bytes make the checker fall over."""

import functools
import random
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mt5console.core.deployment.sources import list_templates, render_template
from tools.mql5check.check import check_file, check_text
from tools.mql5check.lexer import SourceError, tokenize
from tools.mql5check.parser import parse_all
from tools.mql5check.source_files import UnreadableFile, decode

ROOT = Path(__file__).resolve().parents[2]
STRUCTURAL = frozenset(";{}()")


@functools.cache
def sources():
    """Every source of ours and every rendered template: its text, its place, and where its structural tokens are."""
    texts = [(path.read_text(encoding="utf-8"), path) for path in sorted((ROOT / "mql5").rglob("*.mq*"))]
    place = ROOT / "mql5" / "Experts" / "Rendered.mq5"
    texts += [(render_template(name, 5, 777), place) for name in list_templates()]
    return [(text, path, structural_places(text, path)) for text, path in texts]


def structural_places(text, path):
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    tokens = tokenize(text, str(path))
    return [
        starts[token.line - 1] + token.column - 1
        for token in tokens
        if token.kind == "operator" and token.text in STRUCTURAL
    ]


@settings(max_examples=150, deadline=None)
@given(st.randoms(use_true_random=False))
def test_a_source_without_one_structural_token_is_refused(chance: random.Random):
    text, path, places = chance.choice(sources())
    at = chance.choice(places)
    torn = text[:at] + text[at + 1 :]
    line = text.count("\n", 0, at) + 1
    assert text[at] in STRUCTURAL
    assert parse_all(torn, str(path))[1] or check_text(torn, path), f"{path}:{line} without {text[at]}"


def test_every_semicolon_of_our_sources_counts():
    for text, path, places in sources():
        semicolons = [at for at in places if text[at] == ";"]
        for at in semicolons[:: max(1, len(semicolons) // 12)]:
            assert parse_all(text[:at] + text[at + 1 :], str(path))[1], f"{path} at {at}"


@settings(max_examples=30, deadline=None)
@given(st.randoms(use_true_random=False))
def test_what_is_left_of_a_torn_source_is_judged_and_not_more(chance: random.Random):
    text, path, _ = chance.choice(sources())
    begin = chance.randrange(len(text))
    torn = text[:begin] + text[begin + chance.randrange(200) :]
    for error in check_text(torn, path):
        assert isinstance(error, SourceError)
        assert error.line >= 1
        assert error.column >= 1
        assert error.text


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
@example(b"")
@example(b"\x00")
@example(b"\xff\xfe")
@example(b"#")
@example(b"#define")
@example(b'#include "\x00"')
@example(b"'\\")
@example(b'"\\')
def test_any_bytes_give_an_answer(data):
    path = Path("Any.mq5")
    try:
        text = decode(data)
    except UnicodeDecodeError:
        return
    assert all(error.line >= 1 and error.text for error in check_text(text, path))


WORDS = """
int double string void class struct enum interface template typename if else for while do switch
case default break return const static input virtual public private new delete this sizeof operator
A B x y f ( ) { } [ ] ; , . : :: ? = == + - * / % & && | || ! ~ < > << >> ++ -- += -> 0 1 2.5 'a'
D'2026.01.01' C'1,2,3' true NULL Print MqlTick "s" #define #include #property
"""


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([*WORDS.split(), "\n"]), max_size=60))
def test_any_words_give_an_answer(words):
    assert all(error.line >= 1 and error.text for error in check_text(" ".join(words), Path("Words.mq5")))


@pytest.mark.parametrize(
    "text",
    [
        "int x = " + "(" * 5000 + "1" + ")" * 5000 + ";",
        "void F() " + "{" * 5000 + "}" * 5000,
        "int x = " + "-" * 5000 + "1;",
        "int x = " + "a ? b : " * 5000 + "1;",
        "int x = " + "1 + " * 50_000 + "1;",
        "int x = " + "a = " * 5000 + "1;",
        "int a[] = " + "{" * 5000,
        "class A : public " * 3000,
        "void F() { " + "if(true) " * 5000 + "Print(1); }",
        "void F() { " + "if(true) Print(1); else " * 5000 + "Print(1); }",
    ],
    ids=lambda text: text[:24],
)
def test_what_is_nested_too_deep_is_refused_in_words(text):
    errors = check_text(text, Path("Deep.mq5"))
    assert errors
    assert all(error.line == 1 for error in errors)


def test_a_long_sum_and_many_branches_are_fine():
    sums = "int x = " + " + ".join(["1"] * 900) + ";\n"
    branches = (
        "void F(int n)\n  {\n   "
        + "".join(f"if(n == {n}) Print({n});\n   else " for n in range(450))
        + "Print(n);\n  }\n"
    )
    text = sums + branches + "void OnStart()\n  {\n   F(x);\n  }\n"
    assert [str(error) for error in check_text(text, Path("Long.mq5"))] == []


def test_a_missing_file_is_said_to_be_missing(tmp_path):
    with pytest.raises(UnreadableFile, match="does not exist"):
        check_file(tmp_path / "Nowhere.mq5")
