//+------------------------------------------------------------------+
//|                                                   TradeTools.mqh |
//+------------------------------------------------------------------+
enum ENUM_LOT_MODE
  {
   LOT_FIXED,      // fixed lots
   LOT_BALANCE,    // lots for each 1000 of balance
   LOT_RISK        // percent of equity at risk
  };

const double EPSILON = 0.0000001;

//--- rounds a volume to what the broker takes
double NormalizeLots(const string symbol, double lots)
  {
   double step = SymbolInfoDouble(symbol, SYMBOL_VOLUME_STEP);
   double min  = SymbolInfoDouble(symbol, SYMBOL_VOLUME_MIN);
   double max  = SymbolInfoDouble(symbol, SYMBOL_VOLUME_MAX);
   if(step < EPSILON)
      step = 0.01;
   lots = step * MathRound(lots / step);
   if(lots < min)
      lots = min;
   if(lots > max)
      lots = max;
   return(NormalizeDouble(lots, 2));
  }

double Lots(const ENUM_LOT_MODE mode, const double value, const string symbol, const int stop = 0)
  {
   double lots = value;
   switch(mode)
     {
      case LOT_FIXED:
         break;
      case LOT_BALANCE:
         lots = value * AccountInfoDouble(ACCOUNT_BALANCE) / 1000.0;
         break;
      case LOT_RISK:
        {
         double tick = SymbolInfoDouble(symbol, SYMBOL_TRADE_TICK_VALUE);
         if(stop > 0 && tick > EPSILON)
            lots = AccountInfoDouble(ACCOUNT_EQUITY) * value / 100.0 / (stop * tick);
         break;
        }
     }
   return(NormalizeLots(symbol, lots));
  }

int CountPositions(const string symbol, const ulong magic, double &profit)
  {
   int count = 0;
   profit = 0.0;
   for(int i = PositionsTotal() - 1; i >= 0; i--)
     {
      ulong ticket = PositionGetTicket(i);
      if(ticket == 0 || PositionGetString(POSITION_SYMBOL) != symbol)
         continue;
      if((ulong)PositionGetInteger(POSITION_MAGIC) != magic)
         continue;
      count++;
      profit += PositionGetDouble(POSITION_PROFIT) + PositionGetDouble(POSITION_SWAP);
     }
   return(count);
  }

bool ClosePosition(const ulong ticket, const int deviation = 10)
  {
   if(!PositionSelectByTicket(ticket))
      return(false);
   MqlTradeRequest request = {};
   MqlTradeResult  result  = {};
   bool buy = PositionGetInteger(POSITION_TYPE) == POSITION_TYPE_BUY;
   request.action    = TRADE_ACTION_DEAL;
   request.position  = ticket;
   request.symbol    = PositionGetString(POSITION_SYMBOL);
   request.volume    = PositionGetDouble(POSITION_VOLUME);
   request.type      = buy ? ORDER_TYPE_SELL : ORDER_TYPE_BUY;
   request.price     = SymbolInfoDouble(request.symbol, buy ? SYMBOL_BID : SYMBOL_ASK);
   request.deviation = deviation;
   return(OrderSend(request, result) && result.retcode == TRADE_RETCODE_DONE);
  }

template<typename T>
T Clamp(const T value, const T low, const T high)
  {
   return(value < low ? low : value > high ? high : value);
  }
