"""Mistakes that MQL5 lets through to run time are caught, each with its kind and its line."""

import re

import pytest

from tests.mql5.small_host import Failure
from tests.mql5.small_workshop import Workshop

# kind of report, kind of mistake, the code; `// <-` marks the line that must be named.
PLANTED = {
    "an index past the array": ("critical", "array", "int a[]; ArrayResize(a, 2); int i = 2;\n Print(a[i]); // <-"),
    "a negative index": ("critical", "array", "int a[3]; int i = -1;\n a[i] = 1; // <-"),
    "an empty array read": ("critical", "array", "double a[];\n Print(a[0]); // <-"),
    "a whole division by zero": ("critical", "zero", "int zero = 0;\n Print(7 / zero); // <-"),
    "a remainder by zero": ("critical", "zero", "int zero = 0;\n Print(7 % zero); // <-"),
    "a real division by zero": ("critical", "zero", "double zero = 0.0;\n Print(7.0 / zero); // <-"),
    "a member of NULL": ("critical", "pointer", "Thing *thing = NULL;\n thing.Touch(); // <-"),
    "a member of what is deleted": (
        "critical",
        "pointer",
        "Thing *thing = new Thing();\n delete thing;\n thing.Touch(); // <-",
    ),
    "a text's index past its end": ("critical", "string", 'string s = "ab"; int i = 2;\n Print(s[i]); // <-'),
    "a recursion without end": ("critical", "stack", "Print(Deep(1));"),
    "deleted twice": ("misuse", "pointer", "Thing *thing = new Thing();\n delete thing;\n delete thing; // <-"),
    "delete of a variable": ("misuse", "pointer", "Thing thing; Thing *to = GetPointer(thing);\n delete to; // <-"),
    "an object never deleted": ("misuse", "leak", "Thing *thing = new Thing(); // <-\n thing.Touch();"),
    "a file read after FileClose": (
        "misuse",
        "handle",
        'int f = FileOpen("a", FILE_WRITE | FILE_BIN);\n FileClose(f);\n uint n = FileWriteInteger(f, 1); // <-',
    ),
    "a file closed twice": (
        "misuse",
        "handle",
        'int f = FileOpen("a", FILE_WRITE | FILE_BIN);\n FileClose(f);\n FileClose(f); // <-',
    ),
    "FileOpen's result not looked at": (
        "misuse",
        "handle",
        'int f = FileOpen("missing", FILE_READ | FILE_TXT);\n string s = FileReadString(f); // <-',
    ),
    "the same file opened a second time": (
        "misuse",
        "handle",
        'int f = FileOpen("a", FILE_WRITE | FILE_BIN);\n int g = FileOpen("a", FILE_READ | FILE_BIN);\n FileClose(f);\n'
        " FileClose(g); // <-",
    ),
    "a file left open": ("misuse", "leak", 'int f = FileOpen("a", FILE_WRITE | FILE_BIN); // <-'),
    "a search left open": (
        "misuse",
        "leak",
        'int f = FileOpen("a", FILE_WRITE | FILE_BIN); FileClose(f); string s;\n long h = FileFindFirst("*", s); // <-',
    ),
    "an indicator not released": (
        "misuse",
        "leak",
        "int h = iMA(NULL, PERIOD_CURRENT, 5, 0, MODE_SMA, PRICE_CLOSE); // <-",
    ),
    "an indicator's handle that failed": (
        "misuse",
        "handle",
        "double b[]; int h = iRSI(NULL, PERIOD_CURRENT, 5, PRICE_CLOSE);\n int n = CopyBuffer(h, 0, 0, 1, b); // <-",
    ),
    "an indicator released twice": (
        "misuse",
        "handle",
        "int h = iMA(NULL, PERIOD_CURRENT, 5, 0, MODE_SMA, PRICE_CLOSE); bool a = IndicatorRelease(h);\n"
        " bool b = IndicatorRelease(h); // <-",
    ),
    "a timer not stopped": ("misuse", "leak", "bool ok = EventSetTimer(1); // <-"),
    "a name out of the sandbox": (
        "misuse",
        "sandbox",
        'int f = FileOpen("..\\\\up.txt", FILE_WRITE | FILE_TXT); // <-',
    ),
    "an absolute name": ("misuse", "sandbox", 'bool b = FileDelete("C:\\\\up.txt"); // <-'),
    "a global variable's name of 64 characters": (
        "misuse",
        "name",
        "string s; bool k = StringInit(s, 64, 65);\n datetime t = GlobalVariableSet(s, 1); // <-",
    ),
    "StringGetCharacter past the end": ("misuse", "range", 'Print(StringGetCharacter("ab", 2)); // <-'),
    "StringSubstr from before the start": ("misuse", "range", 'Print(StringSubstr("ab", -1)); // <-'),
    "ArrayResize below nothing": ("misuse", "range", "int a[];\n int n = ArrayResize(a, -1); // <-"),
    "ArrayResize of a fixed array": ("misuse", "range", "int a[3];\n int n = ArrayResize(a, 5); // <-"),
    "ArrayCopy from outside": ("misuse", "range", "int a[], b[2];\n int n = ArrayCopy(a, b, 0, 5); // <-"),
    "a long printed as an int": ("misuse", "format", 'long n = 5000000000;\n Print(StringFormat("%d", n)); // <-'),
    "a number printed as a text": ("misuse", "format", 'Print(StringFormat("%s", 5)); // <-'),
    "a real printed as whole": ("misuse", "format", 'PrintFormat("%d", 1.5); // <-'),
    "a form without a value": ("misuse", "format", 'Print(StringFormat("%d %d", 5)); // <-'),
    "a value without a form": ("misuse", "format", 'Print(StringFormat("%d", 5, 6)); // <-'),
    "a text function on a binary file": (
        "misuse",
        "mode",
        'int f = FileOpen("a", FILE_WRITE | FILE_BIN);\n uint n = FileWrite(f, "x"); // <-\n FileClose(f);',
    ),
    "an array written to a text": (
        "misuse",
        "mode",
        'uchar b[2] = {1, 2}; int f = FileOpen("a", FILE_WRITE | FILE_TXT);\n'
        " uint n = FileWriteArray(f, b); // <-\n FileClose(f);",
    ),
    "writing what was opened for reading": (
        "misuse",
        "mode",
        'int w = FileOpen("a", FILE_WRITE | FILE_TXT); FileClose(w); int f = FileOpen("a", FILE_READ | FILE_TXT);\n'
        ' uint n = FileWriteString(f, "x"); // <-\n FileClose(f);',
    ),
    "neither reading nor writing": ("misuse", "mode", 'int f = FileOpen("a", FILE_TXT); // <-'),
}
HEAD = """input string Case = "";
class Thing { public: int n; void Touch() { n = 1; } };
int Deep(const int n) { int room[100]; room[n % 100] = n; return(Deep(n + 1) + room[n % 100]); }
"""


def _program():
    text, lines = HEAD, {}
    for place, (name, (_, _, code)) in enumerate(PLANTED.items()):
        text += f"void Mistake{place}() {{\n"
        marked = [offset for offset, line in enumerate(code.split("\n")) if "// <-" in line]
        lines[name] = text.count("\n") + 1 + marked[0] if marked else None
        text += code + "\n}\n"
    calls = "".join(f'   if(Case == "{name}") Mistake{place}();\n' for place, name in enumerate(PLANTED))
    return text + "int OnInit() { return(0); }\nvoid OnTick() {\n" + calls + "}\n", lines


@pytest.fixture(scope="module")
def program(compiler, native_cache):
    """One program with all mistakes; its input chooses one."""
    text, lines = _program()
    return Workshop(native_cache), text, lines


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_mistake_is_reported_at_its_line(program, name):
    workshop, text, lines = program
    report, kind, _ = PLANTED[name]
    answers = {"iMA": 10, "iRSI": Failure(4802, (-1,)), "IndicatorRelease": True}
    told = workshop.run(text, "init", "tick", "deinit 1", inputs={"Case": name}, answers=answers)
    reported = [(one[0], int(one[1].rpartition(":")[2])) for one in getattr(told, report)]
    assert (kind, lines[name] or 0) in reported, told


def test_the_same_program_without_a_mistake_reports_nothing(program):
    workshop, text, _ = program
    told = workshop.run(text, "init", "tick", "deinit 1", inputs={"Case": "none of them"})
    assert (told.misuse, told.critical) == ([], [])


def test_a_report_names_the_source_file(program):
    workshop, text, _ = program
    told = workshop.run(text, "init", "tick", inputs={"Case": "an index past the array"})
    ((_, place, why),) = told.critical
    assert re.search(r"Program\.mq5:\d+$", place)
    assert why == "index 2 of an array of 2"


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (
            "#property service\nvoid OnStart() { bool b = EventSetTimer(1); }",
            "EventSetTimer in a program of the kind service",
        ),
        (
            "#property service\n"
            "void OnStart() { MqlTradeRequest q = {}; MqlTradeResult r = {}; bool b = OrderSend(q, r); }",
            "OrderSend in a program of the kind service",
        ),
    ],
)
def test_what_a_programs_kind_forbids_is_reported(compiler, native_cache, code, told):
    misuse = Workshop(native_cache).run(code, "start").misuse
    assert [(kind, text) for kind, _, text in misuse] == [("event", told)]
