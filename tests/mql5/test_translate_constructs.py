"""Constructs of the subset, side by side in one program, mean in C++ what they mean in MQL5."""

from pathlib import Path

import pytest

from tests.mql5.small_workshop import Workshop
from tools.mql5check.check import check_text

SOURCE = (Path(__file__).parent / "good" / "Constructs.mq5").read_text(encoding="utf-8")
SHOWN = """\
23 11 12
7.5 8.5 x KIND_NONE true
255,0,0 -1
44 5 1 true true
42
3.0 1.875
t!3.0 2024.01.01 00:00:00
falsebnone31.0
42949672961 268435455 b true
36001 2024.01.01 01:00:00 true 2024.01.01 01:00:00
true0.0true 3 3
yes 5 0.333 OnStart true
has next
no more
6 -5 1 6 true true
00.00.00
44 -56 0.1 1e-05 100000000.0 123456789.125
x1
y
z 3
  2.2
"""


@pytest.fixture(scope="module")
def shop(compiler, native_cache):
    return Workshop(native_cache)


def test_every_construct_does_what_mql5_does(shop):
    told = shop.run(SOURCE, "start")
    assert (told.misuse, told.critical) == ([], [])
    assert "\n".join(told.prints) + "\n" == SHOWN


def test_none_of_them_makes_the_compiler_complain(shop):
    assert shop.compile(SOURCE).messages == ()


ANNOUNCED = """
class CLater;
class CFirst
  {
   CLater *m_later;
public:
   CFirst(const int extra = 1);
   virtual ~CFirst() { delete m_later; }
   int Ask() const { return(m_later.Answer() + m_extra); }
   static int Twice(const int value) { return(2 * value); }
private:
   int m_extra;
  };
int Use(CLater &later, const int more = 3) { return(later.Answer() + more); }
class CLater
  {
public:
   int Answer() const { return(42); }
  };
CFirst::CFirst(const int extra) : m_extra(extra) { m_later = new CLater(); }
void OnStart()
  {
   CFirst first;
   CLater later;
   Print(first.Ask(), " ", Use(later), " ", CFirst::Twice(4));
  }
"""


def test_a_class_that_is_announced_is_used_before_it_is_written(shop):
    assert [str(error) for error in check_text(ANNOUNCED, Path("Announced.mq5"))] == []
    told = shop.run(ANNOUNCED, "start")
    assert (told.misuse, told.critical) == ([], [])
    assert told.prints == ["43 45 8"]


WORDS_OF_C = (
    "main errno stdin NAN isnan assert malloc free read write exit signbit major EOF unix std inner Array at "
    "Call Where memcpy time index abs min max move begin end mql_v"
)
NAMES = WORDS_OF_C.split()


def test_names_of_c_are_names_like_others(shop):
    functions = "".join(f"int {name}(int x) {{ return(x + {at}); }}\n" for at, name in enumerate(NAMES))
    calls = ', " ", '.join(f"{name}(1)" for name in NAMES)
    source = f"{functions}void OnStart() {{ Print({calls}); }}\n"
    assert [str(error) for error in check_text(source, Path("Names.mq5"))] == []
    assert shop.run(source, "start").prints == [" ".join(str(1 + at) for at in range(len(NAMES)))]


@pytest.mark.parametrize("name", ["register", "template", "asm", "typeid", "mutable", "friend", "goto", "nullptr"])
def test_a_word_of_cpp_as_a_name_is_refused_where_it_stands(name):
    told = check_text(f"void OnStart() {{}}\nint {name}(int x) {{ return(x); }}\n", Path("Words.mq5"))
    assert told[0].line == 2
    assert name in told[0].text
