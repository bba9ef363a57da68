"""What the flow checks refuse, and the corrected twin that they accept; good programs stay untouched."""

import re
from pathlib import Path

import pytest

from mt5console.core.deployment.rendering import render_template
from tools.mql5check import flow
from tools.mql5check.check import check_text
from tools.mql5check.program import load, load_text
from tools.mql5check.source_files import read_source

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(each for each in (ROOT / "mql5").rglob("*.mq?") if each.suffix in {".mq5", ".mqh"})
GOOD = sorted((ROOT / "tests" / "mql5" / "good").glob("*.mq5"))
PROGRAM = Path("program.mq5")


def lines_of(text):
    """The lines that the flow checks mark."""
    program, errors = load_text(text, PROGRAM)
    assert errors == []
    return [error.line for error in flow.check(program)]


def case(name, planted, corrected):
    """A planted mistake, its line marked by //!, and the same program without it."""
    return pytest.param(planted.strip("\n"), corrected.strip("\n"), id=name)


OPEN = 'int file = FileOpen("a.txt", FILE_WRITE | FILE_TXT);'

CASES = [
    case(
        "a file is never closed",
        """
void OnStart()
  {
   int file = FileOpen("a.txt", FILE_READ | FILE_TXT); //!
   if(file == INVALID_HANDLE)
     {
      return;
     }
   Print(FileReadString(file));
  }
""",
        """
void OnStart()
  {
   int file = FileOpen("a.txt", FILE_READ | FILE_TXT);
   if(file == INVALID_HANDLE)
     {
      return;
     }
   Print(FileReadString(file));
   FileClose(file);
  }
""",
    ),
    case(
        "a file stays open on an early way out",
        """
bool Read(string &text)
  {
   int file = FileOpen("a.txt", FILE_READ | FILE_TXT); //!
   if(file == INVALID_HANDLE)
     {
      return(false);
     }
   if(FileSize(file) == 0)
     {
      return(false);
     }
   text = FileReadString(file);
   FileClose(file);
   return(true);
  }
""",
        """
bool Read(string &text)
  {
   int file = FileOpen("a.txt", FILE_READ | FILE_TXT);
   if(file == INVALID_HANDLE)
     {
      return(false);
     }
   if(FileSize(file) == 0)
     {
      FileClose(file);
      return(false);
     }
   text = FileReadString(file);
   FileClose(file);
   return(true);
  }
""",
    ),
    case(
        "a file stays open when a loop is left",
        """
void OnStart()
  {
   for(int i = 0; i < 3; i++)
     {
      int file = FileOpen(IntegerToString(i), FILE_WRITE | FILE_BIN); //!
      if(file == INVALID_HANDLE)
        {
         continue;
        }
      if(FileWriteInteger(file, i) == 0)
        {
         break;
        }
      FileClose(file);
     }
  }
""",
        """
void OnStart()
  {
   for(int i = 0; i < 3; i++)
     {
      int file = FileOpen(IntegerToString(i), FILE_WRITE | FILE_BIN);
      if(file == INVALID_HANDLE)
        {
         continue;
        }
      uint written = FileWriteInteger(file, i);
      FileClose(file);
      if(written == 0)
        {
         break;
        }
     }
  }
""",
    ),
    case(
        "a file stays open in one case of a switch",
        """
void Write(const int what)
  {
   int file = FileOpen("a.txt", FILE_WRITE | FILE_TXT); //!
   if(file == INVALID_HANDLE)
     {
      return;
     }
   switch(what)
     {
      case 0:
         FileClose(file);
         break;
      case 1:
         FileWrite(file, "one");
         break;
      default:
         FileClose(file);
     }
  }
""",
        """
void Write(const int what)
  {
   int file = FileOpen("a.txt", FILE_WRITE | FILE_TXT);
   if(file == INVALID_HANDLE)
     {
      return;
     }
   switch(what)
     {
      case 0:
         FileClose(file);
         break;
      case 1:
         FileWrite(file, "one");
      default:
         FileClose(file);
     }
  }
""",
    ),
    case(
        "an open file's variable gets another",
        """
void OnStart()
  {
   int file = FileOpen("a.txt", FILE_WRITE | FILE_TXT);
   if(file == INVALID_HANDLE)
     {
      return;
     }
   FileWrite(file, "a");
   file = FileOpen("b.txt", FILE_WRITE | FILE_TXT); //!
   if(file != INVALID_HANDLE)
     {
      FileClose(file);
     }
  }
""",
        """
void OnStart()
  {
   int file = FileOpen("a.txt", FILE_WRITE | FILE_TXT);
   if(file == INVALID_HANDLE)
     {
      return;
     }
   FileWrite(file, "a");
   FileClose(file);
   file = FileOpen("b.txt", FILE_WRITE | FILE_TXT);
   if(file != INVALID_HANDLE)
     {
      FileClose(file);
     }
  }
""",
    ),
    case(
        "a file is used after it was closed",
        f"""
void OnStart()
  {{
   {OPEN}
   if(file == INVALID_HANDLE)
     {{
      return;
     }}
   FileClose(file);
   FileWrite(file, "late"); //!
  }}
""",
        f"""
void OnStart()
  {{
   {OPEN}
   if(file == INVALID_HANDLE)
     {{
      return;
     }}
   FileWrite(file, "in time");
   FileClose(file);
  }}
""",
    ),
    case(
        "a file is closed twice on one way",
        f"""
void OnStart()
  {{
   {OPEN}
   if(file == INVALID_HANDLE)
     {{
      return;
     }}
   if(FileWrite(file, "a") == 0)
     {{
      FileClose(file);
     }}
   FileClose(file); //!
  }}
""",
        f"""
void OnStart()
  {{
   {OPEN}
   if(file == INVALID_HANDLE)
     {{
      return;
     }}
   if(FileWrite(file, "a") == 0)
     {{
      FileClose(file);
      return;
     }}
   FileClose(file);
  }}
""",
    ),
    case(
        "a file is used before it was compared",
        f"""
void OnStart()
  {{
   {OPEN}
   FileWrite(file, "a"); //!
   if(file != INVALID_HANDLE)
     {{
      FileClose(file);
     }}
  }}
""",
        f"""
void OnStart()
  {{
   {OPEN}
   if(file != INVALID_HANDLE)
     {{
      FileWrite(file, "a");
      FileClose(file);
     }}
  }}
""",
    ),
    case(
        "a comparison does not keep anybody from going on",
        f"""
void OnStart()
  {{
   {OPEN}
   if(file == INVALID_HANDLE)
     {{
      Print("no file");
     }}
   FileWrite(file, "a"); //!
   FileClose(file);
  }}
""",
        f"""
void OnStart()
  {{
   {OPEN}
   if(file == INVALID_HANDLE)
     {{
      Print("no file");
      return;
     }}
   FileWrite(file, "a");
   FileClose(file);
  }}
""",
    ),
    case(
        "a file is compared with what no failure gives",
        f"""
void OnStart()
  {{
   {OPEN} //!
   if(file == 0)
     {{
      return;
     }}
   FileWrite(file, "a"); //!
   FileClose(file); //!
  }}
""",
        f"""
void OnStart()
  {{
   {OPEN}
   if(file < 0)
     {{
      return;
     }}
   FileWrite(file, "a");
   FileClose(file);
  }}
""",
    ),
    case(
        "a chart is compared with what no failure gives",
        """
void OnStart()
  {
   long chart = ChartOpen("EURUSD", PERIOD_H1);
   if(chart == -1)
     {
      return;
     }
   ChartRedraw(chart); //!
  }
""",
        """
void OnStart()
  {
   long chart = ChartOpen("EURUSD", PERIOD_H1);
   if(chart <= 0)
     {
      return;
     }
   ChartRedraw(chart);
  }
""",
    ),
    case(
        "a helper gets a file that was not compared",
        f"""
void Write(const int handle)
  {{
   FileWrite(handle, "a");
  }}
void OnStart()
  {{
   {OPEN}
   Write(file); //!
   if(file != INVALID_HANDLE)
     {{
      FileClose(file);
     }}
  }}
""",
        f"""
void Write(const int handle)
  {{
   FileWrite(handle, "a");
  }}
void OnStart()
  {{
   {OPEN}
   if(file != INVALID_HANDLE)
     {{
      Write(file);
      FileClose(file);
     }}
  }}
""",
    ),
    case(
        "a helper closes what it is handed on one way only",
        """
bool ReadAll(const int handle, string &text) //!
  {
   if(FileSize(handle) == 0)
     {
      return(false);
     }
   text = FileReadString(handle);
   FileClose(handle);
   return(true);
  }
""",
        """
bool ReadAll(const int handle, string &text)
  {
   if(FileSize(handle) == 0)
     {
      FileClose(handle);
      return(false);
     }
   text = FileReadString(handle);
   FileClose(handle);
   return(true);
  }
""",
    ),
    case(
        "a function of the program opens, its caller does not close",
        """
int Log()
  {
   return(FileOpen("log.txt", FILE_WRITE | FILE_TXT));
  }
void OnStart()
  {
   int log = Log(); //!
   if(log != INVALID_HANDLE)
     {
      FileWrite(log, "a");
     }
  }
""",
        """
int Log()
  {
   return(FileOpen("log.txt", FILE_WRITE | FILE_TXT));
  }
void OnStart()
  {
   int log = Log();
   if(log != INVALID_HANDLE)
     {
      FileWrite(log, "a");
      FileClose(log);
     }
  }
""",
    ),
    case(
        "what a function of the program opened is thrown away",
        """
int Log()
  {
   return(FileOpen("log.txt", FILE_WRITE | FILE_TXT));
  }
void OnStart()
  {
   Log(); //!
  }
""",
        """
int Log()
  {
   return(FileOpen("log.txt", FILE_WRITE | FILE_TXT));
  }
void OnStart()
  {
   int log = Log();
   if(log != INVALID_HANDLE)
     {
      FileClose(log);
     }
  }
""",
    ),
    case(
        "a global file is closed nowhere",
        """
int log_file = INVALID_HANDLE;
int OnInit()
  {
   log_file = FileOpen("log.txt", FILE_WRITE | FILE_TXT); //!
   return(log_file == INVALID_HANDLE ? INIT_FAILED : INIT_SUCCEEDED);
  }
void OnDeinit(const int reason)
  {
   Print(reason);
  }
""",
        """
int log_file = INVALID_HANDLE;
int OnInit()
  {
   log_file = FileOpen("log.txt", FILE_WRITE | FILE_TXT);
   return(log_file == INVALID_HANDLE ? INIT_FAILED : INIT_SUCCEEDED);
  }
void OnDeinit(const int reason)
  {
   Print(reason);
   if(log_file != INVALID_HANDLE)
     {
      FileClose(log_file);
     }
  }
""",
    ),
    case(
        "a global file is closed by nobody who runs",
        """
int log_file = INVALID_HANDLE;
void Finish()
  {
   FileClose(log_file);
  }
void OnStart()
  {
   log_file = FileOpen("log.txt", FILE_WRITE | FILE_TXT); //!
   if(log_file != INVALID_HANDLE)
     {
      FileWrite(log_file, "a");
     }
  }
""",
        """
int log_file = INVALID_HANDLE;
void Finish()
  {
   FileClose(log_file);
  }
void OnStart()
  {
   log_file = FileOpen("log.txt", FILE_WRITE | FILE_TXT);
   if(log_file != INVALID_HANDLE)
     {
      FileWrite(log_file, "a");
      Finish();
     }
  }
""",
    ),
    case(
        "a global file is forgotten while it is open",
        """
int log_file = INVALID_HANDLE;
void OnStart()
  {
   log_file = FileOpen("log.txt", FILE_WRITE | FILE_TXT);
   if(log_file != INVALID_HANDLE && IsStopped())
     {
      FileClose(log_file);
      log_file = INVALID_HANDLE;
     }
   Forget();
  }
void Forget()
  {
   if(log_file != INVALID_HANDLE)
     {
      log_file = INVALID_HANDLE; //!
     }
  }
""",
        """
int log_file = INVALID_HANDLE;
void OnStart()
  {
   log_file = FileOpen("log.txt", FILE_WRITE | FILE_TXT);
   if(log_file != INVALID_HANDLE && IsStopped())
     {
      FileClose(log_file);
      log_file = INVALID_HANDLE;
     }
   Forget();
  }
void Forget()
  {
   if(log_file != INVALID_HANDLE)
     {
      FileClose(log_file);
      log_file = INVALID_HANDLE;
     }
  }
""",
    ),
    case(
        "a file in a field is closed by no method",
        """
class CLog
  {
   int m_file;
public:
   bool Open()
     {
      m_file = FileOpen("log.txt", FILE_WRITE | FILE_TXT); //!
      return(m_file != INVALID_HANDLE);
     }
  };
""",
        """
class CLog
  {
   int m_file;
public:
   ~CLog()
     {
      FileClose(m_file);
     }
   bool Open()
     {
      m_file = FileOpen("log.txt", FILE_WRITE | FILE_TXT);
      return(m_file != INVALID_HANDLE);
     }
  };
""",
    ),
    case(
        "a search for files is not ended",
        """
void OnStart()
  {
   string name;
   long search = FileFindFirst("*.txt", name); //!
   if(search == INVALID_HANDLE)
     {
      return;
     }
   do
     {
      Print(name);
     }
   while(FileFindNext(search, name));
  }
""",
        """
void OnStart()
  {
   string name;
   long search = FileFindFirst("*.txt", name);
   if(search == INVALID_HANDLE)
     {
      return;
     }
   do
     {
      Print(name);
     }
   while(FileFindNext(search, name));
   FileFindClose(search);
  }
""",
    ),
    case(
        "a global indicator is never released",
        """
int average = INVALID_HANDLE;
int OnInit()
  {
   average = iMA(_Symbol, PERIOD_CURRENT, 20, 0, MODE_SMA, PRICE_CLOSE); //!
   return(average == INVALID_HANDLE ? INIT_FAILED : INIT_SUCCEEDED);
  }
void OnTick()
  {
   Print(BarsCalculated(average));
  }
""",
        """
int average = INVALID_HANDLE;
int OnInit()
  {
   average = iMA(_Symbol, PERIOD_CURRENT, 20, 0, MODE_SMA, PRICE_CLOSE);
   return(average == INVALID_HANDLE ? INIT_FAILED : INIT_SUCCEEDED);
  }
void OnTick()
  {
   Print(BarsCalculated(average));
  }
void OnDeinit(const int reason)
  {
   IndicatorRelease(average);
  }
""",
    ),
    case(
        "indicators in an array are never released",
        """
int handles[2];
int OnInit()
  {
   for(int i = 0; i < 2; i++)
     {
      handles[i] = iATR(_Symbol, PERIOD_CURRENT, 14 + i); //!
     }
   return(INIT_SUCCEEDED);
  }
void OnDeinit(const int reason)
  {
   Print(reason);
  }
""",
        """
int handles[2];
int OnInit()
  {
   for(int i = 0; i < 2; i++)
     {
      handles[i] = iATR(_Symbol, PERIOD_CURRENT, 14 + i);
     }
   return(INIT_SUCCEEDED);
  }
void OnDeinit(const int reason)
  {
   for(int i = 0; i < 2; i++)
     {
      IndicatorRelease(handles[i]);
     }
  }
""",
    ),
    case(
        "an indicator made at every tick is lost",
        """
void OnTick()
  {
   double values[];
   int range = iATR(_Symbol, PERIOD_CURRENT, 14); //!
   if(CopyBuffer(range, 0, 0, 1, values) == 1)
     {
      Print(values[0]);
     }
  }
""",
        """
void OnTick()
  {
   double values[];
   int range = iATR(_Symbol, PERIOD_CURRENT, 14);
   if(CopyBuffer(range, 0, 0, 1, values) == 1)
     {
      Print(values[0]);
     }
   IndicatorRelease(range);
  }
""",
    ),
    case(
        "a chart is used before it was compared with 0",
        """
void OnStart()
  {
   long chart = ChartOpen("EURUSD", PERIOD_H1);
   if(!ChartApplyTemplate(chart, "robot.tpl")) //!
     {
      Print("no template");
     }
  }
""",
        """
void OnStart()
  {
   long chart = ChartOpen("EURUSD", PERIOD_H1);
   if(chart == 0)
     {
      return;
     }
   if(!ChartApplyTemplate(chart, "robot.tpl"))
     {
      Print("no template");
     }
  }
""",
    ),
    case(
        "a timer is killed nowhere",
        """
int OnInit()
  {
   return(EventSetTimer(1) ? INIT_SUCCEEDED : INIT_FAILED); //!
  }
void OnTimer()
  {
   Print("beat");
  }
""",
        """
int OnInit()
  {
   return(EventSetTimer(1) ? INIT_SUCCEEDED : INIT_FAILED);
  }
void OnTimer()
  {
   Print("beat");
  }
void OnDeinit(const int reason)
  {
   EventKillTimer();
  }
""",
    ),
    case(
        "a timer is killed, but not when the program ends",
        """
int OnInit()
  {
   return(EventSetMillisecondTimer(500) ? INIT_SUCCEEDED : INIT_FAILED); //!
  }
void OnTimer()
  {
   EventKillTimer();
  }
void OnDeinit(const int reason)
  {
   Print(reason);
  }
""",
        """
int OnInit()
  {
   return(EventSetMillisecondTimer(500) ? INIT_SUCCEEDED : INIT_FAILED);
  }
void OnTimer()
  {
   EventKillTimer();
  }
void OnDeinit(const int reason)
  {
   OnTimer();
  }
""",
    ),
    case(
        "a local object is not deleted",
        """
class CThing { public: int value; };
void OnStart()
  {
   CThing *thing = new CThing; //!
   thing.value = 1;
   Print(thing.value);
  }
""",
        """
class CThing { public: int value; };
void OnStart()
  {
   CThing *thing = new CThing;
   thing.value = 1;
   Print(thing.value);
   delete thing;
  }
""",
    ),
    case(
        "an object is used after it was deleted",
        """
class CThing { public: int value; void Show() { Print(value); } };
void OnStart()
  {
   CThing *thing = new CThing;
   delete thing;
   thing.Show(); //!
  }
""",
        """
class CThing { public: int value; void Show() { Print(value); } };
void OnStart()
  {
   CThing *thing = new CThing;
   thing.Show();
   delete thing;
  }
""",
    ),
    case(
        "an object is deleted twice",
        """
class CThing { public: int value; };
void OnStart()
  {
   CThing *thing = new CThing;
   delete thing;
   delete thing; //!
  }
""",
        """
class CThing { public: int value; };
void OnStart()
  {
   CThing *thing = new CThing;
   delete thing;
   thing = NULL;
  }
""",
    ),
    case(
        "a method is called where no object was made",
        """
class CThing { public: void Show() { Print("here"); } };
void OnStart()
  {
   CThing *thing = NULL;
   thing.Show(); //!
  }
""",
        """
class CThing { public: void Show() { Print("here"); } };
void OnStart()
  {
   CThing *thing = new CThing;
   thing.Show();
   delete thing;
  }
""",
    ),
    case(
        "a global object is never deleted",
        """
class CThing { public: int value; };
CThing *thing = NULL;
int OnInit()
  {
   thing = new CThing; //!
   return(INIT_SUCCEEDED);
  }
void OnDeinit(const int reason)
  {
   Print(thing.value);
  }
""",
        """
class CThing { public: int value; };
CThing *thing = NULL;
int OnInit()
  {
   thing = new CThing;
   return(INIT_SUCCEEDED);
  }
void OnDeinit(const int reason)
  {
   delete thing;
  }
""",
    ),
    case(
        "a variable is read that no way has set",
        """
void OnStart()
  {
   double price;
   Print(price); //!
  }
""",
        """
void OnStart()
  {
   double price = 0.0;
   Print(price);
  }
""",
    ),
    case(
        "a variable is read that one way has not set",
        """
double Side(const bool is_buy)
  {
   double side;
   if(is_buy)
     {
      side = 1.0;
     }
   return(side); //!
  }
""",
        """
double Side(const bool is_buy)
  {
   double side;
   if(is_buy)
     {
      side = 1.0;
     }
   else
     {
      side = -1.0;
     }
   return(side);
  }
""",
    ),
    case(
        "a sum begins with nothing",
        """
double Sum(const double &values[])
  {
   double sum;
   for(int i = 0; i < ArraySize(values); i++)
     {
      sum += values[i]; //!
     }
   return(0.0);
  }
""",
        """
double Sum(const double &values[])
  {
   double sum = 0.0;
   for(int i = 0; i < ArraySize(values); i++)
     {
      sum += values[i];
     }
   return(sum);
  }
""",
    ),
    case(
        "an answer goes where nobody looks",
        """
void OnStart()
  {
   MqlTradeRequest request = {};
   MqlTradeResult result = {};
   bool sent = OrderSend(request, result); //!
  }
""",
        """
void OnStart()
  {
   MqlTradeRequest request = {};
   MqlTradeResult result = {};
   bool sent = OrderSend(request, result);
   Print(sent);
  }
""",
    ),
    case(
        "a loop of a service never ends",
        """
#property service
void OnStart()
  {
   while(true) //!
     {
      Sleep(1000);
     }
  }
""",
        """
#property service
void OnStart()
  {
   while(!IsStopped())
     {
      Sleep(1000);
     }
  }
""",
    ),
    case(
        "a for without an end is left only inside a switch",
        """
void OnStart()
  {
   for(;;) //!
     {
      switch((int)GetTickCount64() % 2)
        {
         case 0:
            break;
        }
     }
  }
""",
        """
void OnStart()
  {
   for(;;)
     {
      if(IsStopped())
        {
         break;
        }
     }
  }
""",
    ),
    case(
        "a file is opened only to be compared",
        """
bool Exists(const string name)
  {
   return(FileOpen(name, FILE_READ | FILE_BIN) != INVALID_HANDLE); //!
  }
""",
        """
bool Exists(const string name)
  {
   return(FileIsExist(name));
  }
""",
    ),
    case(
        "a helper has closed what is used afterwards",
        f"""
void Done(const int handle)
  {{
   FileClose(handle);
  }}
void OnStart()
  {{
   {OPEN}
   if(file == INVALID_HANDLE)
     {{
      return;
     }}
   Done(file);
   FileWrite(file, "late"); //!
  }}
""",
        f"""
void Done(const int handle)
  {{
   FileClose(handle);
  }}
void OnStart()
  {{
   {OPEN}
   if(file == INVALID_HANDLE)
     {{
      return;
     }}
   FileWrite(file, "in time");
   Done(file);
  }}
""",
    ),
    case(
        "a counter runs one too far",
        """
void OnStart()
  {
   double days[7];
   for(int i = 0; i <= 7; i++)
     {
      days[i] = 0.0; //!
     }
   Print(days[0]);
  }
""",
        """
void OnStart()
  {
   double days[7];
   for(int i = 0; i < 7; i++)
     {
      days[i] = 0.0;
     }
   Print(days[0]);
  }
""",
    ),
    case(
        "a helper is handed a path that leaves the sandbox",
        """
bool Has(const string name)
  {
   return(FileIsExist(name, FILE_COMMON));
  }
void OnStart()
  {
   Print(Has("..\\\\outside.txt")); //!
  }
""",
        """
bool Has(const string name)
  {
   return(FileIsExist(name, FILE_COMMON));
  }
void OnStart()
  {
   Print(Has("inside.txt"));
  }
""",
    ),
    case(
        "an index beside a fixed array",
        """
void OnStart()
  {
   int days[7];
   ArrayInitialize(days, 0);
   Print(days[7]); //!
  }
""",
        """
void OnStart()
  {
   int days[7];
   ArrayInitialize(days, 0);
   Print(days[6]);
  }
""",
    ),
    case(
        "an index beside a global array whose size has a name",
        """
#define ROOM 4
double levels[ROOM];
void OnStart()
  {
   levels[ROOM] = 1.0; //!
  }
""",
        """
#define ROOM 4
double levels[ROOM];
void OnStart()
  {
   levels[ROOM - 1] = 1.0;
  }
""",
    ),
    case(
        "an index below 0",
        """
void OnStart()
  {
   double levels[];
   ArrayResize(levels, 2);
   levels[-1] = 1.0; //!
  }
""",
        """
void OnStart()
  {
   double levels[];
   ArrayResize(levels, 2);
   levels[1] = 1.0;
  }
""",
    ),
]


@pytest.mark.parametrize(("planted", "corrected"), CASES)
def test_a_planted_mistake_is_refused_where_it_stands_and_its_corrected_twin_accepted(planted, corrected):
    wanted = [number for number, line in enumerate(planted.splitlines(), start=1) if "//!" in line]
    assert lines_of(planted) == wanted
    assert lines_of(corrected) == []


PATHS = [
    ('FileIsExist("..\\\\secret.txt")', 'FileIsExist("secret.txt")'),
    ('FileIsExist("a\\\\..\\\\..\\\\b.txt")', 'FileIsExist("a\\\\b.txt")'),
    ('FileIsExist("C:\\\\a.txt")', 'FileIsExist("a.txt")'),
    ('FileIsExist("\\\\a.txt")', 'FileIsExist("x\\\\a.txt")'),
    ('FileIsExist("/etc/passwd")', 'FileIsExist("etc/passwd")'),
    ('FileIsExist("a/b\\\\c.txt")', 'FileIsExist("a\\\\b\\\\c.txt")'),
    ('FileIsExist("logs\\\\con.txt")', 'FileIsExist("logs\\\\console.txt")'),
    ('FileIsExist("com1")', 'FileIsExist("com")'),
    ('FileIsExist("what?.txt")', 'FileIsExist("what.txt")'),
    ('FileIsExist("a:b.txt")', 'FileIsExist("a_b.txt")'),
    ('FileMove("a.txt", 0, "..\\\\b.txt", FILE_REWRITE)', 'FileMove("a.txt", 0, "b.txt", FILE_REWRITE)'),
    ('FileIsExist("..\\\\" + _Symbol)', 'FileIsExist("in\\\\" + _Symbol)'),
    ('FileIsExist(_Symbol + "\\\\..\\\\x")', 'FileIsExist(_Symbol + "\\\\x")'),
    ('ChartApplyTemplate(0, "..\\\\..\\\\a.tpl")', 'ChartApplyTemplate(0, "\\\\Files\\\\a.tpl")'),
    (f'GlobalVariableCheck("{"x" * 64}")', f'GlobalVariableCheck("{"x" * 63}")'),
    (f'GlobalVariableCheck("{"x" * 64}" + _Symbol)', f'GlobalVariableCheck("{"x" * 40}" + _Symbol)'),
    ('FileIsExist(FOLDER + "a.txt")', 'FileIsExist(PLACE + "a.txt")'),
    ("FileIsExist(outside)", "FileIsExist(inside)"),
]


@pytest.mark.parametrize(("planted", "corrected"), PATHS)
def test_a_name_that_cannot_be_right_is_refused(planted, corrected):
    program = """#define FOLDER "..\\\\"
const string PLACE = "place\\\\";
void OnStart()
  {{
   string outside = "..\\\\a";
   string inside = "a";
   inside = inside + "b";
   Print(outside, inside, {});
  }}
"""
    assert lines_of(program.format(planted)) == [8]
    assert lines_of(program.format(corrected)) == []


HARMLESS = [
    pytest.param(
        """
void OnStart()
  {
   int file = INVALID_HANDLE;
   for(int i = 0; i < 5 && file == INVALID_HANDLE; i++)
     {
      file = FileOpen("a.txt", FILE_WRITE | FILE_TXT);
      if(file == INVALID_HANDLE)
        {
         Sleep(10);
        }
     }
   if(file == INVALID_HANDLE)
     {
      return;
     }
   FileClose(file);
  }
""",
        id="an opening that is tried again",
    ),
    pytest.param(
        """
void OnStart()
  {
   int file;
   if((file = FileOpen("a.txt", FILE_READ | FILE_TXT)) < 0)
     {
      return;
     }
   FileClose(file);
  }
""",
        id="an opening within its comparison",
    ),
    pytest.param(
        """
bool Save(const string text)
  {
   int file = FileOpen("a.txt", FILE_WRITE | FILE_TXT);
   bool good = file != INVALID_HANDLE;
   if(good)
     {
      good = FileWriteString(file, text) > 0;
      FileClose(file);
     }
   return(good);
  }
""",
        id="a comparison that has a name",
    ),
    pytest.param(
        """
int Fresh()
  {
   int file = FileOpen("a.txt", FILE_WRITE | FILE_TXT);
   if(file == INVALID_HANDLE)
     {
      Print(GetLastError());
     }
   return(file);
  }
void Done(int &handle)
  {
   if(handle != INVALID_HANDLE)
     {
      FileClose(handle);
     }
   handle = INVALID_HANDLE;
  }
void OnStart()
  {
   int file = Fresh();
   Done(file);
  }
""",
        id="a file that is handed out and handed back",
    ),
    pytest.param(
        """
void OnStart()
  {
   double days[7];
   for(int i = 0; i <= 7; i++)
     {
      if(i < 7)
        {
         days[i] = 0.0;
        }
     }
   Print(days[0]);
  }
""",
        id="a counter that runs further and is asked",
    ),
    pytest.param(
        """
class CFile
  {
   int m_file;
public:
   CFile(const int file) { m_file = file; }
   ~CFile() { if(m_file != INVALID_HANDLE) { FileClose(m_file); } }
   bool Good() { return(m_file != INVALID_HANDLE); }
  };
void OnStart()
  {
   CFile file(FileOpen("a.txt", FILE_READ | FILE_TXT));
   Print(file.Good());
  }
""",
        id="a file that an object owns",
    ),
    pytest.param(
        """
class CNode { public: int value; CNode *next; };
CNode *first = NULL;
void Add(const int value)
  {
   CNode *node = new CNode;
   node.value = value;
   node.next = first;
   first = node;
  }
void OnStart()
  {
   Add(1);
   while(first != NULL)
     {
      CNode *gone = first;
      first = first.next;
      delete gone;
     }
  }
""",
        id="a list of objects",
    ),
    pytest.param(
        """
class CThing { public: int value; };
class CThings
  {
   CThing *m_items[];
public:
   ~CThings() { for(int i = 0; i < ArraySize(m_items); i++) { delete m_items[i]; } }
   void Add(CThing *item)
     {
      int size = ArraySize(m_items);
      ArrayResize(m_items, size + 1);
      m_items[size] = item;
     }
  };
void OnStart()
  {
   CThings things;
   CThing *thing = new CThing;
   things.Add(thing);
  }
""",
        id="objects that a container owns",
    ),
    pytest.param(
        """
int Wait()
  {
   int tries = 0;
   int answer;
   while(true)
     {
      tries++;
      if(tries > 3 || IsStopped())
        {
         answer = tries;
         break;
        }
     }
   return(answer);
  }
""",
        id="a loop that is left only after something was set",
    ),
    pytest.param(
        """
void OnStart()
  {
   double bid;
   MqlTick tick;
   long spread;
   if(SymbolInfoDouble(_Symbol, SYMBOL_BID, bid) && SymbolInfoTick(_Symbol, tick))
     {
      Print(bid, tick.ask);
     }
   if(SymbolInfoInteger(_Symbol, SYMBOL_SPREAD, spread))
     {
      Print(spread);
     }
  }
""",
        id="variables that functions set",
    ),
    pytest.param(
        """
string Name(const ENUM_ORDER_TYPE type)
  {
   string name;
   switch(type)
     {
      case ORDER_TYPE_BUY:
         name = "buy";
         break;
      default:
         name = "other";
     }
   static int calls;
   calls++;
   return(name + IntegerToString(calls));
  }
""",
        id="texts and static variables begin empty",
    ),
    pytest.param(
        """
long Charts()
  {
   long chart = 0;
   ChartRedraw(chart);
   int count = 0;
   for(long next = ChartFirst(); next >= 0; next = ChartNext(next))
     {
      count++;
      if(ChartSymbol(next) == _Symbol)
        {
         chart = next;
        }
     }
   return(chart + count);
  }
""",
        id="charts that were there before",
    ),
]


@pytest.mark.parametrize("text", HARMLESS)
def test_ordinary_ways_of_writing_are_left_alone(text):
    assert lines_of(text.lstrip("\n")) == []


def relative(path):
    """A readable id."""
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", [*SOURCES, *GOOD], ids=relative)
def test_good_sources_are_left_alone(path):
    program, errors = load(path)
    assert [str(error) for error in (*errors, *flow.check(program))] == []


@pytest.mark.parametrize("template", ["ma_cross", "heartbeat_only"])
def test_rendered_templates_are_left_alone(template):
    assert lines_of(render_template(template, 7, 70007)) == []


CLOSE = re.compile(r"\b(?:FileClose|FileFindClose|IndicatorRelease)\([^;]*\);")
CLOSES = [
    pytest.param(path, match.span(), id=f"{path.name}:{read_source(path)[: match.start()].count(chr(10)) + 1}")
    for path in SOURCES
    for match in CLOSE.finditer(read_source(path))
]


@pytest.mark.parametrize(("path", "span"), CLOSES)
def test_no_close_of_our_sources_can_be_deleted(path, span):
    text = read_source(path)
    assert check_text(text, path) == []
    program, errors = load_text(text[: span[0]] + ";" + text[span[1] :], path)
    assert errors == []
    assert flow.check(program) != []


def test_our_sources_close_something():
    assert len(CLOSES) >= 8


def test_an_error_names_the_file_that_it_stands_in(tmp_path):
    (tmp_path / "Log.mqh").write_text('void Log()\n  {\n   int file = FileOpen("a", FILE_WRITE | FILE_BIN);\n  }\n')
    (tmp_path / "main.mq5").write_text('#include "Log.mqh"\nvoid OnStart()\n  {\n   Log();\n  }\n')
    program, errors = load(tmp_path / "main.mq5")
    assert errors == []
    (error,) = flow.check(program)
    assert (Path(error.path).name, error.line) == ("Log.mqh", 3)
    assert "FileClose" in error.text


def test_a_long_chain_of_else_ifs_and_a_long_sum_are_followed():
    chain = "\n   else ".join(f"if(x == {n}) {{ y = {n}; }}" for n in range(490))
    total = " + ".join(["x"] * 900)
    text = f"int F(const int x)\n  {{\n   int y = 0;\n   {chain}\n   return(y + {total});\n  }}\n"
    assert lines_of(text) == []


def test_loops_within_loops_without_number_are_refused_instead_of_followed_forever():
    deep = 40
    text = "void F(int &x)\n  {\n" + "while(x > 0) { x--;\n" * deep + "}" * deep + "\n  }\n"
    program, errors = load_text(text, PROGRAM)
    assert errors == []
    (error,) = flow.check(program)
    assert (error.line, "too many to be followed" in error.text) == (1, True)


def test_loops_within_loops_of_ordinary_depth_are_followed():
    text = "void F(int &x)\n  {\n" + "while(x > 0) { x--;\n" * 8 + "}" * 8 + "\n  }\n"
    assert lines_of(text) == []
