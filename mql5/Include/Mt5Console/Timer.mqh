// A program's one timer, shared by the beats and the robot's own period; on a chart, and in the strategy tester.
// Knows nothing of beats but how often they come. Needs Words.mqh.

#include <Mt5Console\Words.mqh>

#define MT5CONSOLE_BEAT_MS   1000
#define MT5CONSOLE_TESTER_MS 1000

long mt5console_period_ms  = 0;
long mt5console_step_ms    = 0;
long mt5console_beat_at_ms = 0;
long mt5console_own_at_ms  = 0;

// One timer serves both: its step is the shorter period, or a quarter of a second when the longer is no whole second.
bool Mt5ConsoleStartTimer()
  {
   mt5console_beat_at_ms = Mt5ConsoleTicks();
   mt5console_own_at_ms = mt5console_beat_at_ms;
   mt5console_step_ms = MT5CONSOLE_BEAT_MS;
   if(mt5console_period_ms > 0 && mt5console_period_ms < MT5CONSOLE_BEAT_MS)
     {
      mt5console_step_ms = mt5console_period_ms;
     }
   else if(mt5console_period_ms % MT5CONSOLE_BEAT_MS != 0)
     {
      mt5console_step_ms = MT5CONSOLE_BEAT_MS / 4;
     }
   return(Mt5ConsoleSetTimer(mt5console_step_ms));
  }

// The robot's own period, or the least that the tester has; none without a period.
bool Mt5ConsoleStartTestersTimer()
  {
   if(mt5console_period_ms <= 0)
     {
      return(true);
     }
   if(mt5console_period_ms < MT5CONSOLE_TESTER_MS)
     {
      return(Mt5ConsoleSetTimer(MT5CONSOLE_TESTER_MS));
     }
   return(Mt5ConsoleSetTimer(mt5console_period_ms));
  }

bool Mt5ConsoleSetTimer(const long step_ms)
  {
   // A timer that the robot has set before would be left as it is.
   EventKillTimer();
   if(step_ms % 1000 == 0)
     {
      return(EventSetTimer((int)(step_ms / 1000)));
     }
   return(EventSetMillisecondTimer((int)step_ms));
  }

// Every event counts for a robot without a period of its own; half a step early counts, events are never exact.
bool Mt5ConsoleOwnIsDue(const long now)
  {
   if(mt5console_period_ms > 0 && now - mt5console_own_at_ms < mt5console_period_ms - mt5console_step_ms / 2)
     {
      return(false);
     }
   mt5console_own_at_ms = now;
   return(true);
  }
