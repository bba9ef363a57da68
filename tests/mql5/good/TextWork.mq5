// Script: work with strings
#property script_show_inputs

input string Line = "one;two;;three"; // Text to cut

string Reversed(const string text)
  {
   string out = "";
   for(int i = StringLen(text) - 1; i >= 0; i--)
      out += ShortToString(StringGetCharacter(text, i));
   return(out);
  }

int CountOf(const string text, const ushort letter)
  {
   int count = 0;
   int length = StringLen(text);
   for(int i = 0; i < length; i++)
     {
      if(StringGetCharacter(text, i) == letter)
         count++;
     }
   return(count);
  }

bool IsDigit(const ushort letter) { return(letter >= '0' && letter <= '9'); }

string Joined(const string &parts[], const string separator = ",")
  {
   string text = "";
   for(int i = 0; i < ArraySize(parts); i++)
      text = text + (i > 0 ? separator : "") + parts[i];
   return text;
  }

void OnStart()
  {
   string parts[];
   int count = StringSplit(Line, ';', parts);
   Print("parts: ", count, " ", Joined(parts, " | "));
   string text = Line;
   StringToUpper(text);
   int changed = StringReplace(text, "T", "\t");
   Print(changed, " '", text, "' ", Reversed(text), " ", CountOf(text, ';'));
   if(StringFind(text, "ONE") == 0 && StringLen(text) > 3)
      Print("starts with ONE, then ", StringSubstr(text, 3, 1), " \"quoted\" \\ back\x41");
   double number = StringToDouble("1.5");
   long whole = StringToInteger("42");
   datetime when = StringToTime("2026.01.02 03:04");
   string all = DoubleToString(number, 2) + " " + IntegerToString(whole, 8, '0') + " " + TimeToString(when, TIME_DATE | TIME_MINUTES);
   all += " " + (string)count + " " + string(number);
   Print(all);
   uchar bytes[];
   int size = StringToCharArray(all, bytes, 0, WHOLE_ARRAY, CP_UTF8);
   uchar sum = 0;
   for(int i = 0; i < size; i++)
      sum = (uchar)(sum ^ bytes[i]);
   ushort first = StringGetCharacter(all, 0);
   Print(sum, " ", IsDigit(first), " ", CharArrayToString(bytes));
   string long_text = "a long text "
                      "in two pieces";
   Print(long_text);
   string nothing = NULL;
   if(nothing == NULL || nothing == "")
      Print("empty");
  }
