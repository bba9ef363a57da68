// A small strict reader: one JSON object whose values are texts, numbers, true, false, null, or one more such object.
// Lists, deeper nesting, a name twice, or anything behind the object are refused: what is not understood is not obeyed.
//
// Members come as three arrays of one length. A member of the object inside is named outer/inner. Kinds: "text",
// "number", "flag" (true, false), "null", "object". Needs Words.mqh.

#include <Mt5Console\Words.mqh>

bool Mt5ConsoleReadObject(const string text, string &names[], string &kinds[], string &values[])
  {
   ArrayResize(names, 0);
   ArrayResize(kinds, 0);
   ArrayResize(values, 0);
   int place = 0;
   if(Mt5ConsoleLetter(text, 0) == 0xFEFF)
     {
      place = 1;
     }
   if(!Mt5ConsoleReadMembers(text, place, "", names, kinds, values))
     {
      return(false);
     }
   Mt5ConsoleSkipBlanks(text, place);
   if(place != StringLen(text) || Mt5ConsoleKind("protocol", names, kinds) != "number")
     {
      return(false);
     }
   return(Mt5ConsoleValue("protocol", names, values) == IntegerToString(MT5CONSOLE_PROTOCOL));
  }

// The value of a member, "" when there is none.
string Mt5ConsoleValue(const string name, const string &names[], const string &values[])
  {
   int place = Mt5ConsoleFind(name, names);
   if(place < 0)
     {
      return("");
     }
   return(values[place]);
  }

// The kind of a member, "" when there is none.
string Mt5ConsoleKind(const string name, const string &names[], const string &kinds[])
  {
   int place = Mt5ConsoleFind(name, names);
   if(place < 0)
     {
      return("");
     }
   return(kinds[place]);
  }

int Mt5ConsoleFind(const string name, const string &names[])
  {
   int count = ArraySize(names);
   for(int i = 0; i < count; i++)
     {
      if(names[i] == name)
        {
         return(i);
        }
     }
   return(-1);
  }

// ---- what follows is the reader's own ----

void Mt5ConsoleSkipBlanks(const string text, int &place)
  {
   ushort letter = Mt5ConsoleLetter(text, place);
   while(letter == ' ' || letter == '\n' || letter == '\r' || letter == '\t')
     {
      place = place + 1;
      letter = Mt5ConsoleLetter(text, place);
     }
  }

// Skips blanks and takes this letter; false when another one stands there.
bool Mt5ConsoleTake(const string text, int &place, const ushort wanted)
  {
   Mt5ConsoleSkipBlanks(text, place);
   if(Mt5ConsoleLetter(text, place) != wanted)
     {
      return(false);
     }
   place = place + 1;
   return(true);
  }

bool Mt5ConsoleReadMembers(const string text, int &place, const string outer, string &names[], string &kinds[], string &values[])
  {
   if(!Mt5ConsoleTake(text, place, '{'))
     {
      return(false);
     }
   if(Mt5ConsoleTake(text, place, '}'))
     {
      return(true);
     }
   while(true)
     {
      string name = "";
      Mt5ConsoleSkipBlanks(text, place);
      if(!Mt5ConsoleReadText(text, place, name) || StringFind(name, "/") >= 0 || !Mt5ConsoleTake(text, place, ':'))
        {
         return(false);
        }
      if(Mt5ConsoleFind(outer + name, names) >= 0)
        {
         return(false);
        }
      if(!Mt5ConsoleReadValue(text, place, outer, outer + name, names, kinds, values))
        {
         return(false);
        }
      if(Mt5ConsoleTake(text, place, '}'))
        {
         return(true);
        }
      if(!Mt5ConsoleTake(text, place, ','))
        {
         return(false);
        }
     }
   return(false);
  }

bool Mt5ConsoleReadValue(const string text, int &place, const string outer, const string name, string &names[], string &kinds[], string &values[])
  {
   Mt5ConsoleSkipBlanks(text, place);
   ushort letter = Mt5ConsoleLetter(text, place);
   string kind = "";
   string value = "";
   if(letter == '{')
     {
      Mt5ConsoleAdd(name, "object", "", names, kinds, values);
      return(outer == "" && Mt5ConsoleReadMembers(text, place, name + "/", names, kinds, values));
     }
   if(letter == '"')
     {
      kind = "text";
      if(!Mt5ConsoleReadText(text, place, value))
        {
         return(false);
        }
     }
   else if(letter == '-' || Mt5ConsoleIsDigit(letter))
     {
      kind = "number";
      if(!Mt5ConsoleReadNumber(text, place, value))
        {
         return(false);
        }
     }
   else if(Mt5ConsoleReadWord(text, place, "true") || Mt5ConsoleReadWord(text, place, "false"))
     {
      kind = "flag";
      value = Mt5ConsoleWord(letter == 't');
     }
   else if(Mt5ConsoleReadWord(text, place, "null"))
     {
      kind = "null";
     }
   else
     {
      return(false);
     }
   Mt5ConsoleAdd(name, kind, value, names, kinds, values);
   return(true);
  }

void Mt5ConsoleAdd(const string name, const string kind, const string value, string &names[], string &kinds[], string &values[])
  {
   int count = ArraySize(names);
   ArrayResize(names, count + 1, 16);
   ArrayResize(kinds, count + 1, 16);
   ArrayResize(values, count + 1, 16);
   names[count] = name;
   kinds[count] = kind;
   values[count] = value;
  }

bool Mt5ConsoleReadWord(const string text, int &place, const string word)
  {
   int length = StringLen(word);
   if(place + length > StringLen(text) || StringSubstr(text, place, length) != word)
     {
      return(false);
     }
   place = place + length;
   return(true);
  }

bool Mt5ConsoleReadText(const string text, int &place, string &value)
  {
   value = "";
   if(Mt5ConsoleLetter(text, place) != '"')
     {
      return(false);
     }
   place = place + 1;
   int start = place;
   while(true)
     {
      ushort letter = Mt5ConsoleLetter(text, place);
      if(letter < 32)
        {
         return(false);
        }
      if(letter == '"' || letter == '\\')
        {
         if(place > start)
           {
            value = value + StringSubstr(text, start, place - start);
           }
         place = place + 1;
         if(letter == '"')
           {
            return(true);
           }
         if(!Mt5ConsoleReadEscape(text, place, value))
           {
            return(false);
           }
         start = place;
        }
      else
        {
         place = place + 1;
        }
     }
   return(false);
  }

// What stands behind a backslash; its letter is added to the value.
bool Mt5ConsoleReadEscape(const string text, int &place, string &value)
  {
   ushort letter = Mt5ConsoleLetter(text, place);
   place = place + 1;
   ushort meant = letter;
   if(letter == 'n')
     {
      meant = '\n';
     }
   else if(letter == 'r')
     {
      meant = '\r';
     }
   else if(letter == 't')
     {
      meant = '\t';
     }
   else if(letter == 'b')
     {
      meant = (ushort)8;
     }
   else if(letter == 'f')
     {
      meant = (ushort)12;
     }
   else if(letter == 'u')
     {
      int code = Mt5ConsoleReadCode(text, place);
      if(code <= 0)
        {
         return(false);
        }
      meant = (ushort)code;
     }
   else if(letter != '"' && letter != '\\' && letter != '/')
     {
      return(false);
     }
   value = value + ShortToString(meant);
   return(true);
  }

// Four hexadecimal digits; -1 when they are not. A zero would end an MQL5 text, and is refused by the caller.
int Mt5ConsoleReadCode(const string text, int &place)
  {
   int code = 0;
   for(int i = 0; i < 4; i++)
     {
      int letter = (int)Mt5ConsoleLetter(text, place);
      int digit = -1;
      if(letter >= '0' && letter <= '9')
        {
         digit = letter - '0';
        }
      else if(letter >= 'a' && letter <= 'f')
        {
         digit = letter - 'a' + 10;
        }
      else if(letter >= 'A' && letter <= 'F')
        {
         digit = letter - 'A' + 10;
        }
      if(digit < 0)
        {
         return(-1);
        }
      code = code * 16 + digit;
      place = place + 1;
     }
   return(code);
  }

bool Mt5ConsoleIsDigit(const ushort letter)
  {
   return(letter >= '0' && letter <= '9');
  }

int Mt5ConsoleSkipDigits(const string text, int &place)
  {
   int start = place;
   while(Mt5ConsoleIsDigit(Mt5ConsoleLetter(text, place)))
     {
      place = place + 1;
     }
   return(place - start);
  }

// A JSON number, kept as it is written.
bool Mt5ConsoleReadNumber(const string text, int &place, string &value)
  {
   int start = place;
   if(Mt5ConsoleLetter(text, place) == '-')
     {
      place = place + 1;
     }
   bool zero = (Mt5ConsoleLetter(text, place) == '0');
   int digits = Mt5ConsoleSkipDigits(text, place);
   if(digits == 0 || (zero && digits > 1))
     {
      return(false);
     }
   if(Mt5ConsoleLetter(text, place) == '.')
     {
      place = place + 1;
      if(Mt5ConsoleSkipDigits(text, place) == 0)
        {
         return(false);
        }
     }
   if(Mt5ConsoleLetter(text, place) == 'e' || Mt5ConsoleLetter(text, place) == 'E')
     {
      place = place + 1;
      if(Mt5ConsoleLetter(text, place) == '+' || Mt5ConsoleLetter(text, place) == '-')
        {
         place = place + 1;
        }
      if(Mt5ConsoleSkipDigits(text, place) == 0)
        {
         return(false);
        }
     }
   value = StringSubstr(text, start, place - start);
   return(true);
  }
