//+------------------------------------------------------------------+
//|                                                   NewsFilter.mq5 |
//|              Stays out of the market around the news of a file   |
//+------------------------------------------------------------------+
#property copyright "A stranger"
#property version   "1.10"
#property description "Reads news.csv (time;currency;importance) and keeps away from it"

#define NEWS_FILE "news.csv"

input int    MinutesBefore = 30;        // Minutes before an event
input int    MinutesAfter  = 15;        // Minutes after an event
input int    MinImportance = 2;         // 1 low, 2 medium, 3 high
input double Lots          = 0.10;
input ulong  Magic         = 20250101;

struct SNews
  {
   datetime          time;
   string            currency;
   int               importance;
  };

SNews    g_news[];
datetime g_loaded = 0;

//+------------------------------------------------------------------+
//| Read the file once a day                                         |
//+------------------------------------------------------------------+
int LoadNews()
  {
   ResetLastError();
   int handle = FileOpen(NEWS_FILE, FILE_READ | FILE_CSV | FILE_ANSI, ';');
   if(handle == INVALID_HANDLE)
     {
      PrintFormat("%s: cannot open %s, error %d", __FUNCTION__, NEWS_FILE, GetLastError());
      return(-1);
     }
   ArrayResize(g_news, 0, 100);
   int count = 0;
   while(!FileIsEnding(handle) && !IsStopped())
     {
      string when = FileReadString(handle);
      if(when == "")
         continue;
      string currency = FileReadString(handle);
      int importance = (int)FileReadNumber(handle);
      if(importance < MinImportance)
         continue;
      if(ArrayResize(g_news, count + 1, 100) < 0)
         break;
      g_news[count].time       = StringToTime(when);
      g_news[count].currency   = currency;
      g_news[count].importance = importance;
      count++;
     }
   FileClose(handle);
   return(count);
  }
//+------------------------------------------------------------------+
//| Whether now lies around an event of the symbol's currencies      |
//+------------------------------------------------------------------+
bool IsNewsTime(const datetime now, string &reason)
  {
   string base   = SymbolInfoString(_Symbol, SYMBOL_CURRENCY_BASE);
   string profit = SymbolInfoString(_Symbol, SYMBOL_CURRENCY_PROFIT);
   for(int i = ArraySize(g_news) - 1; i >= 0; i--)
     {
      if(g_news[i].currency != base && g_news[i].currency != profit)
         continue;
      long distance = (long)g_news[i].time - (long)now;
      if(distance > MinutesBefore * 60 || distance < -MinutesAfter * 60)
         continue;
      reason = g_news[i].currency + " at " + TimeToString(g_news[i].time, TIME_DATE | TIME_MINUTES);
      return(true);
     }
   return(false);
  }

int OnInit()
  {
   if(MinutesBefore < 0 || MinutesAfter < 0)
      return(INIT_PARAMETERS_INCORRECT);
   if(LoadNews() < 0)
      return(INIT_FAILED);
   g_loaded = TimeCurrent();
   EventSetTimer(60);
   return(INIT_SUCCEEDED);
  }

void OnDeinit(const int reason)
  {
   EventKillTimer();
   Comment("");
  }

void OnTimer()
  {
   if(TimeCurrent() - g_loaded < 86400)
      return;
   int count = LoadNews();
   if(count >= 0)
     {
      Print("news reloaded: ", count);
      g_loaded = TimeCurrent();
     }
  }

void OnTick()
  {
   string reason;
   if(IsNewsTime(TimeCurrent(), reason))
     {
      Comment("News: ", reason);
      return;
     }
   Comment("");
   if(PositionSelect(_Symbol))
      return;
   MqlRates rates[];
   ArraySetAsSeries(rates, true);
   if(CopyRates(_Symbol, PERIOD_CURRENT, 0, 3, rates) < 3)
      return;
   if(rates[1].close > rates[2].high)
      Buy();
  }

void Buy()
  {
   MqlTradeRequest request;
   MqlTradeResult  result;
   ZeroMemory(request);
   ZeroMemory(result);
   request.action       = TRADE_ACTION_DEAL;
   request.symbol       = _Symbol;
   request.volume       = Lots;
   request.type         = ORDER_TYPE_BUY;
   request.price        = SymbolInfoDouble(_Symbol, SYMBOL_ASK);
   request.deviation    = 10;
   request.magic        = Magic;
   request.type_filling = ORDER_FILLING_IOC;
   if(!OrderSend(request, result))
      Print("OrderSend failed: ", GetLastError(), ", retcode ", result.retcode);
  }
//+------------------------------------------------------------------+
