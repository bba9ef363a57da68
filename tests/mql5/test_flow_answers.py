"""Two things the flow checks follow: files handed out through parameters, and conditions that are asked twice."""

from pathlib import Path

import pytest

from tools.mql5check.check import check_text

HANDED = """
bool Try(const string name, int &file)
  {
   file = FileOpen(name, FILE_READ | FILE_TXT);
   return(file != INVALID_HANDLE);
  }
bool Try2(const string name, int &file)
  {
   file = FileOpen(name, FILE_READ | FILE_TXT);
   if(file == INVALID_HANDLE)
     {
      Print("no ", name);
      return(false);
     }
   return(true);
  }
bool Try3(const string name, int &file)
  {
   bool result = false;
   file = FileOpen(name, FILE_READ | FILE_TXT);
   if(file != INVALID_HANDLE)
      result = true;
   return(result);
  }
void Plain(const string name, int &file) { file = FileOpen(name, FILE_READ | FILE_TXT); }
bool Twice(int &file) { return(Try("b", file) || Try("c", file)); }
void OnStart()
  {
   int file = INVALID_HANDLE;
   if(Try("a", file))
     {
      Print(FileReadString(file));
      FileClose(file);
     }
   int other;
   if(!Try2("a", other))
      return;
   Print(FileReadString(other));
   FileClose(other);
   int third = -1;
   bool ok = Try3("x", third);
   if(ok)
     {
      Print(FileReadString(third));
      FileClose(third);
     }
   int fourth;
   Plain("d", fourth);
   if(fourth != INVALID_HANDLE)
      FileClose(fourth);
   int f5;
   if(Twice(f5)) FileClose(f5);
   int f6;
   if(!(ok = Try("a", f6)))
      return;
   FileClose(f6);
  }
"""

HANDED_WRONG = """
int kept_file = INVALID_HANDLE;
bool Try(const string name, int &file)
  {
   file = FileOpen(name, FILE_READ | FILE_TXT);
   return(file != INVALID_HANDLE);
  }
void Plain(const string name, int &file) { file = FileOpen(name, FILE_READ | FILE_TXT); }
bool Lies(const string name, int &file) { file = FileOpen(name, FILE_READ | FILE_TXT); return(true); }
void OnStart()
  {
   int a = INVALID_HANDLE;
   if(Try("a", a)) //!
     {
      Print(FileReadString(a));
     }
   int b;
   if(Try("a", b))
      FileClose(b);
   Print(FileReadString(b)); //!
   int c;
   Plain("a", c);
   Print(FileReadString(c)); //!
   FileClose(c); //!
   int d;
   Plain("a", d); //!
   Print(d);
   int e;
   if(Lies("a", e))
   {
     Print(FileReadString(e)); //!
     FileClose(e); //!
   }
   if(Try("a", kept_file)) //!
      Print(FileReadString(kept_file));
   int f;
   if(!Try("a", f)) //!
     FileClose(f);
  }
"""

ASKED_TWICE = """
int mode = 0;
input bool Use = true;
void Change() { mode = 1; }
void OnStart()
  {
   int x;
   bool a = mode == 3;
   if(a)
      x = 1;
   Print(1);
   if(a)
      Print(x);
   double y;
   if(Use && !a)
      y = 1.0;
   if(!Use || a)
      return;
   Print(y);
   int z;
   if(mode == 3)
     z = 3;
   if(mode != 3)
      return;
   Print(z);
  }
"""

ASKED_AGAIN_AFTER_A_CHANGE = """
int mode = 0;
void Change() { mode = 1; }
void OnStart()
  {
   int x;
   if(mode == 1) x = 1;
   Change();
   if(mode == 1) Print(x); //!
   bool a = mode == 2;
   int y;
   if(a) y = 1;
   a = !a;
   if(a) Print(y); //!
   int z;
   if(a) { z = 1; a = false; }
   if(a) Print(z); //!
   int w;
   if(a) w = 3;
   if(!a) Print(w); //!
   Print(w); //!
  }
"""

DROPPED = """
int OnInit()
  {
   EventSetTimer(1);
   return(INIT_SUCCEEDED);
  }
void OnDeinit(const int reason)
  {
   EventKillTimer();
  }
void OnTimer()
  {
   MqlRates rates[];
   CopyRates(_Symbol, PERIOD_CURRENT, 0, 10, rates);
   ChartScreenShot(0, "now.png", 640, 480);
   MqlTradeRequest request = {};
   MqlTradeResult  result = {};
   bool sent = OrderSend(request, result);
   if(result.retcode != TRADE_RETCODE_DONE)
      Print(ArraySize(rates));
  }
"""

DROPPED_WRONG = """
void OnTick()
  {
   MqlTradeRequest request = {};
   MqlTradeResult  result = {};
   OrderSend(request, result); //!
   OrderSendAsync(request, result); //!
   ChartApplyTemplate(0, "a.tpl"); //!
   FileMove("a", 0, "b", FILE_REWRITE); //!
   MathMax(1, 2); //!
   StringLen("abc"); //!
   ChartOpen(_Symbol, PERIOD_H1); //!
   FileOpen("a", FILE_READ); //!
  }
"""


def refused(text):
    return sorted({error.line for error in check_text(text, Path("Program.mq5"))})


def marked(text):
    return [number for number, line in enumerate(text.split("\n"), 1) if line.endswith("//!")]


@pytest.mark.parametrize("text", [HANDED, ASKED_TWICE, DROPPED], ids=["handed out", "asked twice", "dropped"])
def test_what_is_right_is_accepted(text):
    assert [str(error) for error in check_text(text, Path("Program.mq5"))] == []


@pytest.mark.parametrize(
    "text",
    [HANDED_WRONG, ASKED_AGAIN_AFTER_A_CHANGE, DROPPED_WRONG],
    ids=["handed out", "asked after a change", "dropped"],
)
def test_what_is_wrong_is_refused_line_by_line(text):
    assert refused(text) == marked(text)
    assert marked(text)
