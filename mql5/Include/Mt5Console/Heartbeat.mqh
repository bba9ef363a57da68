// Mt5Console heartbeat: what a robot tells the console, and what it reads from it (protocol 1, docs/mql5.md).
//
// Include it behind the robot's own inputs, then call:
//   OnInit    Mt5ConsoleInput...() once for every input of the robot, then Mt5ConsoleInit() last; INIT_FAILED when false
//   OnTimer   Mt5ConsoleTimer()                 one beat a second
//   OnTick    Mt5ConsoleTick()                  counts ticks (optional)
//   OnDeinit  Mt5ConsoleDeinit(reason)
//   before opening a position: Mt5ConsoleMayOpen(); closing is never asked for
// Robot.mqh includes this file and brings OnTimer with it: then three lines are all. A robot that has an OnTimer of its
// own calls Mt5ConsoleInitShared(milliseconds) instead of Mt5ConsoleInit() and EventSetTimer(), and begins its OnTimer
// with: if(!Mt5ConsoleTimer()) return;
// Nothing here stops the robot's trading: what cannot be written is said once and tried again at the next beat.

#include <Mt5Console\Words.mqh>
#include <Mt5Console\Files.mqh>
#include <Mt5Console\Json.mqh>
#include <Mt5Console\Timer.mqh>

#define MT5CONSOLE_EARLY_MS      50
#define MT5CONSOLE_SLOW_MS       2500
#define MT5CONSOLE_SLOW_BEATS    3
#define MT5CONSOLE_ERROR_LOCKED  1
#define MT5CONSOLE_ERROR_DESIRED 2
#define MT5CONSOLE_ERROR_FILES   3
#define MT5CONSOLE_ERROR_SLOW    4

input group "Filled in by the console"
input string Mt5ConsoleDeployment = ""; // Id of this deployment
input long   Mt5ConsoleRobotId    = 0;  // Id of this robot
input long   Mt5ConsoleMagic      = 0;  // Magic number of its orders

string mt5console_lines[];
int    mt5console_line_count = 0;
string mt5console_folder     = "";
int    mt5console_lock       = INVALID_HANDLE;
string mt5console_entries    = "";
long   mt5console_sequence   = 0;
long   mt5console_ticks      = 0;
int    mt5console_slow_beats = 0;
bool   mt5console_beat_lost  = false;

// One input of the robot as it was really loaded; text, whole number, real number, or yes and no.
void Mt5ConsoleInput(const string name, const string value)
  {
   ArrayResize(mt5console_lines, mt5console_line_count + 1, 16);
   mt5console_lines[mt5console_line_count] = name + "=" + value + "\n";
   mt5console_line_count = mt5console_line_count + 1;
  }

// Also for times, colours and enumerations, as their number: Mt5ConsoleInputWhole("Mode", (long)Mode).
void Mt5ConsoleInputWhole(const string name, const long value)
  {
   Mt5ConsoleInput(name, IntegerToString(value));
  }

void Mt5ConsoleInputReal(const string name, const double value)
  {
   Mt5ConsoleInput(name, Mt5ConsoleReal(value));
  }

void Mt5ConsoleInputFlag(const string name, const bool value)
  {
   Mt5ConsoleInput(name, Mt5ConsoleWord(value));
  }

// Takes the robot's lock, reads what is desired, says READY and starts the timer, which belongs to this include.
// Call it last in OnInit, and return INIT_FAILED when it is false.
bool Mt5ConsoleInit()
  {
   return(Mt5ConsoleBegin(0));
  }

// The same for a robot with work of its own in OnTimer: `period_ms` is the period that it wants. Do not call
// EventSetTimer: a program has one timer, and this include sets it so that both are served.
bool Mt5ConsoleInitShared(const int period_ms)
  {
   return(Mt5ConsoleBegin((long)period_ms));
  }

// A beat, when one is due: call it first in OnTimer. True when the robot's own period has passed, too; in the strategy
// tester always, since the timer is the robot's alone there.
bool Mt5ConsoleTimer()
  {
   if(mt5console_in_tester)
     {
      return(true);
     }
   long now = Mt5ConsoleTicks();
   bool own = Mt5ConsoleOwnIsDue(now);
   if(mt5console_lock == INVALID_HANDLE)
     {
      return(own);
     }
   if(mt5console_period_ms > 0 && now - mt5console_beat_at_ms < MT5CONSOLE_BEAT_MS - MT5CONSOLE_EARLY_MS)
     {
      return(own);
     }
   Mt5ConsoleWatchPace(now - mt5console_beat_at_ms);
   mt5console_beat_at_ms = now;
   Mt5ConsoleBeat();
   return(own);
  }

void Mt5ConsoleTick()
  {
   mt5console_ticks = mt5console_ticks + 1;
  }

// READY and the globals go with the robot; its last beat stays as evidence. A copy that was refused touches nothing.
void Mt5ConsoleDeinit(const int reason)
  {
   mt5console_line_count = 0;
   if(mt5console_in_tester)
     {
      EventKillTimer();
      return;
     }
   if(mt5console_lock == INVALID_HANDLE)
     {
      return;
     }
   EventKillTimer();
   if(!Mt5ConsoleRemoveFile(mt5console_folder + "\\ready.json"))
     {
      Print("READY could not be removed, error ", GetLastError());
     }
   GlobalVariableDel("EA_READY_" + IntegerToString(Mt5ConsoleRobotId));
   GlobalVariableDel("EA_HEARTBEAT_" + IntegerToString(Mt5ConsoleRobotId));
   Mt5ConsoleLetGo();
   Print("robot ", Mt5ConsoleRobotId, " ended, reason ", reason);
  }

// Whether the robot may open a position now: no stop latch, this deployment is the desired one, entries are not paused.
// In the strategy tester always.
bool Mt5ConsoleMayOpen()
  {
   if(mt5console_in_tester)
     {
      return(true);
     }
   if(mt5console_lock == INVALID_HANDLE)
     {
      return(false);
     }
   Mt5ConsoleJudge();
   return(mt5console_entries == "open");
  }

// One line for the console's list of this robot's errors.
void Mt5ConsoleReport(const int code, const string text)
  {
   Print(text);
   if(mt5console_folder == "")
     {
      return;
     }
   string line = Mt5ConsoleOpening();
   line = line + ",\"utc\":" + IntegerToString(Mt5ConsoleUtc());
   line = line + ",\"code\":" + IntegerToString(code);
   line = line + "," + Mt5ConsoleMember("text", text) + "}\n";
   if(!Mt5ConsoleAppendFile(mt5console_folder + "\\errors.jsonl", line))
     {
      Print("the report could not be written, error ", GetLastError());
     }
  }

// ---- what follows is the include's own ----

bool Mt5ConsoleBegin(const long period_ms)
  {
   Mt5ConsoleLetGo();
   mt5console_in_tester = (MQLInfoInteger(MQL_TESTER) != 0);
   mt5console_period_ms = period_ms;
   if(mt5console_in_tester)
     {
      // A backtest has no console to talk to; the robot's own timer must run all the same, and nothing shares it.
      return(Mt5ConsoleStartTestersTimer());
     }
   if(Mt5ConsoleRobotId <= 0)
     {
      Print("input Mt5ConsoleRobotId is missing: this robot is to be deployed by the console");
      return(false);
     }
   mt5console_folder = "mt5console\\robots\\" + IntegerToString(Mt5ConsoleRobotId);
   if(!Mt5ConsoleHoldLock())
     {
      return(false);
     }
   mt5console_sequence = 0;
   mt5console_ticks = 0;
   mt5console_slow_beats = 0;
   mt5console_beat_lost = false;
   mt5console_entries = "";
   Mt5ConsoleJudge();
   if(!Mt5ConsoleWriteReady() || !Mt5ConsoleStartTimer())
     {
      Mt5ConsoleReport(MT5CONSOLE_ERROR_FILES, "READY could not be written, or the timer not be started");
      Mt5ConsoleLetGo();
      return(false);
     }
   GlobalVariableSet("EA_READY_" + IntegerToString(Mt5ConsoleRobotId), (double)TimeCurrent());
   return(true);
  }

// The lock makes a second copy of the same robot refuse. Opening it for writing creates the robot's folder, too.
bool Mt5ConsoleHoldLock()
  {
   string name = mt5console_folder + "\\lock";
   mt5console_lock = Mt5ConsoleTakeLock(name);
   if(mt5console_lock != INVALID_HANDLE)
     {
      return(true);
     }
   if(FileIsExist(name))
     {
      Mt5ConsoleReport(MT5CONSOLE_ERROR_LOCKED, "another copy of this robot runs in this terminal; this one does not start");
     }
   else
     {
      Mt5ConsoleReport(MT5CONSOLE_ERROR_FILES, "the robot's files cannot be written; it does not start");
     }
   return(false);
  }

void Mt5ConsoleLetGo()
  {
   if(mt5console_lock != INVALID_HANDLE)
     {
      FileClose(mt5console_lock);
      mt5console_lock = INVALID_HANDLE;
     }
  }

// Late beats one after another mean a slower timer or long ticks: told once, since the console takes silence for a freeze.
void Mt5ConsoleWatchPace(const long gap_ms)
  {
   if(gap_ms <= MT5CONSOLE_SLOW_MS)
     {
      mt5console_slow_beats = 0;
      return;
     }
   mt5console_slow_beats = mt5console_slow_beats + 1;
   if(mt5console_slow_beats == MT5CONSOLE_SLOW_BEATS)
     {
      string text = "heartbeats come too seldom: the timer was set to a longer period by the robot, or its events last long";
      Mt5ConsoleReport(MT5CONSOLE_ERROR_SLOW, text);
     }
  }

// One beat. A beat that cannot be written is lost; the robot goes on. The first loss and the end of it are said.
void Mt5ConsoleBeat()
  {
   mt5console_sequence = mt5console_sequence + 1;
   Mt5ConsoleJudge();
   string text = Mt5ConsoleOpening();
   text = text + ",\"robot_id\":" + IntegerToString(Mt5ConsoleRobotId);
   text = text + "," + Mt5ConsoleMember("deployment_id", Mt5ConsoleDeployment);
   text = text + ",\"sequence\":" + IntegerToString(mt5console_sequence);
   text = text + ",\"utc\":" + IntegerToString(Mt5ConsoleUtc());
   text = text + ",\"tick_ms\":" + IntegerToString(Mt5ConsoleTicks());
   text = text + ",\"ticks\":" + IntegerToString(mt5console_ticks);
   text = text + ",\"last_quote_utc\":" + Mt5ConsoleLastQuote(_Symbol);
   text = text + ",\"trade_allowed\":" + Mt5ConsoleWord(Mt5ConsoleTradeAllowed());
   text = text + "," + Mt5ConsoleMember("entries", mt5console_entries) + "}";
   bool written = Mt5ConsoleReplaceFile(mt5console_folder + "\\heartbeat.json", text);
   GlobalVariableSet("EA_HEARTBEAT_" + IntegerToString(Mt5ConsoleRobotId), (double)TimeCurrent());
   string seed = "heartbeat_" + IntegerToString(Mt5ConsoleRobotId) + ".txt";
   if(!Mt5ConsoleWriteFile(seed, TimeToString(TimeGMT(), TIME_DATE | TIME_SECONDS) + "\r\n"))
     {
      written = false;
     }
   if(!written && !mt5console_beat_lost)
     {
      Print("heartbeats cannot be written now, error ", GetLastError(), "; the robot goes on");
     }
   if(written && mt5console_beat_lost)
     {
      Print("heartbeats are written again");
     }
   mt5console_beat_lost = !written;
  }

// Reads the latch, what is desired and the pause, and reports once when this robot is not what is desired.
void Mt5ConsoleJudge()
  {
   string before = mt5console_entries;
   string refusal = Mt5ConsoleRefusal();
   if(FileIsExist("mt5console\\stop"))
     {
      mt5console_entries = "stopped";
     }
   else if(refusal != "")
     {
      mt5console_entries = "not_desired";
     }
   else if(FileIsExist(mt5console_folder + "\\paused"))
     {
      mt5console_entries = "paused";
     }
   else
     {
      mt5console_entries = "open";
     }
   if(mt5console_entries == "not_desired" && before != "not_desired")
     {
      Mt5ConsoleReport(MT5CONSOLE_ERROR_DESIRED, "deployment " + Mt5ConsoleDeployment + " opens nothing: " + refusal);
     }
  }

// Why this robot may open nothing by desired.json: another deployment, account or chart; "" when it may. A file that is
// missing or foreign names nobody; a member that is missing or of another kind is not compared.
string Mt5ConsoleRefusal()
  {
   string text = "";
   string names[];
   string kinds[];
   string values[];
   if(!Mt5ConsoleReadFile(mt5console_folder + "\\desired.json", text) || !Mt5ConsoleReadObject(text, names, kinds, values))
     {
      return("desired is none");
     }
   string desired = Mt5ConsoleTextOf("deployment_id", names, kinds, values);
   if(desired == "")
     {
      return("desired is none");
     }
   if(desired != Mt5ConsoleDeployment)
     {
      return("desired is " + desired);
     }
   string refusal = Mt5ConsoleOtherAccount(names, kinds, values);
   if(refusal != "")
     {
      return(refusal);
     }
   return(Mt5ConsoleOtherChart(names, kinds, values));
  }

// While nobody is logged in nothing can be opened: that is not told as another account.
string Mt5ConsoleOtherAccount(const string &names[], const string &kinds[], const string &values[])
  {
   long login = AccountInfoInteger(ACCOUNT_LOGIN);
   if(login == 0 || Mt5ConsoleKind("login", names, kinds) != "number")
     {
      return("");
     }
   string meant = Mt5ConsoleValue("login", names, values);
   string server = Mt5ConsoleTextOf("server", names, kinds, values);
   string present = AccountInfoString(ACCOUNT_SERVER);
   if(meant == "0" || (meant == IntegerToString(login) && Mt5ConsoleIsSameName(present, server)))
     {
      return("");
     }
   return(IntegerToString(login) + "@" + present + " is logged in, and it was meant for " + meant + "@" + server);
  }

string Mt5ConsoleOtherChart(const string &names[], const string &kinds[], const string &values[])
  {
   string symbol = Mt5ConsoleTextOf("symbol", names, kinds, values);
   string frame = Mt5ConsoleTextOf("timeframe", names, kinds, values);
   string present = Mt5ConsoleFrameName((ENUM_TIMEFRAMES)Period());
   if(symbol == "" || (symbol == _Symbol && frame == present))
     {
      return("");
     }
   return("it is on " + _Symbol + "," + present + ", and it was meant for " + symbol + "," + frame);
  }

bool Mt5ConsoleIsSameName(const string one, const string other)
  {
   string first = one;
   string second = other;
   return(StringToLower(first) && StringToLower(second) && first == second);
  }

// The value of a member that is a text, "" for any other.
string Mt5ConsoleTextOf(const string name, const string &names[], const string &kinds[], const string &values[])
  {
   if(Mt5ConsoleKind(name, names, kinds) != "text")
     {
      return("");
     }
   return(Mt5ConsoleValue(name, names, values));
  }

bool Mt5ConsoleWriteReady()
  {
   string text = Mt5ConsoleOpening();
   text = text + ",\"robot_id\":" + IntegerToString(Mt5ConsoleRobotId);
   text = text + "," + Mt5ConsoleMember("deployment_id", Mt5ConsoleDeployment);
   text = text + "," + Mt5ConsoleMember("inputs_hash", Mt5ConsoleInputsHash());
   text = text + ",\"chart_id\":" + IntegerToString(ChartID());
   text = text + "," + Mt5ConsoleMember("symbol", _Symbol);
   text = text + "," + Mt5ConsoleMember("timeframe", Mt5ConsoleFrameName((ENUM_TIMEFRAMES)Period()));
   text = text + ",\"utc\":" + IntegerToString(Mt5ConsoleUtc());
   text = text + ",\"magic\":" + IntegerToString(Mt5ConsoleMagic) + "}";
   return(Mt5ConsoleReplaceFile(mt5console_folder + "\\ready.json", text));
  }

// SHA-256 over the lines name=value, sorted by their characters' codes: the console computes the same.
string Mt5ConsoleInputsHash()
  {
   for(int i = 1; i < mt5console_line_count; i++)
     {
      string line = mt5console_lines[i];
      int place = i;
      while(place > 0 && Mt5ConsoleIsBefore(line, mt5console_lines[place - 1]))
        {
         mt5console_lines[place] = mt5console_lines[place - 1];
         place = place - 1;
        }
      mt5console_lines[place] = line;
     }
   string all = "";
   for(int j = 0; j < mt5console_line_count; j++)
     {
      all = all + mt5console_lines[j];
     }
   uchar data[];
   uchar key[];
   uchar digest[];
   ArrayResize(key, 0);
   Mt5ConsoleBytes(all, data);
   if(ArraySize(data) == 0)
     {
      return("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
     }
   int size = CryptEncode(CRYPT_HASH_SHA256, data, key, digest);
   string text = "";
   for(int k = 0; k < size; k++)
     {
      text = text + StringFormat("%02x", (int)digest[k]);
     }
   return(text);
  }

bool Mt5ConsoleTradeAllowed()
  {
   if(TerminalInfoInteger(TERMINAL_TRADE_ALLOWED) == 0 || MQLInfoInteger(MQL_TRADE_ALLOWED) == 0)
     {
      return(false);
     }
   return(AccountInfoInteger(ACCOUNT_TRADE_ALLOWED) != 0 && AccountInfoInteger(ACCOUNT_TRADE_EXPERT) != 0);
  }
