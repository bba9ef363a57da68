// The resident agent's life, shared by the expert (Agent.mq5) and the service (AgentService.mq5): one agent in a
// terminal, held by a lock file; started on the start ini's chart, which is never saved, it moves onto one that is.
//
// AgentBegin() once, AgentTurn() ten times a second while it is true, AgentFinish() at the end. Needs AgentCommands.mqh.

#include <Mt5Console\AgentStatus.mqh>
#include <Mt5Console\AgentCommands.mqh>

int  agent_lock        = INVALID_HANDLE;
bool agent_is_home     = false;
bool agent_is_moving   = false;
bool agent_opened_home = false;
bool agent_replaces    = false;
long agent_new_home    = 0;
long agent_since_ms    = 0;
bool agent_is_settled  = false;

// `own_chart` is 0 for a service, which lives on no chart and is always at home.
bool AgentBegin(const long own_chart, const bool is_home)
  {
   AgentFinish();
   agent_own_chart = own_chart;
   agent_is_home = (is_home || own_chart == 0);
   agent_is_moving = false;
   agent_replaces = false;
   agent_since_ms = Mt5ConsoleTicks();
   agent_is_settled = false;
   if(!AgentBeginCommands())
     {
      Print("cannot create the channel's folders, error ", GetLastError());
      return(false);
     }
   AgentTakeLock();
   return(true);
  }

// One turn; false when this agent has nothing to do here any more: another one lives.
bool AgentTurn()
  {
   if(agent_is_moving)
     {
      return(AgentMove());
     }
   if(AgentReplacesTwin())
     {
      return(true);
     }
   if(agent_lock == INVALID_HANDLE)
     {
      return(AgentWaitForLock());
     }
   if(!agent_is_home)
     {
      agent_is_home = true;
      if(AgentBeginMove())
        {
         return(true);
        }
     }
   if(!AgentHasSettled())
     {
      return(true);
     }
   AgentLook();
   AgentWork();
   AgentStatus();
   return(true);
  }

// The lock goes with the agent; its last status stays as evidence.
void AgentFinish()
  {
   if(agent_lock != INVALID_HANDLE)
     {
      FileClose(agent_lock);
      agent_lock = INVALID_HANDLE;
     }
  }

// ---- what follows is the agent's own ----

void AgentTakeLock()
  {
   agent_lock = FileOpen(AGENT_FOLDER + "\\lock", FILE_READ | FILE_WRITE | FILE_BIN);
   if(agent_lock != INVALID_HANDLE)
     {
      AgentRemember();
      AgentBeginStatus();
     }
  }

// The permission to trade is saved with an agent's chart and inherited by its robots, so that one bad start would last:
// an agent of the start ini that has it closes the chart of one at home that lacks it, by that one's last word. True
// until the other is seen gone.
bool AgentReplacesTwin()
  {
   if(agent_is_home || !AgentMayTrade())
     {
      return(false);
     }
   long twin = AgentTwin(agent_own_chart);
   if(twin == 0 || !AgentHomeMayNot())
     {
      return(false);
     }
   if(!agent_replaces)
     {
      agent_replaces = true;
      agent_since_ms = Mt5ConsoleTicks();
      Print("the agent at home may not trade: this one takes its place");
      if(!ChartClose(twin))
        {
         Print("its chart could not be closed, error ", GetLastError());
        }
     }
   return(Mt5ConsoleTicks() - agent_since_ms < AGENT_LOCK_WAIT_MS);
  }

// Whether the last status tells of an agent without permission in a terminal whose switch was on. It is the agents' own
// file, and no text inside of it can look like these members: its quotes are escaped.
bool AgentHomeMayNot()
  {
   string text = "";
   if(!Mt5ConsoleReadFile(AGENT_FOLDER + "\\status.json", text))
     {
      return(false);
     }
   return(StringFind(text, "\"trade_allowed\":true") >= 0 && StringFind(text, "\"agent_trade_allowed\":false") >= 0);
  }

// An agent on the start ini's chart leaves at once. One at home waits: the lock may just be on its way to it; so does
// one that takes another's place.
bool AgentWaitForLock()
  {
   if(agent_is_home || agent_replaces)
     {
      AgentTakeLock();
      if(agent_lock != INVALID_HANDLE || Mt5ConsoleTicks() - agent_since_ms < AGENT_LOCK_WAIT_MS)
        {
         return(true);
        }
     }
   if(agent_own_chart != 0)
     {
      Print("another agent holds the lock: this one leaves");
     }
   return(false);
  }

// Hands the lock to an agent on a chart that will be saved: one that stands there already, or a copy of this one.
bool AgentBeginMove()
  {
   agent_opened_home = false;
   agent_new_home = AgentTwin(agent_own_chart);
   if(agent_new_home == 0)
     {
      if(!AgentWriteHome())
        {
         Print("the agent's own template could not be written, error ", GetLastError(), "; it stays where it is");
         return(false);
        }
      agent_new_home = ChartOpen(ChartSymbol(agent_own_chart), ChartPeriod(agent_own_chart));
      if(agent_new_home == 0)
        {
         Print("no chart could be opened for the agent, error ", GetLastError(), "; it stays where it is");
         return(false);
        }
      agent_opened_home = true;
     }
   AgentFinish();
   agent_is_moving = true;
   agent_since_ms = Mt5ConsoleTicks();
   if(agent_opened_home && !ChartApplyTemplate(agent_new_home, "\\Files\\mt5console\\agent\\home.tpl"))
     {
      Print("the agent's own template was not taken, error ", GetLastError());
     }
   return(true);
  }

// Waits until the other agent holds the lock; when it does not, this one closes what it opened and serves from here.
bool AgentMove()
  {
   bool is_there = (AgentExpertOn(agent_new_home) == AGENT_NAME);
   if(is_there && Mt5ConsoleIsLocked(AGENT_FOLDER + "\\lock"))
     {
      return(false);
     }
   if(Mt5ConsoleTicks() - agent_since_ms < AGENT_MOVE_WAIT_MS)
     {
      return(true);
     }
   agent_is_moving = false;
   Print("the agent did not come up on a chart of its own: it stays where it is");
   if(agent_opened_home && !ChartClose(agent_new_home))
     {
      Print("the chart that was opened for it could not be closed, error ", GetLastError());
     }
   agent_since_ms = Mt5ConsoleTicks();
   AgentTakeLock();
   return(true);
  }

// For a moment the agent that is about to leave still stands on its chart: the first status shows one of them.
bool AgentHasSettled()
  {
   if(!agent_is_settled)
     {
      bool is_late = (Mt5ConsoleTicks() - agent_since_ms >= AGENT_SETTLE_MS);
      agent_is_settled = (is_late || AgentTwin(agent_own_chart) == 0);
     }
   return(agent_is_settled);
  }

// A template of this agent that knows itself at home, in the form in which the console writes those of robots.
bool AgentWriteHome()
  {
   string text = "<chart>\r\nid=0\r\nsymbol=" + ChartSymbol(agent_own_chart) + "\r\nperiod_type=1\r\nperiod_size=1\r\n";
   text = text + "scale_fix=0\r\nscale=8\r\nmode=1\r\nfore=0\r\ngrid=1\r\nvolume=0\r\nscroll=1\r\nshift=0\r\n";
   text = text + "window_left=0\r\nwindow_top=0\r\nwindow_right=0\r\nwindow_bottom=0\r\nwindow_type=1\r\nfloating=0\r\n";
   text = text + "windows_total=1\r\n\r\n<expert>\r\nname=" + AGENT_NAME + "\r\npath=" + AGENT_EXPERT_FILE + "\r\n";
   text = text + "expertmode=1\r\n<inputs>\r\n" + AGENT_HOME_INPUT + "=true\r\n</inputs>\r\n</expert>\r\n\r\n";
   text = text + "<window>\r\nheight=100.000000\r\nobjects=0\r\n\r\n<indicator>\r\nname=Main\r\npath=\r\napply=1\r\n";
   text = text + "show_data=1\r\nscale_inherit=0\r\nexpertmode=0\r\nfixed_height=-1\r\n</indicator>\r\n</window>\r\n</chart>\r\n";
   int length = StringLen(text);
   uchar bytes[];
   ArrayResize(bytes, 2 * length + 2);
   bytes[0] = 255;
   bytes[1] = 254;
   for(int i = 0; i < length; i++)
     {
      int letter = (int)StringGetCharacter(text, i);
      bytes[2 * i + 2] = (uchar)(letter % 256);
      bytes[2 * i + 3] = (uchar)(letter / 256);
     }
   int file = FileOpen(AGENT_FOLDER + "\\home.tpl", FILE_WRITE | FILE_BIN);
   if(file == INVALID_HANDLE)
     {
      return(false);
     }
   uint written = FileWriteArray(file, bytes);
   FileClose(file);
   return((int)written == 2 * length + 2);
  }
