// The robot of the conformance scenarios: an input of each kind, and nothing but the include.
#property copyright "mt5console"

enum EntryMode
  {
   WAIT   = 1, // Waits for a signal
   FOLLOW = 3  // Follows the trend
  };

input double          Lots    = 0.1;
input int             Count   = 5;
input long            Big     = 0;
input bool            Careful = true;
input string          Note    = "none";
input EntryMode       Mode    = WAIT;
input datetime        When    = D'2026.01.01 00:00';
input color           Line    = clrBlue;
input ENUM_TIMEFRAMES Frame   = PERIOD_H1;

#include <Mt5Console\Robot.mqh>

int OnInit()
  {
   Mt5ConsoleInputReal("Lots", Lots);
   Mt5ConsoleInputWhole("Count", Count);
   Mt5ConsoleInputWhole("Big", Big);
   Mt5ConsoleInputFlag("Careful", Careful);
   Mt5ConsoleInput("Note", Note);
   Mt5ConsoleInputWhole("Mode", (long)Mode);
   Mt5ConsoleInputWhole("When", (long)When);
   Mt5ConsoleInputWhole("Line", (long)Line & 0xFFFFFFFF);
   Mt5ConsoleInputWhole("Frame", (long)Frame);
   if(!Mt5ConsoleInit())
     {
      return(INIT_FAILED);
     }
   return(INIT_SUCCEEDED);
  }

void OnTick()
  {
   Mt5ConsoleTick();
  }

void OnDeinit(const int reason)
  {
   Mt5ConsoleDeinit(reason);
  }
