"""The translator keeps every piece on its line, takes texts of any characters as data, and says what it cannot do."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mql5.small_workshop import Workshop
from tools.mql5check import build as build_module
from tools.mql5check.build import BuildError, build, main
from tools.mql5check.program import load_text
from tools.mql5check.translate import translate
from tools.mql5check.translate_expressions import cpp_string, written_text
from tools.mql5check.translate_writer import LineWriter

_UNMARKED = ("delete", "else", "sizeof", "while")  # words that no node has a place for, or that C++ spells otherwise


def _lines(text):
    """Every piece of a C++ text with the file and line that the compiler takes it for."""
    path, line, found = "", 1, []
    for row in text.splitlines():
        mark = re.fullmatch(r'#line (\d+) "(.*)"', row)
        if mark:
            line, path = int(mark[1]), mark[2]
            continue
        found += [(path, line, word) for word in row.split()]
        line += 1
    return found


def _translated(text, path="x.mq5"):
    program, errors = load_text(text, Path(path))
    assert errors == []
    return translate(program)


@given(st.lists(st.tuples(st.integers(1, 3000), st.booleans()), max_size=40))
def test_the_writer_puts_every_piece_on_its_line(pieces):
    writer = LineWriter()
    writer.file("a.mq5")
    for place, (line, alone) in enumerate(pieces):
        write = writer.directive if alone else writer.put
        write(f"piece{place}" + ("" if alone else " "), line)
    expected = [("a.mq5", line, f"piece{place}") for place, (line, _) in enumerate(pieces)]
    assert _lines(writer.text()) == expected


@given(st.text(alphabet=st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=60))
def test_a_text_of_any_characters_is_a_literal_of_its_bytes(text):
    literal = cpp_string(text)
    assert literal.isascii()
    body = literal[1:-1]
    assert '"' not in body.replace('\\"', "")
    decoded = re.sub(rb"\\(\d{3})", lambda octal: bytes([int(octal[1], 8)]), body.encode())
    assert decoded.decode() == text


@pytest.mark.parametrize(
    ("literal", "text"),
    [
        (r'"a\tb\n"', "a\tb\n"),
        (r'"\x41\x20AC"', "A€"),
        (r'"\\n"', "\\n"),
        (r'"q\"q"', 'q"q'),
        ('"one" "two"', "onetwo"),
        ('"// no comment"', "// no comment"),
    ],
)
def test_escapes_are_those_of_mql5(literal, text):
    assert written_text(literal) == text


def test_names_keep_their_lines_through_statements_of_every_form():
    source = Path(__file__).parent / "good" / "Loops.mq5"
    text = source.read_text(encoding="utf-8")
    found = {(line, word) for path, line, word in _lines(_translated(text, "Loops.mq5")) if path == "Loops.mq5"}
    words = {(line, part) for line, word in found for part in re.findall(r"\w+", word)}
    for number, row in enumerate(text.splitlines(), 1):
        code = re.sub(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'|//.*|^#.*', " ", row)
        for name in re.findall(r"\b[a-z]\w{3,}\b", code):
            assert (number, name) in words or name in _UNMARKED, (number, name)


def test_a_define_stands_alone_and_inputs_carry_their_comments(tmp_path):
    source = tmp_path / "x.mq5"
    source.write_text(
        '#define LIMIT 3 // most\ninput int Count = LIMIT; // how "many"\nint OnInit() { return(LIMIT); }'
    )
    text = _translated(source.read_text(), str(source))
    assert "\n#define LIMIT (3)\n" in text
    assert 'input<int>("Count", "int", "how \\042many\\042", LIMIT)' in text


@pytest.fixture(scope="module")
def shop(compiler, native_cache):
    return Workshop(native_cache)


@pytest.mark.parametrize("line", [3, 4, 5])
def test_what_the_compiler_refuses_is_told_at_the_sources_line(shop, line):
    rows = ["int OnInit()", "{", "int a = 1;", "string b = IntegerToString(a);", "Print(b);", "return(0); }"]
    rows.insert(line, "a = missing_name;")
    with pytest.raises(BuildError) as caught:
        shop.compile("\n".join(rows))
    assert re.search(rf"Program\.mq5:{line + 1}: error: .*missing_name", caught.value.messages[0])


def test_a_mistake_of_form_is_told_before_any_compiler_runs(tmp_path):
    source = tmp_path / "Broken.mq5"
    source.write_text("int OnInit()\n{\n return(0)\n}\n", encoding="utf-8")
    with pytest.raises(BuildError, match=r"Broken\.mq5:\d+: error: "):
        build(source, out=tmp_path / "out")


def test_the_compiled_runtime_is_made_once_and_old_ones_are_forgotten(compiler, tmp_path, monkeypatch):
    made = []

    def make(folder, generated, sanitize):
        made.append(folder)
        folder.mkdir()
        (folder / "complete").touch()

    monkeypatch.setattr(build_module, "_make_runtime", make)
    first = build_module.runtime(tmp_path)
    assert build_module.runtime(tmp_path) == first
    assert len(made) == 1
    for place in range(7):
        monkeypatch.setattr(build_module, "tables_header", lambda place=place: str(place))
        build_module.runtime(tmp_path)
    kept = list(tmp_path.glob("*/complete"))
    assert 1 < len(kept) < 7


def test_the_command_says_what_is_wrong_and_makes_nothing(compiler, tmp_path, capsys):
    out = tmp_path / "out"
    assert main([str(tmp_path / "missing.mq5"), "-o", str(out)]) == 1
    assert "missing.mq5 does not exist" in capsys.readouterr().err
    assert not out.exists()


ORDER = """
#define LIMIT 4
enum ENUM_STEP { STEP_ONE = 1, STEP_TWO };
struct Pair { int left; int right; int Sum() const { return(left + right); } };
class Shape { public: virtual double Area() { return(0.0); } };
class Square : public Shape
  {
   double side;
public:
   Square(const double length) : side(length) { }
   virtual double Area() override { return(side * side); }
   Square *Bigger();
  };
Square *Square::Bigger() { return(new Square(side + 1)); }
void OnStart()
  {
   Pair pair = Made(1);
   Print(pair.Sum(), " ", Made(2, 5).Sum());
   Square square(2.0);
   Square *bigger = square.Bigger();
   Shape *shape = bigger;
   Print(shape.Area(), " ", bigger.Bigger() == NULL);
   Fill(pair);
   Print(pair.left, " ", Twice(STEP_TWO));
   int step = 0;
   switch(STEP_TWO) { case STEP_ONE: step = 1; break; case STEP_TWO: step = 2; default: step += 10; }
   Print(step);
   int i = 0, total = 0;
   do { i++; if(i == 2) continue; total += i; } while(i < LIMIT);
   for(int k = 0, m = 10; k < m; k++, m--) total += 100;
   Print(total);
   for(int k = ArraySize(kept) - 1; k >= 0; k--) delete kept[k];
   delete bigger;
  }
Shape *kept[];
Pair Made(const int left, const int right = LIMIT)
  {
   Pair pair = {};
   pair.left = left;
   pair.right = right;
   return(pair);
  }
void Fill(Pair &pair) { pair.left = 9; }
int Twice(const ENUM_STEP step) { return((int)step * 2); }
"""


def test_functions_may_be_called_before_they_are_written(shop):
    source = ORDER.replace("Shape *kept[];\n", "").replace("void OnStart()", "Shape *kept[];\nvoid OnStart()", 1)
    told = shop.run(source, "start")
    assert told.prints == ["5 7", "9.0 false", "9 4", "12", "508"]
    assert [(kind, place.rpartition(":")[2]) for kind, place, _ in told.misuse] == [("leak", "14")], (
        "Bigger's own square"
    )
