// Mt5Console heartbeat: what a robot tells the console, and what it reads from it (protocol 1).
//
// Include it after the robot's own inputs, then call:
//   OnInit    Mt5ConsoleInput...() once for every input of the robot, then Mt5ConsoleInit() last; INIT_FAILED when false
//   OnTimer   Mt5ConsoleTimer()                 one beat a second
//   OnTick    Mt5ConsoleTick()                  counts ticks (optional)
//   OnDeinit  Mt5ConsoleDeinit(reason)
//   before opening a position: Mt5ConsoleMayOpen(); closing is never asked for
// Files are UTF-8 without a mark, written beside and moved into place. Times are UTC from the timer, never from quotes.
// The program's one timer belongs to this include: a robot must not set another.

#define MT5CONSOLE_PROTOCOL      1
#define MT5CONSOLE_TRIES         20
#define MT5CONSOLE_ERROR_LOCKED  1
#define MT5CONSOLE_ERROR_DESIRED 2
#define MT5CONSOLE_ERROR_FILES   3

input string Mt5ConsoleDeployment = ""; // Filled in by the console: id of this deployment
input long   Mt5ConsoleRobotId    = 0;  // Filled in by the console: id of this robot
input long   Mt5ConsoleMagic      = 0;  // Filled in by the console: magic number of its orders

string mt5console_lines[];
int    mt5console_line_count = 0;
string mt5console_folder     = "";
int    mt5console_lock       = INVALID_HANDLE;
string mt5console_entries    = "";
long   mt5console_sequence   = 0;
long   mt5console_ticks      = 0;

// One input of the robot as it was really loaded; text, whole number, real number, or yes and no.
void Mt5ConsoleInput(const string name, const string value)
  {
   ArrayResize(mt5console_lines, mt5console_line_count + 1);
   mt5console_lines[mt5console_line_count] = name + "=" + value + "\n";
   mt5console_line_count = mt5console_line_count + 1;
  }

void Mt5ConsoleInputWhole(const string name, const long value)
  {
   Mt5ConsoleInput(name, IntegerToString(value));
  }

// Eight decimals at most, without zeros at the end: as the console writes what it sends.
void Mt5ConsoleInputReal(const string name, const double value)
  {
   string text = DoubleToString(value, 8);
   int length = StringLen(text);
   while(length > 1 && StringGetCharacter(text, length - 1) == '0')
     {
      length = length - 1;
     }
   if(StringGetCharacter(text, length - 1) == '.')
     {
      length = length - 1;
     }
   text = StringSubstr(text, 0, length);
   if(text == "-0")
     {
      text = "0";
     }
   Mt5ConsoleInput(name, text);
  }

void Mt5ConsoleInputFlag(const string name, const bool value)
  {
   string text = "false";
   if(value)
     {
      text = "true";
     }
   Mt5ConsoleInput(name, text);
  }

// Takes the robot's lock, reads what is desired, says READY and starts the timer. Call it last in OnInit.
bool Mt5ConsoleInit()
  {
   if(Mt5ConsoleRobotId <= 0)
     {
      Print("input Mt5ConsoleRobotId is missing: this robot is to be deployed by the console");
      return(false);
     }
   // Opening for writing creates the folders; without a share flag nobody else can open it while this robot lives.
   mt5console_folder = "mt5console\\robots\\" + IntegerToString(Mt5ConsoleRobotId);
   mt5console_lock = FileOpen(mt5console_folder + "\\lock", FILE_WRITE | FILE_BIN);
   if(mt5console_lock == INVALID_HANDLE)
     {
      int error = GetLastError();
      string text = "another copy of this robot runs in this terminal; this one does not start (error ";
      Mt5ConsoleReport(MT5CONSOLE_ERROR_LOCKED, text + IntegerToString(error) + ")");
      return(false);
     }
   mt5console_sequence = 0;
   mt5console_ticks = 0;
   mt5console_entries = "";
   Mt5ConsoleJudge();
   if(!Mt5ConsoleWriteReady() || !EventSetTimer(1))
     {
      Mt5ConsoleReport(MT5CONSOLE_ERROR_FILES, "READY could not be written, or the timer not be started");
      Mt5ConsoleLetGo();
      return(false);
     }
   GlobalVariableSet("EA_READY_" + IntegerToString(Mt5ConsoleRobotId), (double)TimeCurrent());
   return(true);
  }

// One beat. A beat that cannot be written is lost; the robot goes on.
void Mt5ConsoleTimer()
  {
   if(mt5console_lock == INVALID_HANDLE)
     {
      return;
     }
   mt5console_sequence = mt5console_sequence + 1;
   Mt5ConsoleJudge();
   string text = "{\"protocol\":" + IntegerToString(MT5CONSOLE_PROTOCOL);
   text = text + ",\"robot_id\":" + IntegerToString(Mt5ConsoleRobotId);
   text = text + ",\"deployment_id\":" + Mt5ConsoleQuoted(Mt5ConsoleDeployment);
   text = text + ",\"sequence\":" + IntegerToString(mt5console_sequence);
   text = text + ",\"utc\":" + IntegerToString((long)TimeGMT());
   text = text + ",\"tick_ms\":" + IntegerToString((long)GetTickCount64());
   text = text + ",\"ticks\":" + IntegerToString(mt5console_ticks);
   text = text + ",\"last_quote_utc\":" + Mt5ConsoleLastQuote();
   text = text + ",\"trade_allowed\":" + Mt5ConsoleWord(Mt5ConsoleTradeAllowed());
   text = text + ",\"entries\":" + Mt5ConsoleQuoted(mt5console_entries) + "}";
   if(!Mt5ConsoleReplaceFile(mt5console_folder + "\\heartbeat.json", text))
     {
      Print("a heartbeat could not be written, error ", GetLastError());
     }
   GlobalVariableSet("EA_HEARTBEAT_" + IntegerToString(Mt5ConsoleRobotId), (double)TimeCurrent());
   string legacy = "heartbeat_" + IntegerToString(Mt5ConsoleRobotId) + ".txt";
   if(!Mt5ConsoleWriteFile(legacy, TimeToString(TimeGMT(), TIME_DATE | TIME_SECONDS) + "\r\n"))
     {
      Print("the one-line heartbeat could not be written, error ", GetLastError());
     }
  }

void Mt5ConsoleTick()
  {
   mt5console_ticks = mt5console_ticks + 1;
  }

// READY and the globals go with the robot; its last beat stays. A copy that was refused touches nothing.
void Mt5ConsoleDeinit(const int reason)
  {
   if(mt5console_lock == INVALID_HANDLE)
     {
      return;
     }
   EventKillTimer();
   if(!FileDelete(mt5console_folder + "\\ready.json"))
     {
      Print("READY could not be removed, error ", GetLastError());
     }
   GlobalVariableDel("EA_READY_" + IntegerToString(Mt5ConsoleRobotId));
   GlobalVariableDel("EA_HEARTBEAT_" + IntegerToString(Mt5ConsoleRobotId));
   Mt5ConsoleLetGo();
   Print("robot ", Mt5ConsoleRobotId, " ended, reason ", reason);
  }

// Whether the robot may open a position now: no stop latch, this deployment is the desired one, entries are not paused.
bool Mt5ConsoleMayOpen()
  {
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
   string line = "{\"protocol\":" + IntegerToString(MT5CONSOLE_PROTOCOL);
   line = line + ",\"utc\":" + IntegerToString((long)TimeGMT());
   line = line + ",\"code\":" + IntegerToString(code);
   line = line + ",\"text\":" + Mt5ConsoleQuoted(text) + "}\n";
   int flags = FILE_READ | FILE_WRITE | FILE_BIN | FILE_SHARE_READ | FILE_SHARE_WRITE;
   int file = FileOpen(mt5console_folder + "\\errors.jsonl", flags);
   if(file == INVALID_HANDLE)
     {
      return;
     }
   if(FileSeek(file, 0, SEEK_END))
     {
      Mt5ConsoleWriteBytes(file, line);
     }
   FileClose(file);
  }

// ---- what follows is the include's own ----

void Mt5ConsoleLetGo()
  {
   if(mt5console_lock != INVALID_HANDLE)
     {
      FileClose(mt5console_lock);
      mt5console_lock = INVALID_HANDLE;
     }
  }

// Reads the latch, the desired deployment and the pause, and reports once when another deployment is desired.
void Mt5ConsoleJudge()
  {
   string before = mt5console_entries;
   string desired = Mt5ConsoleDesired();
   if(FileIsExist("mt5console\\stop"))
     {
      mt5console_entries = "stopped";
     }
   else if(desired == "" || desired != Mt5ConsoleDeployment)
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
      string text = "deployment " + Mt5ConsoleDeployment + " opens nothing: desired is ";
      if(desired == "")
        {
         text = text + "none";
        }
      else
        {
         text = text + desired;
        }
      Mt5ConsoleReport(MT5CONSOLE_ERROR_DESIRED, text);
     }
  }

// The deployment that desired.json names, "" when it is missing, foreign or names nobody.
string Mt5ConsoleDesired()
  {
   string text = Mt5ConsoleReadFile(mt5console_folder + "\\desired.json");
   if(StringFind(text, "\"protocol\":" + IntegerToString(MT5CONSOLE_PROTOCOL)) < 0)
     {
      return("");
     }
   string mark = "\"deployment_id\":\"";
   int start = StringFind(text, mark);
   if(start < 0)
     {
      return("");
     }
   start = start + StringLen(mark);
   int end = StringFind(text, "\"", start);
   if(end < 0 || StringFind(text, "}", end) < 0)
     {
      return("");
     }
   return(StringSubstr(text, start, end - start));
  }

bool Mt5ConsoleWriteReady()
  {
   string frame = EnumToString((ENUM_TIMEFRAMES)Period());
   StringReplace(frame, "PERIOD_", "");
   string text = "{\"protocol\":" + IntegerToString(MT5CONSOLE_PROTOCOL);
   text = text + ",\"robot_id\":" + IntegerToString(Mt5ConsoleRobotId);
   text = text + ",\"deployment_id\":" + Mt5ConsoleQuoted(Mt5ConsoleDeployment);
   text = text + ",\"inputs_hash\":" + Mt5ConsoleQuoted(Mt5ConsoleInputsHash());
   text = text + ",\"chart_id\":" + IntegerToString(ChartID());
   text = text + ",\"symbol\":" + Mt5ConsoleQuoted(_Symbol);
   text = text + ",\"timeframe\":" + Mt5ConsoleQuoted(frame);
   text = text + ",\"utc\":" + IntegerToString((long)TimeGMT());
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

// By character codes: StringCompare() follows the alphabet instead.
bool Mt5ConsoleIsBefore(const string left, const string right)
  {
   int length = MathMin(StringLen(left), StringLen(right));
   for(int i = 0; i < length; i++)
     {
      int a = (int)StringGetCharacter(left, i);
      int b = (int)StringGetCharacter(right, i);
      if(a != b)
        {
         return(a < b);
        }
     }
   return(StringLen(left) < StringLen(right));
  }

// The last quote's time in UTC; null when there was none. It stands still while the market is closed.
string Mt5ConsoleLastQuote()
  {
   long quoted = SymbolInfoInteger(_Symbol, SYMBOL_TIME);
   if(quoted <= 0)
     {
      return("null");
     }
   long offset = (long)TimeTradeServer() - (long)TimeGMT();
   return(IntegerToString(quoted - offset));
  }

bool Mt5ConsoleTradeAllowed()
  {
   if(TerminalInfoInteger(TERMINAL_TRADE_ALLOWED) == 0 || MQLInfoInteger(MQL_TRADE_ALLOWED) == 0)
     {
      return(false);
     }
   return(AccountInfoInteger(ACCOUNT_TRADE_ALLOWED) != 0 && AccountInfoInteger(ACCOUNT_TRADE_EXPERT) != 0);
  }

string Mt5ConsoleWord(const bool value)
  {
   if(value)
     {
      return("true");
     }
   return("false");
  }

// A JSON string. Control characters become blanks: none is needed here.
string Mt5ConsoleQuoted(const string value)
  {
   string text = "";
   int length = StringLen(value);
   for(int i = 0; i < length; i++)
     {
      ushort letter = StringGetCharacter(value, i);
      if(letter == '"' || letter == '\\')
        {
         text = text + "\\" + ShortToString(letter);
        }
      else if(letter < 32)
        {
         text = text + " ";
        }
      else
        {
         text = text + ShortToString(letter);
        }
     }
   return("\"" + text + "\"");
  }

// The text in UTF-8, without the zero that ends it.
void Mt5ConsoleBytes(const string text, uchar &bytes[])
  {
   int count = StringToCharArray(text, bytes, 0, WHOLE_ARRAY, CP_UTF8);
   if(count > 0)
     {
      ArrayResize(bytes, count - 1);
     }
  }

bool Mt5ConsoleWriteBytes(const int file, const string text)
  {
   uchar bytes[];
   Mt5ConsoleBytes(text, bytes);
   uint written = FileWriteArray(file, bytes);
   return((int)written == ArraySize(bytes));
  }

bool Mt5ConsoleWriteFile(const string name, const string text)
  {
   int file = FileOpen(name, FILE_WRITE | FILE_BIN | FILE_SHARE_READ);
   if(file == INVALID_HANDLE)
     {
      return(false);
     }
   bool whole = Mt5ConsoleWriteBytes(file, text);
   FileClose(file);
   return(whole);
  }

// Written beside and moved into place; a reader that holds the file open for a moment makes the move fail: try again.
bool Mt5ConsoleReplaceFile(const string name, const string text)
  {
   string beside = name + ".new";
   if(!Mt5ConsoleWriteFile(beside, text))
     {
      return(false);
     }
   for(int i = 0; i < MT5CONSOLE_TRIES; i++)
     {
      if(FileMove(beside, 0, name, FILE_REWRITE))
        {
         return(true);
        }
      Sleep(10);
     }
   return(false);
  }

string Mt5ConsoleReadFile(const string name)
  {
   if(!FileIsExist(name))
     {
      return("");
     }
   int file = FileOpen(name, FILE_READ | FILE_BIN | FILE_SHARE_READ | FILE_SHARE_WRITE);
   if(file == INVALID_HANDLE)
     {
      return("");
     }
   uchar bytes[];
   uint count = FileReadArray(file, bytes);
   FileClose(file);
   if(count == 0)
     {
      return("");
     }
   return(CharArrayToString(bytes, 0, (int)count, CP_UTF8));
  }
