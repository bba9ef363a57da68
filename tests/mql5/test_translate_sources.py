"""Every MQL5 source of ours, every rendered template and every program of the subset compiles without a message."""

import subprocess
from pathlib import Path

import pytest

from mt5console.core.deployment.rendering import render_template
from tests.mql5.small_workshop import Workshop
from tests.mql5.test_runtime_values import VALUES
from tools.mql5check.build import build, runtime
from tools.mql5check.builtins import CONSTANTS, ENUMS, FUNCTIONS, STRUCTS, VARIABLES

ROOT = Path(__file__).resolve().parents[2]
OURS = sorted((ROOT / "mql5").rglob("*.mq5"))
GOOD = sorted((ROOT / "tests" / "mql5" / "good").glob("*.mq5"))
TEMPLATES = sorted(path.name.partition(".")[0] for path in (ROOT / "resources" / "robots").glob("*.j2"))


def test_there_is_something_to_compile():
    assert len(OURS) >= 2
    assert len(TEMPLATES) >= 2


@pytest.mark.parametrize("source", OURS + GOOD, ids=lambda path: path.name)
def test_a_source_compiles_as_it_stands(compiler, tmp_path, source):
    built = build(source, out=tmp_path / "program")
    # MetaEditor warns of a sign mismatch too, and takes the file.
    assert [line for line in built.messages if "-Wsign-compare" not in line] == []


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_rendered_template_compiles_as_it_stands(compiler, native_cache, template):
    assert Workshop(native_cache).compile(render_template(template, 7, 1007)).messages == ()


def test_every_built_in_of_the_table_can_be_compiled(compiler, tmp_path):
    names = [*FUNCTIONS, *ENUMS, *STRUCTS, *(name for name in CONSTANTS if not name.startswith("__"))]
    text = '#include "mql.hpp"\n' + "".join(f"using mql::{name};\n" for name in names)
    text += "".join(f"auto variable{place} = {name};\n" for place, name in enumerate(VARIABLES))
    unit = tmp_path / "all.cpp"
    unit.write_text(text, encoding="utf-8")
    words = [compiler, "-std=c++17", "-fsyntax-only", "-I", str(runtime()), str(unit)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.stderr == ""


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_sanitizers_find_nothing_in_the_runtime(compiler, native_cache):
    lines = list(VALUES)
    assert Workshop(native_cache).values(lines, sanitize=True) == list(VALUES.values())
