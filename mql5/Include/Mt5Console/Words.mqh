// How protocol 1 writes values: JSON words and texts, numbers, times, timeframes, UTF-8 bytes.
// Shared by the robots' include and by the agent. Knows nothing of files, robots or charts.

#define MT5CONSOLE_PROTOCOL 1

// Whether this is a backtest. Heartbeat.mqh says so; an agent never runs in one.
bool mt5console_in_tester = false;

string Mt5ConsoleWord(const bool value)
  {
   if(value)
     {
      return("true");
     }
   return("false");
  }

// A letter of a text; 0 outside of it, so that a reader that has come to the end needs no second question.
ushort Mt5ConsoleLetter(const string text, const int place)
  {
   if(place < 0 || place >= StringLen(text))
     {
      return(0);
     }
   return(StringGetCharacter(text, place));
  }

// A JSON text. What JSON does not allow as it is becomes an escape.
string Mt5ConsoleQuoted(const string value)
  {
   string text = "";
   int length = StringLen(value);
   int start = 0;
   for(int i = 0; i < length; i++)
     {
      ushort letter = StringGetCharacter(value, i);
      if(letter != '"' && letter != '\\' && letter >= 32)
        {
         continue;
        }
      if(i > start)
        {
         text = text + StringSubstr(value, start, i - start);
        }
      start = i + 1;
      text = text + Mt5ConsoleEscaped(letter);
     }
   if(start < length)
     {
      text = text + StringSubstr(value, start, length - start);
     }
   return("\"" + text + "\"");
  }

string Mt5ConsoleEscaped(const ushort letter)
  {
   if(letter == '"' || letter == '\\')
     {
      return("\\" + ShortToString(letter));
     }
   if(letter == '\n')
     {
      return("\\n");
     }
   if(letter == '\r')
     {
      return("\\r");
     }
   if(letter == '\t')
     {
      return("\\t");
     }
   return(StringFormat("\\u%04x", (int)letter));
  }

// One member of a JSON object whose value is a text: "name":"value".
string Mt5ConsoleMember(const string name, const string value)
  {
   return(Mt5ConsoleQuoted(name) + ":" + Mt5ConsoleQuoted(value));
  }

// The object's opening and its protocol; members follow, each after a comma.
string Mt5ConsoleOpening()
  {
   return("{\"protocol\":" + IntegerToString(MT5CONSOLE_PROTOCOL));
  }

// Eight decimals at most, without zeros at the end: as the console writes the inputs that it sends.
string Mt5ConsoleReal(const double value)
  {
   if(!MathIsValidNumber(value))
     {
      return("0");
     }
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
   return(text);
  }

// A positive whole number of at most 18 digits; false for anything else.
bool Mt5ConsoleWhole(const string text, long &value)
  {
   value = 0;
   int length = StringLen(text);
   if(length == 0 || length > 18)
     {
      return(false);
     }
   for(int i = 0; i < length; i++)
     {
      ushort letter = StringGetCharacter(text, i);
      if(letter < '0' || letter > '9')
        {
         return(false);
        }
     }
   value = StringToInteger(text);
   return(value > 0);
  }

// Seconds since 1970, UTC, by the computer's clock. Never by quotes: they stand still while the market is closed.
long Mt5ConsoleUtc()
  {
   return((long)TimeGMT());
  }

// Milliseconds that only go forward, whatever happens to the clock. In the strategy tester they are simulated, in steps of
// a second: GetTickCount64 is the computer's there, and months pass in its seconds.
long Mt5ConsoleTicks()
  {
   if(mt5console_in_tester)
     {
      return((long)TimeCurrent() * 1000);
     }
   return((long)GetTickCount64());
  }

// A symbol's last quote in UTC by the computer's clock; null when there was none.
string Mt5ConsoleLastQuote(const string symbol)
  {
   long quoted = SymbolInfoInteger(symbol, SYMBOL_TIME);
   if(quoted <= 0)
     {
      return("null");
     }
   long offset = (long)TimeTradeServer() - Mt5ConsoleUtc();
   return(IntegerToString(quoted - offset));
  }

// H1 for PERIOD_H1.
string Mt5ConsoleFrameName(const ENUM_TIMEFRAMES frame)
  {
   string name = EnumToString(frame);
   StringReplace(name, "PERIOD_", "");
   return(name);
  }

// The text in UTF-8, without the zero that ends it.
void Mt5ConsoleBytes(const string text, uchar &bytes[])
  {
   int count = StringToCharArray(text, bytes, 0, WHOLE_ARRAY, CP_UTF8);
   if(count > 0)
     {
      count = count - 1;
     }
   ArrayResize(bytes, count);
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
