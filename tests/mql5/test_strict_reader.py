"""The include's JSON reader (Json.mqh) beside Python's: what both read is equal, what is torn or strange is refused."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mt5console.core.terminal import protocol
from tests.mql5.small_host import SmallHost
from tests.mql5.small_workshop import Workshop

PROGRAM = """
#include <Mt5Console\\Files.mqh>
#include <Mt5Console\\Json.mqh>
int OnInit()
  {
   return(INIT_SUCCEEDED);
  }
void OnTimer()
  {
   string text = "";
   string names[];
   string kinds[];
   string values[];
   bool is_read = Mt5ConsoleReadFile("in.json", text);
   bool is_object = (is_read && Mt5ConsoleReadObject(text, names, kinds, values));
   string out = "{\\"protocol\\":1,\\"ok\\":" + Mt5ConsoleWord(is_object);
   for(int i = 0; is_object && i < ArraySize(names); i++)
     {
      out = out + "," + Mt5ConsoleMember("=" + names[i], kinds[i] + ":" + values[i]);
     }
   Mt5ConsoleWriteFile("out.json", out + "}");
  }
"""

# MQL5 texts end at a zero, and hold UTF-16: what JSON cannot carry as UTF-8 does not come.
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
NAMES = TEXTS.filter(lambda name: "/" not in name)
SCALARS = st.one_of(
    TEXTS, st.integers(-(10**15), 10**15), st.floats(allow_nan=False, allow_infinity=False), st.booleans(), st.none()
)
OBJECTS = st.dictionaries(NAMES, st.one_of(SCALARS, st.dictionaries(NAMES, SCALARS, max_size=3)), max_size=5)
COMMAND = protocol.encode_command(
    protocol.CommandFile(
        id="c1",
        verb="attach",
        generation=4,
        login=5001,
        server="Demo-Server",
        data_path='C:\\mt5 "users"\\ü',
        not_after_utc_s=1_767_225_600.25,
        arguments=(("robot_id", "7"), ("expert", "Mt5Console\\Robot_7_a")),
    )
)


@pytest.fixture(scope="module")
def read(compiler, native_cache):
    """Bytes to what the include reads: (kind, value) by name, or None."""
    built = Workshop(native_cache).compile(PROGRAM)
    assert built.messages == ()
    with tempfile.TemporaryDirectory() as folder:
        host = SmallHost(built.executable, Path(folder))
        host.begin()
        host.event("init")

        def look(data):
            (host.files / "in.json").write_bytes(data)
            assert host.event("timer") == "0", host.told
            answer = json.loads((host.files / "out.json").read_bytes())
            if not answer["ok"]:
                return None
            found = {name[1:]: text for name, text in answer.items() if name.startswith("=")}
            return {name: tuple(text.split(":", 1)) for name, text in found.items()}

        yield look
        host.kill()


def spelled(value):
    """A JSON value as the reader gives it."""
    if isinstance(value, bool):
        return ("flag", "true" if value else "false")
    if value is None:
        return ("null", "")
    return ("text", value) if isinstance(value, str) else ("number", json.dumps(value))


def flat(value):
    found = {}
    for name, inner in value.items():
        if isinstance(inner, dict):
            found[name] = ("object", "")
            found |= {f"{name}/{key}": spelled(one) for key, one in inner.items()}
        else:
            found[name] = spelled(inner)
    return found


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=OBJECTS, ascii_only=st.booleans(), indent=st.sampled_from([None, 1]))
@example(value={"a": "\x7f\u2028\U0001f600\ufeff"}, ascii_only=True, indent=None)
def test_whatever_python_writes_is_read_alike(read, value, ascii_only, indent):
    whole = {"protocol": 1, **{name: one for name, one in value.items() if name != "protocol"}}
    assert read(json.dumps(whole, ensure_ascii=ascii_only, indent=indent).encode("utf-8")) == flat(whole)


@pytest.mark.parametrize("length", range(len(COMMAND)))
def test_a_command_torn_at_any_byte_is_refused(read, length):
    assert read(COMMAND[:length]) is None


def test_a_whole_command_is_read_with_its_arguments(read):
    found = read(COMMAND)
    assert found["arguments/expert"] == ("text", "Mt5Console\\Robot_7_a")
    assert found["data_path"] == ("text", 'C:\\mt5 "users"\\ü')
    assert found["not_after_utc"] == ("number", "1767225600.25")
    assert read(b"\xef\xbb\xbf" + COMMAND + b"\r\n") == found


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        '{"protocol":2}',
        '{"protocol":"1"}',
        '{"protocol":1} x',
        '{"protocol":1,}',
        '{"protocol":1,"a":[1]}',
        '{"protocol":1,"a":{"b":{"c":1}}}',
        '{"protocol":1,"a":1,"a":2}',
        '{"protocol":1,"a/b":1}',
        '{"protocol":1,"a":01}',
        '{"protocol":1,"a":1.}',
        '{"protocol":1,"a":1e}',
        '{"protocol":1,"a":-}',
        '{"protocol":1,"a":+1}',
        '{"protocol":1,"a":NaN}',
        '{"protocol":1,"a":tru}',
        '{"protocol":1,"a":"\\x"}',
        '{"protocol":1,"a":"\\u12"}',
        '{"protocol":1,"a":"\\u0000"}',
        '{"protocol":1,"a":"\n"}',
        "{'protocol':1}",
        '[{"protocol":1}]',
        '"protocol"',
        "{" * 5000,
    ],
)
def test_what_is_not_understood_is_refused(read, text):
    assert read(text.encode("utf-8")) is None


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=60), place=st.integers(0, len(COMMAND)))
def test_garbage_is_never_taken_for_another_command(read, data, place):
    mixed = COMMAND[:place] + data + COMMAND[place:]
    found = read(mixed)
    if found is not None and protocol.decode_command(mixed) is not None:
        assert found["id"] == ("text", protocol.decode_command(mixed).id)
