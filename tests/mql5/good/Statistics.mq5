//+------------------------------------------------------------------+
//| Statistics of closed trades: an array of structs                 |
//+------------------------------------------------------------------+
#property script_show_inputs
input int Days = 30;

struct Trade
  {
   ulong    ticket;
   string   symbol;
   datetime time;
   double   profit;
   double   volume;
  };

struct Summary
  {
   int    trades, wins, longest;
   double profit, loss, deepest;
   double Factor() const { return(loss == 0.0 ? 0.0 : profit / -loss); }
   double Rate()   const { return(trades == 0 ? 0.0 : 100.0 * wins / trades); }
  };

int Collect(Trade &list[], const datetime from)
  {
   if(!HistorySelect(from, TimeCurrent()))
      return(-1);
   int total = HistoryDealsTotal(), used = 0;
   ArrayResize(list, total);
   for(int i = 0; i < total; i++)
     {
      ulong ticket = HistoryDealGetTicket(i);
      if(ticket == 0)
         continue;
      long entry = 0;
      if(!HistoryDealGetInteger(ticket, DEAL_ENTRY, entry) || entry != DEAL_ENTRY_OUT)
         continue;
      list[used].ticket = ticket;
      list[used].symbol = HistoryDealGetString(ticket, DEAL_SYMBOL);
      list[used].time   = (datetime)HistoryDealGetInteger(ticket, DEAL_TIME);
      list[used].profit = HistoryDealGetDouble(ticket, DEAL_PROFIT);
      list[used].volume = HistoryDealGetDouble(ticket, DEAL_VOLUME);
      used++;
     }
   return(ArrayResize(list, used));
  }

//--- smallest first
void SortByProfit(Trade &list[])
  {
   int count = ArraySize(list);
   for(int i = 1; i < count; i++)
     {
      Trade moved = list[i];
      int j = i - 1;
      while(j >= 0 && list[j].profit > moved.profit)
        {
         list[j + 1] = list[j];
         j--;
        }
      list[j + 1] = moved;
     }
  }

Summary Summarize(const Trade &list[])
  {
   Summary sum = {};
   double balance = 0, peak = 0;
   int row = 0;
   for(int i = 0; i < ArraySize(list); i++)
     {
      sum.trades++;
      if(list[i].profit > 0)
        {
         sum.wins++;
         sum.profit += list[i].profit;
         row = 0;
        }
      else
        {
         sum.loss += list[i].profit;
         row += 1;
         sum.longest = MathMax(sum.longest, row);
        }
      balance += list[i].profit;
      peak = MathMax(peak, balance);
      sum.deepest = MathMax(sum.deepest, peak - balance);
     }
   return(sum);
  }

double Median(const Trade &list[])
  {
   int count = ArraySize(list);
   if(count == 0)
      return(0.0);
   int half = count / 2;
   return(count % 2 == 1 ? list[half].profit : (list[half - 1].profit + list[half].profit) / 2.0);
  }

void OnStart()
  {
   Trade trades[];
   datetime from = TimeCurrent() - Days * PeriodSeconds(PERIOD_D1);
   int count = Collect(trades, from);
   if(count <= 0)
     {
      Print("no trades since ", from);
      return;
     }
   Summary sum = Summarize(trades);
   SortByProfit(trades);
   Print("trades since ", TimeToString(from, TIME_DATE), ": ", sum.trades);
   PrintFormat("wins %d (%.1f%%), factor %.2f, longest loss row %d", sum.wins, sum.Rate(), sum.Factor(), sum.longest);
   PrintFormat("median %+.2f, worst %s %.2f, best %s %.2f", Median(trades), trades[0].symbol, trades[0].profit,
               trades[count - 1].symbol, trades[count - 1].profit);
  }
