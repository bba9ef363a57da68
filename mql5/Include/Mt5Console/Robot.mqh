// Mt5Console for a robot that has no OnTimer of its own: three lines make a robot speak to the console.
//
//   #include <Mt5Console\Robot.mqh>                       behind the robot's inputs
//   if(!Mt5ConsoleInit()) return(INIT_FAILED);            last in OnInit
//   Mt5ConsoleDeinit(reason);                             in OnDeinit
//
// For the proof that the inputs arrived, one line more for each input, before Mt5ConsoleInit: Mt5ConsoleInputReal("Lots", Lots);
// For pause, stop and roll-back to be obeyed, ask before opening: if(!Mt5ConsoleMayOpen()) return;
// A robot that has an OnTimer includes Heartbeat.mqh instead.

#include <Mt5Console\Heartbeat.mqh>

void OnTimer()
  {
   Mt5ConsoleTimer();
  }
