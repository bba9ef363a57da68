// The agent as a service: it needs no chart, and the terminal starts it again by itself once a person has added it in the
// Navigator. Whether a robot that a service attaches may trade is not documented: until it was seen on a real terminal,
// the expert (Agent.mq5) is the one that the console starts. Both hold the same lock, so that one of them serves.
#property service
#property copyright "mt5console"
#property version   "1.10"
#property description "Resident agent of mt5console as a service. Opens and closes no positions."

#include <Mt5Console\AgentCore.mqh>

// A service gets no events: it looks by itself. While another agent serves, it waits for its turn.
void OnStart()
  {
   while(!IsStopped())
     {
      if(!AgentBegin(0, true))
        {
         return;
        }
      while(!IsStopped() && AgentTurn())
        {
         Sleep(AGENT_TURN_MS);
        }
      AgentFinish();
      AgentRest();
     }
  }

// A minute, in steps that let the terminal stop the service.
void AgentRest()
  {
   for(int i = 0; i < 600 && !IsStopped(); i++)
     {
      Sleep(AGENT_TURN_MS);
     }
  }
