// Writes a CSV of closed deals, reads it back
#property script_show_inputs
input int Days = 30;

#define FILE_NAME "deals.csv"

int Write(const datetime from, const datetime to)
  {
   if(!HistorySelect(from, to))
      return(-1);
   int file = FileOpen(FILE_NAME, FILE_WRITE | FILE_CSV | FILE_ANSI, ';', CP_UTF8);
   if(file == INVALID_HANDLE)
     {
      Print("cannot write, error ", GetLastError());
      return(-1);
     }
   int written = 0;
   int total = HistoryDealsTotal();
   for(int i = 0; i < total; i++)
     {
      ulong ticket = HistoryDealGetTicket(i);
      if(ticket == 0)
         continue;
      ENUM_DEAL_ENTRY entry = (ENUM_DEAL_ENTRY)HistoryDealGetInteger(ticket, DEAL_ENTRY);
      if(entry != DEAL_ENTRY_OUT && entry != DEAL_ENTRY_INOUT)
         continue;
      datetime time = (datetime)HistoryDealGetInteger(ticket, DEAL_TIME);
      double profit = HistoryDealGetDouble(ticket, DEAL_PROFIT) + HistoryDealGetDouble(ticket, DEAL_SWAP);
      FileWrite(file, ticket, TimeToString(time), HistoryDealGetString(ticket, DEAL_SYMBOL), DoubleToString(profit, 2));
      written++;
     }
   FileClose(file);
   return(written);
  }

double Sum()
  {
   int file = FileOpen(FILE_NAME, FILE_READ | FILE_CSV | FILE_ANSI, ';', CP_UTF8);
   if(file == INVALID_HANDLE)
      return(0.0);
   double sum = 0.0;
   while(!FileIsEnding(file))
     {
      string cells[4];
      for(int i = 0; i < 4; i++)
         cells[i] = FileReadString(file);
      sum += StringToDouble(cells[3]);
     }
   FileClose(file);
   return(sum);
  }

void OnStart()
  {
   datetime now = TimeCurrent();
   datetime from = now - Days * 86400;
   int written = Write(from, now);
   if(written < 0)
     {
      Alert("nothing written");
      return;
     }
   Print(written, " deals, sum ", DoubleToString(Sum(), 2));
  }
