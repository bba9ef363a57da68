//+------------------------------------------------------------------+
//|                                                  ExportRates.mq5 |
//+------------------------------------------------------------------+
#property script_show_inputs
#property description "Writes the rates of the chart's symbol into a CSV file"

input ENUM_TIMEFRAMES Timeframe = PERIOD_CURRENT; // timeframe
input datetime        From      = D'2024.01.01';  // first bar
input datetime        Until     = D'2025.01.01 00:00';
input string          Folder    = "export";
input bool            Common    = false;          // into the common folder

//+------------------------------------------------------------------+
//| Script program start function                                    |
//+------------------------------------------------------------------+
void OnStart()
  {
   if(From >= Until)
     {
      MessageBox("From must lie before Until", "ExportRates", MB_OK | MB_ICONERROR);
      return;
     }
   MqlRates rates[];
   int copied = -1;
   for(int attempt = 1; attempt <= 5 && copied <= 0 && !IsStopped(); attempt++)
     {
      ResetLastError();
      copied = CopyRates(_Symbol, Timeframe, From, Until, rates);
      if(copied <= 0)
        {
         PrintFormat("attempt %d: error %d", attempt, GetLastError());
         Sleep(1000);
        }
     }
   if(copied <= 0)
      return;
   const int common = Common ? FILE_COMMON : 0;
   if(Folder != "" && !FolderCreate(Folder, common))
      Print("folder ", Folder, " is not made: ", GetLastError());
   string name = (Folder == "" ? "" : Folder + "\\") + _Symbol + "_" + EnumToString(Timeframe) + ".csv";
   int handle = FileOpen(name, FILE_WRITE | FILE_CSV | FILE_ANSI | common, ',');
   if(handle == INVALID_HANDLE)
     {
      Alert("cannot write ", name, ", error ", GetLastError());
      return;
     }
   FileWrite(handle, "time", "open", "high", "low", "close", "tick_volume", "spread");
   int digits = (int)SymbolInfoInteger(_Symbol, SYMBOL_DIGITS);
   double sum = 0, highest = 0, lowest = DBL_MAX;
   for(int i = 0; i < copied; i++)
     {
      MqlRates bar = rates[i];
      FileWrite(handle, TimeToString(bar.time, TIME_DATE | TIME_SECONDS),
                DoubleToString(bar.open, digits), DoubleToString(bar.high, digits),
                DoubleToString(bar.low, digits), DoubleToString(bar.close, digits),
                bar.tick_volume, bar.spread);
      sum += bar.close;
      highest = fmax(highest, bar.high);
      lowest = fmin(lowest, bar.low);
     }
   FileClose(handle);
   PrintFormat("%s: %d bars, mean %.*f, range %G", name, copied, digits, sum / copied, highest - lowest);
  }
//+------------------------------------------------------------------+
