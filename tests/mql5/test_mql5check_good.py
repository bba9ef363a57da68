"""What the checker accepts: ordinary programs, every source of ours, every rendered template; in every encoding."""

import time
from pathlib import Path

import pytest

from mt5console.core.deployment.sources import list_templates, render_template
from tools.mql5check.check import check_file, check_text
from tools.mql5check.source_files import UnreadableFile, decode

ROOT = Path(__file__).resolve().parents[2]
GOOD = sorted((Path(__file__).parent / "good").rglob("*.mq?"))
OURS = sorted((ROOT / "mql5").rglob("*.mq*"))

SCRIPT = 'void OnStart()\n  {\n   Print("Größe");\n  }\n'


def told(errors):
    return [str(error) for error in errors]


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.name)
def test_an_ordinary_program_is_accepted(path):
    assert told(check_file(path)) == []


def test_there_are_many_ordinary_programs():
    assert len([path for path in GOOD if path.suffix == ".mq5"]) >= 15


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_our_own_source_is_accepted(path):
    assert told(check_file(path)) == []


@pytest.mark.parametrize("name", list_templates())
@pytest.mark.parametrize("robot_id", [1, 2**62])
def test_a_rendered_template_is_accepted(name, robot_id):
    assert told(check_text(render_template(name, robot_id, 777), ROOT / "mql5" / "Experts" / "Rendered.mq5")) == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_every_encoding_and_line_end_is_read(tmp_path, encoding, ends):
    path = tmp_path / "Small.mq5"
    path.write_bytes(SCRIPT.replace("\n", ends).encode(encoding))
    assert told(check_file(path)) == []
    path.write_bytes(SCRIPT.replace(");", ")").replace("\n", ends).encode(encoding))
    assert [error.line for error in check_file(path)] == [3]


def test_big_endian_text_is_read_by_its_mark():
    assert decode(b"\xfe\xff" + SCRIPT.encode("utf-16-be")) == SCRIPT


@pytest.mark.parametrize("data", [b"\xff\xfea", b"\xef\xbb\xbf\xff", b"a\x81b"])
def test_bytes_that_are_no_text_are_said_to_be_none(tmp_path, data):
    path = tmp_path / "Bytes.mq5"
    path.write_bytes(data)
    with pytest.raises(UnreadableFile, match="is no text"):
        check_file(path)


def test_a_source_of_two_megabytes_takes_seconds():
    functions = "\n".join(
        f"//+{'-' * 66}+\n//| the sum of what lies above {number:<38}|\n//+{'-' * 66}+\n"
        f"double F{number}(const double &values[], int count)\n  {{\n   double sum = 0;\n"
        f"   for(int i = 0; i < count; i++)\n     {{\n      if(values[i] > {number})\n"
        "         sum += MathAbs(values[i]);\n     }\n"
        '   if(sum > 10 && count != 3)\n      Print("sum ", DoubleToString(sum, 2));\n   return(sum);\n  }\n'
        for number in range(4300)
    )
    text = functions + "void OnStart()\n  {\n   double v[1] = {1.5};\n   Print(F0(v, 1));\n  }\n"
    assert len(text) > 2_000_000
    before = time.process_time()
    assert told(check_text(text, Path("Large.mq5"))) == []
    assert time.process_time() - before < 16


def test_one_function_of_a_third_of_a_megabyte_takes_seconds():
    lines = "".join(
        f"   double value_{at} = iClose(_Symbol, PERIOD_H1, {at});\n   if(value_{at} > {at})\n      x += {at};\n"
        for at in range(3500)
    )
    text = f"void OnStart()\n  {{\n   int x = 0;\n{lines}   Print(x);\n  }}\n"
    before = time.process_time()
    assert told(check_text(text, Path("Large.mq5"))) == []
    assert time.process_time() - before < 12


def test_an_include_of_ours_is_found_and_read_once(tmp_path):
    path = tmp_path / "Robot.mq5"
    source = (
        "#include <Mt5Console\\Heartbeat.mqh>\n#include <mt5console/heartbeat.MQH>\n"
        "void OnTick()\n  {\n   Mt5ConsoleTick();\n  }\n"
        "void OnDeinit(const int reason)\n  {\n   Mt5ConsoleDeinit(reason);\n  }\n"
    )
    path.write_text(source, encoding="utf-8")
    assert told(check_file(path)) == []


def test_a_given_folder_is_looked_through_first(tmp_path):
    (tmp_path / "inc" / "Own").mkdir(parents=True)
    (tmp_path / "inc" / "Own" / "Part.mqh").write_text("int Part() { return(1); }\n", encoding="utf-8")
    path = tmp_path / "Uses.mq5"
    path.write_text("#include <Own/Part.mqh>\nvoid OnStart()\n  {\n   Print(Part());\n  }\n", encoding="utf-8")
    assert [error.line for error in check_file(path)] == [1]
    assert told(check_file(path, (tmp_path / "inc",))) == []


def test_a_mistake_in_an_include_is_told_with_its_own_file(tmp_path):
    part = tmp_path / "Part.mqh"
    part.write_text("#property strict\nint Part() { return(1) }\n", encoding="utf-8")
    path = tmp_path / "Uses.mq5"
    path.write_text('#include "Part.mqh"\nvoid OnStart()\n  {\n   Print(Part());\n  }\n', encoding="utf-8")
    assert [(Path(error.path).name, error.line) for error in check_file(path)] == [("Part.mqh", 2)]
    part.write_text("#property strict\nint Part() { return(1); }\n", encoding="utf-8")
    assert [(Path(error.path).name, error.line) for error in check_file(path)] == [("Part.mqh", 1)]


def test_an_include_alone_needs_no_entry_point_but_a_program_does(tmp_path):
    for name, wanted in (("Part.mqh", []), ("Part.mq5", [1])):
        path = tmp_path / name
        path.write_text("int Part() { return(1); }\n", encoding="utf-8")
        assert [error.line for error in check_file(path)] == wanted


def test_files_that_include_each_other_end(tmp_path):
    (tmp_path / "A.mqh").write_text('#include "B.mqh"\nint A() { return(B()); }\n', encoding="utf-8")
    (tmp_path / "B.mqh").write_text('#include "A.mqh"\nint B() { return(2); }\n', encoding="utf-8")
    assert told(check_file(tmp_path / "A.mqh")) == []
