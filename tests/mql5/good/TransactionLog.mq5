//--- logs every trade transaction, keeps totals by symbol
input string LogName = "transactions";   // file below Files
input bool   Verbose = false;

class CTotals
  {
   string m_symbols[];
   double m_profits[];
   int    m_deals[];

   int Find(const string symbol) const
     {
      for(int i = 0; i < ArraySize(m_symbols); i++)
         if(m_symbols[i] == symbol)
            return(i);
      return(-1);
     }

public:
   void Add(const string symbol, const double profit)
     {
      int at = Find(symbol);
      if(at < 0)
        {
         at = ArraySize(m_symbols);
         ArrayResize(m_symbols, at + 1);
         ArrayResize(m_profits, at + 1);
         ArrayResize(m_deals, at + 1);
         m_symbols[at] = symbol;
         m_profits[at] = 0.0;
         m_deals[at] = 0;
        }
      m_profits[at] += profit;
      m_deals[at]++;
     }
   void Show(void) const
     {
      for(int i = 0; i < ArraySize(m_symbols); ++i)
         PrintFormat("%s: %d deals, %.2f", m_symbols[i], m_deals[i], m_profits[i]);
     }
  };

CTotals totals;
int     file = INVALID_HANDLE;
ulong   written = 0;

int OnInit()
  {
   string name = LogName + "_" + IntegerToString(AccountInfoInteger(ACCOUNT_LOGIN)) + ".csv";
   file = FileOpen(name, FILE_READ | FILE_WRITE | FILE_CSV | FILE_SHARE_READ, ',');
   if(file == INVALID_HANDLE)
     {
      Print("cannot open ", name, ": ", GetLastError());
      return(INIT_FAILED);
     }
   FileSeek(file, 0, SEEK_END);
   return(INIT_SUCCEEDED);
  }

void OnDeinit(const int reason)
  {
   if(file != INVALID_HANDLE)
     {
      FileClose(file);
      file = INVALID_HANDLE;
     }
   totals.Show();
   Print("lines written: ", written);
  }

void OnTradeTransaction(const MqlTradeTransaction &trans, const MqlTradeRequest &request, const MqlTradeResult &result)
  {
   if(Verbose)
      Print(EnumToString(trans.type), " order ", trans.order, " deal ", trans.deal, " retcode ", result.retcode);
   if(trans.type != TRADE_TRANSACTION_DEAL_ADD || !HistoryDealSelect(trans.deal))
      return;
   ENUM_DEAL_TYPE  type  = (ENUM_DEAL_TYPE)HistoryDealGetInteger(trans.deal, DEAL_TYPE);
   ENUM_DEAL_ENTRY entry = (ENUM_DEAL_ENTRY)HistoryDealGetInteger(trans.deal, DEAL_ENTRY);
   if(type != DEAL_TYPE_BUY && type != DEAL_TYPE_SELL)
      return;
   double profit = HistoryDealGetDouble(trans.deal, DEAL_PROFIT);
   profit += HistoryDealGetDouble(trans.deal, DEAL_SWAP) + HistoryDealGetDouble(trans.deal, DEAL_COMMISSION);
   if(entry == DEAL_ENTRY_OUT || entry == DEAL_ENTRY_OUT_BY)
      totals.Add(trans.symbol, profit);
   if(file == INVALID_HANDLE)
      return;
   datetime time = (datetime)HistoryDealGetInteger(trans.deal, DEAL_TIME);
   if(FileWrite(file, time, trans.symbol, EnumToString(type), EnumToString(entry), trans.volume, trans.price, profit) > 0)
      written++;
   FileFlush(file);
  }

void OnTick() {}
