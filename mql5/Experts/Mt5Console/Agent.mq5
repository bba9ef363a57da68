// The resident agent of mt5console: tells the console what only a program inside the terminal sees, and carries out its
// command files (docs/mql5.md). It trades nothing itself; it needs the permission to trade all the same, since an
// expert that a program without it attaches may not trade either.
#property copyright "mt5console"
#property version   "1.10"
#property description "Resident agent of mt5console: status, attach, detach. Opens and closes no positions."

input bool Mt5ConsoleHome = false; // Filled in by the agent itself: it stands on a chart that is saved

#include <Mt5Console\AgentCore.mqh>

int OnInit()
  {
   if(!AgentBegin(ChartID(), Mt5ConsoleHome))
     {
      return(INIT_FAILED);
     }
   if(!EventSetMillisecondTimer(AGENT_TURN_MS))
     {
      Print("the agent's timer could not be started, error ", GetLastError());
      AgentFinish();
      return(INIT_FAILED);
     }
   return(INIT_SUCCEEDED);
  }

void OnDeinit(const int reason)
  {
   EventKillTimer();
   AgentFinish();
  }

// Another agent lives when a turn is false: this one leaves with its chart, which was opened for it alone.
void OnTimer()
  {
   if(AgentTurn())
     {
      return;
     }
   EventKillTimer();
   if(!ChartClose(ChartID()))
     {
      Print("the agent's chart could not be closed, error ", GetLastError());
      ExpertRemove();
     }
  }
