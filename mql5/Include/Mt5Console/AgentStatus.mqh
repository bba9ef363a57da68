// The agent's export, agent\status.json: once a second, and at once when the account or a permission changed.
// Needs AgentWorld.mqh.

#include <Mt5Console\AgentWorld.mqh>

long   agent_sequence        = 0;
long   agent_started_utc     = 0;
long   agent_told_ms         = 0;
string agent_told            = "";
long   agent_connected_login = 0;
bool   agent_status_lost     = false;

void AgentBeginStatus()
  {
   agent_sequence = 0;
   agent_started_utc = Mt5ConsoleUtc();
   agent_told = "";
  }

void AgentStatus()
  {
   string account = AgentAccount();
   long now = Mt5ConsoleTicks();
   if(account == agent_told && now - agent_told_ms < AGENT_STATUS_MS)
     {
      return;
     }
   agent_told = account;
   agent_told_ms = now;
   agent_sequence = agent_sequence + 1;
   string text = Mt5ConsoleOpening();
   text = text + ",\"sequence\":" + IntegerToString(agent_sequence);
   text = text + ",\"utc\":" + IntegerToString(Mt5ConsoleUtc());
   text = text + ",\"started_utc\":" + IntegerToString(agent_started_utc);
   text = text + "," + Mt5ConsoleMember("agent_version", AGENT_VERSION);
   text = text + ",\"build\":" + IntegerToString(TerminalInfoInteger(TERMINAL_BUILD));
   text = text + "," + Mt5ConsoleMember("data_path", TerminalInfoString(TERMINAL_DATA_PATH));
   text = text + account;
   text = text + ",\"charts\":[" + AgentChartList() + "]";
   text = text + ",\"globals\":{" + AgentGlobals() + "}";
   text = text + ",\"sessions\":[" + AgentSessions() + "]";
   text = text + ",\"positions\":" + AgentPositions() + "}";
   bool written = Mt5ConsoleReplaceFile(AGENT_FOLDER + "\\status.json", text);
   if(!written && !agent_status_lost)
     {
      Print("the status cannot be written now, error ", GetLastError());
     }
   if(written && agent_status_lost)
     {
      Print("the status is written again");
     }
   agent_status_lost = !written;
  }

// Login, server, kind of money and of positions, link and permissions; the last is this agent's own, which its robots inherit. Nobody is
// logged in while the login is 0.
string AgentAccount()
  {
   long login = AccountInfoInteger(ACCOUNT_LOGIN);
   bool connected = (TerminalInfoInteger(TERMINAL_CONNECTED) != 0);
   if(login == 0 || connected)
     {
      agent_connected_login = login;
     }
   string text = ",\"login\":" + IntegerToString(login);
   text = text + "," + Mt5ConsoleMember("server", AccountInfoString(ACCOUNT_SERVER));
   text = text + "," + Mt5ConsoleMember("trade_mode", AgentTradeMode(login));
   text = text + "," + Mt5ConsoleMember("margin_mode", AgentMarginMode(login));
   text = text + ",\"connected\":" + Mt5ConsoleWord(connected);
   text = text + ",\"trade_allowed\":" + Mt5ConsoleWord(TerminalInfoInteger(TERMINAL_TRADE_ALLOWED) != 0);
   text = text + ",\"account_trade_allowed\":" + Mt5ConsoleWord(AccountInfoInteger(ACCOUNT_TRADE_ALLOWED) != 0);
   text = text + ",\"account_trade_expert\":" + Mt5ConsoleWord(AccountInfoInteger(ACCOUNT_TRADE_EXPERT) != 0);
   text = text + ",\"agent_trade_allowed\":" + Mt5ConsoleWord(AgentMayTrade());
   return(text);
  }

string AgentTradeMode(const long login)
  {
   long mode = AccountInfoInteger(ACCOUNT_TRADE_MODE);
   if(login == 0)
     {
      return("unknown");
     }
   if(mode == (long)ACCOUNT_TRADE_MODE_DEMO)
     {
      return("demo");
     }
   if(mode == (long)ACCOUNT_TRADE_MODE_CONTEST)
     {
      return("contest");
     }
   if(mode == (long)ACCOUNT_TRADE_MODE_REAL)
     {
      return("real");
     }
   return("unknown");
  }

// How the account holds positions: each by itself, or one for a symbol.
string AgentMarginMode(const long login)
  {
   long mode = AccountInfoInteger(ACCOUNT_MARGIN_MODE);
   if(login == 0)
     {
      return("unknown");
     }
   if(mode == (long)ACCOUNT_MARGIN_MODE_RETAIL_HEDGING)
     {
      return("hedging");
     }
   if(mode == (long)ACCOUNT_MARGIN_MODE_RETAIL_NETTING)
     {
      return("netting");
     }
   if(mode == (long)ACCOUNT_MARGIN_MODE_EXCHANGE)
     {
      return("exchange");
     }
   return("unknown");
  }

string AgentChartList()
  {
   string text = "";
   long charts[];
   int count = AgentCharts(charts);
   for(int i = 0; i < count; i++)
     {
      if(i > 0)
        {
         text = text + ",";
        }
      text = text + "{\"chart_id\":" + IntegerToString(charts[i]);
      text = text + "," + Mt5ConsoleMember("symbol", ChartSymbol(charts[i]));
      text = text + "," + Mt5ConsoleMember("timeframe", Mt5ConsoleFrameName(ChartPeriod(charts[i])));
      text = text + "," + Mt5ConsoleMember("expert", AgentExpertOn(charts[i])) + "}";
     }
   return(text);
  }

// The globals of robots, sorted by name. Reading one keeps it from being dropped after four weeks.
string AgentGlobals()
  {
   string found[];
   int count = 0;
   int total = GlobalVariablesTotal();
   for(int i = 0; i < total && count < AGENT_GLOBALS; i++)
     {
      string name = GlobalVariableName(i);
      if(StringFind(name, "EA_") == 0)
        {
         ArrayResize(found, count + 1, 64);
         found[count] = name;
         count = count + 1;
        }
     }
   AgentSortTexts(found, count);
   string text = "";
   for(int j = 0; j < count; j++)
     {
      double value = 0.0;
      if(!GlobalVariableGet(found[j], value))
        {
         continue;
        }
      if(text != "")
        {
         text = text + ",";
        }
      text = text + Mt5ConsoleQuoted(found[j]) + ":" + Mt5ConsoleReal(value);
     }
   return(text);
  }

// The sessions of the charts' symbols, each once, sorted by name.
string AgentSessions()
  {
   string symbols[];
   int found = 0;
   long charts[];
   int count = AgentCharts(charts);
   for(int i = 0; i < count; i++)
     {
      string symbol = ChartSymbol(charts[i]);
      if(StringLen(symbol) == 0 || Mt5ConsoleFind(symbol, symbols) >= 0)
        {
         continue;
        }
      ArrayResize(symbols, found + 1, 16);
      symbols[found] = symbol;
      found = found + 1;
     }
   AgentSortTexts(symbols, found);
   string text = "";
   for(int j = 0; j < found; j++)
     {
      if(j > 0)
        {
         text = text + ",";
        }
      text = text + "{" + Mt5ConsoleMember("symbol", symbols[j]);
      text = text + ",\"is_open\":" + Mt5ConsoleWord(AgentSymbolIsOpen(symbols[j]));
      text = text + ",\"last_quote_utc\":" + Mt5ConsoleLastQuote(symbols[j]) + "}";
     }
   return(text);
  }

// The account's open positions; null when they are not known: nobody is logged in, or this login was not connected yet,
// or the list changed in the middle. An empty list would be taken for "nothing is at risk".
string AgentPositions()
  {
   long login = AccountInfoInteger(ACCOUNT_LOGIN);
   if(login == 0 || login != agent_connected_login)
     {
      return("null");
     }
   string text = "";
   int total = PositionsTotal();
   for(int i = 0; i < total; i++)
     {
      ulong ticket = PositionGetTicket(i);
      if(ticket == 0)
        {
         return("null");
        }
      if(i > 0)
        {
         text = text + ",";
        }
      text = text + "{\"ticket\":" + IntegerToString((long)ticket);
      text = text + "," + Mt5ConsoleMember("symbol", PositionGetString(POSITION_SYMBOL));
      text = text + ",\"magic\":" + IntegerToString(PositionGetInteger(POSITION_MAGIC));
      text = text + ",\"volume\":" + Mt5ConsoleReal(PositionGetDouble(POSITION_VOLUME));
      text = text + ",\"profit\":" + Mt5ConsoleReal(PositionGetDouble(POSITION_PROFIT)) + "}";
     }
   return("[" + text + "]");
  }

void AgentSortTexts(string &texts[], const int count)
  {
   for(int i = 1; i < count; i++)
     {
      string text = texts[i];
      int place = i;
      while(place > 0 && Mt5ConsoleIsBefore(text, texts[place - 1]))
        {
         texts[place] = texts[place - 1];
         place = place - 1;
        }
      texts[place] = text;
     }
  }
