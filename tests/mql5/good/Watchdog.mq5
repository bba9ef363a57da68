#property service
#property copyright "somebody"
#property version   "1.01"
/*
  Looks once a second at the connection and writes a line when it changes.
  A service has no events but OnStart, so it loops until it is stopped.
*/
input int    Seconds  = 1;
input string FileName = "watchdog.log";

bool was_connected = true;
uint changes = 0;

bool Append(const string line)
  {
   int handle = FileOpen(FileName, FILE_READ | FILE_WRITE | FILE_TXT | FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_ANSI);
   if(handle == INVALID_HANDLE) return false;
   FileSeek(handle, 0, SEEK_END);
   const bool done = FileWriteString(handle, line + "\r\n") > 0;
   FileClose(handle);
   return done;
  }

string Now() { return TimeToString(TimeLocal(), TIME_DATE | TIME_SECONDS); }

void Look()
  {
   const bool connected = TerminalInfoInteger(TERMINAL_CONNECTED) != 0;
   if(connected == was_connected) return;
   was_connected = connected;
   changes++;
   const string line = Now() + (connected ? " connected" : " lost") + ", ping " + IntegerToString(TerminalInfoInteger(TERMINAL_PING_LAST) / 1000) + " ms";
   if(!Append(line)) Print(line, " (not written, error ", GetLastError(), ")");
   GlobalVariableSet("watchdog_changes", changes);
  }

void OnStart()
  {
   int beats = 0;
   do
     {
      Look();
      if(++beats % 3600 == 0) { Print("alive, ", changes, " changes"); beats = 0; }
      Sleep(MathMax(Seconds, 1) * 1000);
     }
   while(!IsStopped());
   Append(Now() + " stopped");
  }
