// Trailing stop over all positions of the account, prototypes before main
input int TrailPoints = 300;
input int StepPoints  = 50;

bool Modify(const ulong ticket, const string symbol, double stop, double target);
double Better(const double present, const double wanted, const bool is_buy);

void OnTick()
  {
   for(int i = PositionsTotal() - 1; i >= 0; i--)
     {
      string symbol = PositionGetSymbol(i);
      if(symbol == "" || symbol != _Symbol)
         continue;
      ulong  ticket = (ulong)PositionGetInteger(POSITION_TICKET);
      double stop = PositionGetDouble(POSITION_SL), target = PositionGetDouble(POSITION_TP);
      bool   is_buy = PositionGetInteger(POSITION_TYPE) == POSITION_TYPE_BUY;
      double point = SymbolInfoDouble(symbol, SYMBOL_POINT);
      double price = SymbolInfoDouble(symbol, is_buy ? SYMBOL_BID : SYMBOL_ASK);
      double wanted = is_buy ? price - TrailPoints * point : price + TrailPoints * point;
      wanted = Better(stop, wanted, is_buy);
      if(MathAbs(wanted - stop) < StepPoints * point)
         continue;
      if(!Modify(ticket, symbol, wanted, target))
         Print(__FUNCTION__, ": ticket ", ticket, " keeps its stop, line ", __LINE__);
     }
  }

double Better(const double present, const double wanted, const bool is_buy)
  {
   if(present == 0.0)
      return(wanted);
   return(is_buy ? MathMax(present, wanted) : MathMin(present, wanted));
  }

bool Modify(const ulong ticket, const string symbol, double stop, double target)
  {
   MqlTradeRequest request = {0};
   MqlTradeResult result = {0};
   int digits = (int)SymbolInfoInteger(symbol, SYMBOL_DIGITS);
   request.action = TRADE_ACTION_SLTP;
   request.position = ticket;
   request.symbol = symbol;
   request.sl = NormalizeDouble(stop, digits);
   request.tp = NormalizeDouble(target, digits);
   bool sent = OrderSend(request, result);
   return(sent && result.retcode == TRADE_RETCODE_DONE);
  }
