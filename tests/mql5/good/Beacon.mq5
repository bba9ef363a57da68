// A service: loops until it is told to stop
#property service
#property copyright "stranger"
#property version "1.0"

int counter = 0;

bool Beat(const string name)
  {
   counter++;
   return(GlobalVariableSet(name, (double)counter) != 0);
  }

void OnStart()
  {
   string name = "beacon_" + IntegerToString(TerminalInfoInteger(TERMINAL_BUILD));
   for(;;)
     {
      if(IsStopped())
         break;
      if(!Beat(name))
         Print("no beat, error ", _LastError);
      Sleep(1000);
     }
   GlobalVariableDel(name);
  }
