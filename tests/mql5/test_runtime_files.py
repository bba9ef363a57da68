"""Files of compiled programs are real files with MQL5's conventions: encodings, line ends, locks, the sandbox."""

import os
import signal

import pytest

from mt5console.simulation.locks import try_lock
from tests.mql5.small_host import SmallHost
from tests.mql5.small_workshop import Workshop

CASES = """
input string Case = "";
void OnStart()
  {
   if(Case == "unicode")
     {
      int f = FileOpen("a\\\\t.txt", FILE_WRITE | FILE_TXT);
      uint n = FileWriteString(f, "x→\\ny\\r\\n");
      Print(n, " ", FileTell(f));
      FileClose(f);
     }
   if(Case == "ansi")
     {
      int f = FileOpen("t.txt", FILE_WRITE | FILE_TXT | FILE_ANSI);
      uint n = FileWriteString(f, "é→\\n");
      FileClose(f);
     }
   if(Case == "utf8")
     {
      int f = FileOpen("t.txt", FILE_WRITE | FILE_TXT | FILE_ANSI, '\\t', CP_UTF8);
      uint n = FileWriteString(f, "é→");
      FileClose(f);
     }
   if(Case == "csv")
     {
      int f = FileOpen("t.csv", FILE_WRITE | FILE_CSV | FILE_ANSI, ';');
      uint n = FileWrite(f, "a", 1, 2.5, true, D'2024.01.02');
      n = FileWrite(f, "b", 7, 0.1, false, D'2025.01.02');
      FileClose(f);
      f = FileOpen("t.csv", FILE_READ | FILE_CSV | FILE_ANSI, ';');
      while(!FileIsEnding(f))
        {
         string name = FileReadString(f);
         double first = FileReadNumber(f);
         double second = FileReadNumber(f);
         bool flag = FileReadBool(f);
         datetime when = FileReadDatetime(f);
         Print(name, " ", first, " ", second, " ", flag, " ", when, " ", FileIsLineEnding(f));
        }
      FileClose(f);
     }
   if(Case == "lines")
     {
      int f = FileOpen("given.txt", FILE_READ | FILE_TXT);
      while(!FileIsEnding(f)) Print("[", FileReadString(f), "]");
      FileClose(f);
     }
   if(Case == "binary")
     {
      MqlDateTime parts = {};
      parts.year = 2024;
      double values[] = {1.5, -2.5};
      int f = FileOpen("t.bin", FILE_READ | FILE_WRITE | FILE_BIN);
      uint n = FileWriteInteger(f, 258, SHORT_VALUE);
      n = FileWriteStruct(f, parts);
      n = FileWriteArray(f, values);
      n = FileWriteDouble(f, 0.25);
      n = FileWriteString(f, "ab");
      Print(FileSize(f), " ", FileTell(f));
      bool ok = FileSeek(f, 0, SEEK_SET);
      Print(FileReadInteger(f, SHORT_VALUE));
      MqlDateTime back = {};
      n = FileReadStruct(f, back);
      double again[];
      n = FileReadArray(f, again, 0, 2);
      double last = FileReadDouble(f);
      Print(back.year, " ", n, " ", again[0], " ", again[1], " ", last, " ", FileReadString(f, 2));
      FileClose(f);
     }
   if(Case == "append")
     {
      int f = FileOpen("log", FILE_READ | FILE_WRITE | FILE_BIN | FILE_SHARE_READ | FILE_SHARE_WRITE);
      bool ok = FileSeek(f, 0, SEEK_END);
      uchar bytes[] = {33};
      uint n = FileWriteArray(f, bytes);
      FileClose(f);
     }
   if(Case == "found")
     {
      string name;
      long search = FileFindFirst("dir\\\\*.json", name);
      if(search != INVALID_HANDLE)
        {
         do { Print(name); } while(FileFindNext(search, name));
         FileFindClose(search);
        }
      Print(FileFindFirst("dir\\\\*.none", name) == INVALID_HANDLE);
     }
   if(Case == "case")
     {
      bool file = FileIsExist("DIR\\\\A.JSON");
      bool folder = FileIsExist("dir");
      Print(file, folder, " ", GetLastError());
     }
   if(Case == "common")
     {
      int f = FileOpen("c", FILE_WRITE | FILE_BIN | FILE_COMMON);
      FileClose(f);
      Print(FileIsExist("c"), FileIsExist("c", FILE_COMMON));
      bool moved = FileMove("c", FILE_COMMON, "d", 0);
      Print(moved, FileIsExist("d"));
     }
   if(Case == "move")
     {
      ResetLastError();
      bool plain = FileMove("from", 0, "to", 0);
      int code = GetLastError();
      bool again = FileMove("from", 0, "to", FILE_REWRITE);
      Print(plain, " ", code, " ", again, " ", FileIsExist("from"));
     }
   if(Case == "deep")
     {
      bool copied = FileCopy("from", 0, "a\\\\b\\\\copy", 0);
      bool moved = FileMove("from", 0, "c\\\\moved", 0);
      Print(copied, moved, FileIsExist("from"));
     }
   if(Case == "move onto held" || Case == "delete held")
     {
      ResetLastError();
      bool done = Case == "delete held" ? FileDelete("to") : FileMove("from", 0, "to", FILE_REWRITE);
      Print(done, " ", GetLastError());
     }
   if(Case == "retry")
     {
      int tries = 0;
      while(!FileMove("from", 0, "to", FILE_REWRITE) && tries < 5)
        {
         Print("error ", GetLastError());
         Sleep(10);
         tries++;
        }
      Print("tries ", tries);
     }
   if(Case == "hold")
     {
      int f = FileOpen("lock", FILE_WRITE | FILE_BIN);
      Print(f != INVALID_HANDLE, " ", f == INVALID_HANDLE ? GetLastError() : 0);
      while(f != INVALID_HANDLE && !IsStopped()) Sleep(10);
      if(f != INVALID_HANDLE) FileClose(f);
     }
   if(Case == "shared")
     {
      int f = FileOpen("s", FILE_WRITE | FILE_BIN | FILE_SHARE_READ);
      int g = FileOpen("s", FILE_READ | FILE_BIN | FILE_SHARE_READ | FILE_SHARE_WRITE);
      int h = FileOpen("s", FILE_WRITE | FILE_BIN | FILE_SHARE_READ | FILE_SHARE_WRITE);
      Print(f != INVALID_HANDLE, g != INVALID_HANDLE, h != INVALID_HANDLE);
      FileClose(f);
      FileClose(g);
     }
   if(Case == "full folder")
     {
      int f = FileOpen("deep\\\\er\\\\file", FILE_READ | FILE_BIN);
      Print(f, " ", GetLastError());
     }
  }
"""


@pytest.fixture(scope="module")
def shop(compiler, native_cache):
    return Workshop(native_cache)


@pytest.fixture
def start(shop):
    """Run one case over files that are there before; what was said, and the folder afterwards."""

    def run(case, before=(), faults=(), answers=None):
        box = shop.box()
        for name, data in dict(before).items():
            place = box / "Files" / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        executable = shop.compile(CASES).executable
        with SmallHost(executable, box, inputs={"Case": case}, faults=faults, answers=answers) as host:
            told = host.run("start")
        assert (told.misuse, told.critical) == ([], []), told
        return told.prints, host.files

    return run


def test_a_text_is_utf16_with_its_mark_and_windows_line_ends(start):
    prints, files = start("unicode")
    assert (files / "a" / "t.txt").read_bytes() == b"\xff\xfe" + "x→\r\ny\r\n".encode("utf-16-le")
    assert prints == ["14 16"]


def test_ansi_text_has_one_byte_a_letter(start):
    _, files = start("ansi")
    assert (files / "t.txt").read_bytes() == b"\xe9?\r\n"


def test_ansi_text_of_the_code_page_utf8_has_no_mark(start):
    _, files = start("utf8")
    assert (files / "t.txt").read_bytes() == "é→".encode()


def test_csv_is_written_and_read_field_by_field(start):
    prints, files = start("csv")
    lines = (files / "t.csv").read_bytes()
    assert lines == b"a;1;2.5;true;2024.01.02 00:00:00\r\nb;7;0.1;false;2025.01.02 00:00:00\r\n"
    assert prints == ["a 1.0 2.5 true 2024.01.02 00:00:00 true", "b 7.0 0.1 false 2025.01.02 00:00:00 true"]


@pytest.mark.parametrize(
    "data", [b"\xff\xfe" + "ä\r\n\r\nz".encode("utf-16-le"), "ä\n\nz\n".encode("utf-16-le")], ids=["marked", "bare"]
)
def test_lines_are_read_without_their_ends(start, data):
    prints, _ = start("lines", {"given.txt": data})
    assert prints == ["[ä]", "[]", "[z]"]


def test_binary_values_keep_their_sizes_and_order(start):
    prints, files = start("binary")
    assert prints == ["62 62", "258", "2024 2 1.5 -2.5 0.25 ab"]
    assert (files / "t.bin").read_bytes()[:6] == b"\x02\x01\xe8\x07\x00\x00"


def test_reading_and_writing_keeps_what_was_there(start):
    _, files = start("append", {"log": b"abc"})
    assert (files / "log").read_bytes() == b"abc!"


def test_a_search_finds_files_and_folders_of_its_pattern(start):
    prints, _ = start("found", {"dir/a.json": b"", "dir/b.JSON": b"", "dir/c.txt": b"", "dir/sub.json/x": b""})
    assert prints == ["a.json", "b.JSON", "sub.json\\", "true"]


def test_names_are_found_whatever_their_case_and_a_folder_is_no_file(start):
    assert start("case", {"Dir/a.json": b""})[0] == ["truefalse 5018"]


def test_the_common_folder_is_another_place(start):
    assert start("common")[0] == ["falsetrue", "truetrue"]


def test_a_move_onto_a_file_needs_its_flag(start):
    prints, files = start("move", {"from": b"new", "to": b"old"})
    assert prints == ["false 5020 true false"]
    assert (files / "to").read_bytes() == b"new"


def test_copies_and_moves_make_the_folders_they_need(start):
    prints, files = start("deep", {"from": b"new"})
    assert prints == ["truetruefalse"]
    assert (files / "a" / "b" / "copy").read_bytes() == b"new"
    assert (files / "c" / "moved").read_bytes() == b"new"


@pytest.mark.parametrize(("case", "code"), [("move onto held", 5004), ("delete held", 5006)])
def test_a_file_that_somebody_holds_is_neither_replaced_nor_deleted(shop, case, code):
    box = shop.box()
    (box / "Files").mkdir()
    (box / "Files" / "from").write_bytes(b"new")
    held = try_lock(str(box / "Files" / "to"))
    assert held is not None
    with SmallHost(shop.compile(CASES).executable, box, inputs={"Case": case}) as host:
        assert host.run("start").prints == [f"false {code}"]
    held.release()


def test_a_fault_of_the_host_makes_a_call_fail_that_often(start):
    prints, files = start("retry", {"from": b"new"}, faults=[("FileMove", 2, 5004, "fro"), ("FileMove", 9, 1, "other")])
    assert prints == ["error 5004", "error 5004", "tries 2"]
    assert (files / "to").read_bytes() == b"new"


def test_a_file_opened_alone_excludes_the_simulations_lock_until_its_holder_dies(shop):
    box = shop.box()
    lock = box / "Files" / "lock"
    looked = []

    def stopped():
        looked.append(try_lock(str(lock)))
        if len(looked) == 3:
            os.kill(host.process.pid, signal.SIGKILL)
        return False

    answers = {"IsStopped": stopped, "Sleep": None}
    with SmallHost(shop.compile(CASES).executable, box, inputs={"Case": "hold"}, answers=answers) as host:
        host.begin()
        host.send("start")
        while (line := host._line()) is not None:
            try:
                host._heard(line)
            except BrokenPipeError:
                break
        host.process.wait(10)
        assert looked == [None, None, None]
        assert host.told.prints == ["true 0"]
    freed = try_lock(str(lock))
    assert freed is not None
    freed.release()


def test_the_simulations_lock_excludes_a_program(shop):
    box = shop.box()
    (box / "Files").mkdir()
    held = try_lock(str(box / "Files" / "lock"))
    assert held is not None
    with SmallHost(shop.compile(CASES).executable, box, inputs={"Case": "hold"}) as host:
        assert host.run("start").prints == ["false 5004"]
    held.release()


def test_share_flags_decide_who_may_open_too(start):
    assert start("shared")[0] == ["truetruefalse"]


def test_opening_what_is_missing_for_reading_creates_nothing(start):
    prints, files = start("full folder")
    assert prints == ["-1 5004"]
    assert list(files.iterdir()) == []
