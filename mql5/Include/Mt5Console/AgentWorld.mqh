// What the agent sees of its terminal: charts and their experts, symbols and sessions, a robot's files.
// Changes nothing. Needs Words.mqh, Files.mqh, Json.mqh, AgentTypes.mqh.

#include <Mt5Console\Words.mqh>
#include <Mt5Console\Files.mqh>
#include <Mt5Console\Json.mqh>
#include <Mt5Console\AgentTypes.mqh>

// All open charts; gives how many.
int AgentCharts(long &charts[])
  {
   ArrayResize(charts, 0);
   int count = 0;
   long chart = ChartFirst();
   while(chart > 0 && count < 2 * CHARTS_MAX)
     {
      ArrayResize(charts, count + 1, CHARTS_MAX);
      charts[count] = chart;
      count = count + 1;
      chart = ChartNext(chart);
     }
   return(count);
  }

bool AgentChartIsOpen(const long wanted)
  {
   long charts[];
   int count = AgentCharts(charts);
   for(int i = 0; i < count; i++)
     {
      if(charts[i] == wanted)
        {
         return(true);
        }
     }
   return(false);
  }

// The expert's name without folder and suffix; "" when there is none. A chart without an expert may answer NULL, which
// is not "": asking for the length tells both.
string AgentExpertOn(const long chart)
  {
   string name = "";
   if(!ChartGetString(chart, CHART_EXPERT_NAME, name) || StringLen(name) == 0)
     {
      return("");
     }
   return(AgentPlainName(name));
  }

string AgentPlainName(const string expert)
  {
   string name = expert;
   int place = StringFind(name, "\\");
   while(place >= 0)
     {
      name = StringSubstr(name, place + 1);
      place = StringFind(name, "\\");
     }
   int length = StringLen(name);
   if(length > 4 && StringSubstr(name, length - 4) == ".ex5")
     {
      name = StringSubstr(name, 0, length - 4);
     }
   return(name);
  }

// The robot id of Robot_<id>_a or Robot_<id>_b; 0 for any other expert.
long AgentRobotOf(const string expert)
  {
   string parts[];
   long robot = 0;
   if(StringSplit(expert, '_', parts) != 3 || parts[0] != "Robot" || (parts[2] != "a" && parts[2] != "b"))
     {
      return(0);
     }
   if(!Mt5ConsoleWhole(parts[1], robot))
     {
      return(0);
     }
   return(robot);
  }

// Another chart with an agent on it, 0 when there is none.
long AgentTwin(const long own_chart)
  {
   long charts[];
   int count = AgentCharts(charts);
   for(int i = 0; i < count; i++)
     {
      if(charts[i] != own_chart && AgentExpertOn(charts[i]) == AGENT_NAME)
        {
         return(charts[i]);
        }
     }
   return(0);
  }

// The permission of this agent's own chart. False for every program while the terminal's switch is off.
bool AgentMayTrade()
  {
   return(MQLInfoInteger(MQL_TRADE_ALLOWED) != 0);
  }

// H1 as PERIOD_H1; false for a timeframe that MetaTrader does not have.
bool AgentFrame(const string name, ENUM_TIMEFRAMES &frame)
  {
   for(int i = 0; i < 21; i++)
     {
      frame = AgentFrameAt(i);
      if(Mt5ConsoleFrameName(frame) == name)
        {
         return(true);
        }
     }
   return(false);
  }

ENUM_TIMEFRAMES AgentFrameAt(const int index)
  {
   switch(index)
     {
      case 0:
         return(PERIOD_M1);
      case 1:
         return(PERIOD_M2);
      case 2:
         return(PERIOD_M3);
      case 3:
         return(PERIOD_M4);
      case 4:
         return(PERIOD_M5);
      case 5:
         return(PERIOD_M6);
      case 6:
         return(PERIOD_M10);
      case 7:
         return(PERIOD_M12);
      case 8:
         return(PERIOD_M15);
      case 9:
         return(PERIOD_M20);
      case 10:
         return(PERIOD_M30);
      case 11:
         return(PERIOD_H1);
      case 12:
         return(PERIOD_H2);
      case 13:
         return(PERIOD_H3);
      case 14:
         return(PERIOD_H4);
      case 15:
         return(PERIOD_H6);
      case 16:
         return(PERIOD_H8);
      case 17:
         return(PERIOD_H12);
      case 18:
         return(PERIOD_D1);
      case 19:
         return(PERIOD_W1);
     }
   return(PERIOD_MN1);
  }

// Exactly this name, letter by letter: SymbolExist() may be more tolerant than orders are.
bool AgentSymbolExists(const string symbol)
  {
   bool is_custom = false;
   if(!SymbolExist(symbol, is_custom))
     {
      return(false);
     }
   int total = SymbolsTotal(false);
   for(int i = 0; i < total; i++)
     {
      if(SymbolName(i, false) == symbol)
        {
         return(true);
        }
     }
   return(false);
  }

// By the symbol's own schedule, in the server's time.
bool AgentSymbolIsOpen(const string symbol)
  {
   if(SymbolInfoInteger(symbol, SYMBOL_TRADE_MODE) == (long)SYMBOL_TRADE_MODE_DISABLED)
     {
      return(false);
     }
   MqlDateTime now;
   ZeroMemory(now);
   if(!TimeToStruct(TimeTradeServer(), now))
     {
      return(false);
     }
   long second = 3600 * (long)now.hour + 60 * (long)now.min + (long)now.sec;
   datetime from = 0;
   datetime to = 0;
   for(int i = 0; i < 20; i++)
     {
      if(!SymbolInfoSessionTrade(symbol, (ENUM_DAY_OF_WEEK)now.day_of_week, (uint)i, from, to))
        {
         return(false);
        }
      if(second >= (long)from && second < (long)to)
        {
         return(true);
        }
     }
   return(false);
  }

string AgentRobotFile(const long robot, const string name)
  {
   return("mt5console\\robots\\" + IntegerToString(robot) + "\\" + name);
  }

// The deployment whose READY stands, "" when none does.
string AgentReadyDeployment(const long robot)
  {
   string text = "";
   string names[];
   string kinds[];
   string values[];
   if(!Mt5ConsoleReadFile(AgentRobotFile(robot, "ready.json"), text) || !Mt5ConsoleReadObject(text, names, kinds, values))
     {
      return("");
     }
   return(Mt5ConsoleValue("deployment_id", names, values));
  }

// A name without any way out of its folder.
bool AgentIsPlain(const string name)
  {
   if(name == "" || StringLen(name) > 120 || StringFind(name, "..") >= 0 || StringFind(name, ":") >= 0)
     {
      return(false);
     }
   return(StringFind(name, "/") < 0 && StringFind(name, "\\") < 0);
  }

// Paths of one terminal, compared without case, kind of slash, or a slash at the end.
string AgentSamePath(const string path)
  {
   string text = path;
   StringReplace(text, "/", "\\");
   if(!StringToLower(text))
     {
      return(path);
     }
   int length = StringLen(text);
   while(length > 1 && StringGetCharacter(text, length - 1) == '\\')
     {
      length = length - 1;
     }
   return(StringSubstr(text, 0, length));
  }
