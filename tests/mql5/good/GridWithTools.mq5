//--- a grid that adds at distances and closes all at a profit
#include "Parts/TradeTools.mqh"
input ENUM_LOT_MODE LotMode  = LOT_FIXED;
input double        LotValue = 0.01;
input int           Step     = 200;    // points
input int           MaxOrders = 8;
input double        TakeMoney = 5.0;
input ulong         Magic     = 777;

double last_price = 0.0;
bool   closing = false;

int OnInit()
  {
   if(Step <= 0 || Clamp(MaxOrders, 1, 20) != MaxOrders)
      return(INIT_PARAMETERS_INCORRECT);
   return(INIT_SUCCEEDED);
  }

double LastPrice()
  {
   datetime newest = 0;
   double price = 0.0;
   for(int i = 0; i < PositionsTotal(); i++)
     {
      if(PositionGetTicket(i) == 0)
         continue;
      if(PositionGetString(POSITION_SYMBOL) != _Symbol || PositionGetInteger(POSITION_MAGIC) != (long)Magic)
         continue;
      datetime opened = (datetime)PositionGetInteger(POSITION_TIME);
      if(opened >= newest)
        {
         newest = opened;
         price = PositionGetDouble(POSITION_PRICE_OPEN);
        }
     }
   return(price);
  }

void CloseAll()
  {
   for(int i = PositionsTotal() - 1; i >= 0; --i)
     {
      ulong ticket = PositionGetTicket(i);
      if(ticket > 0 && PositionGetInteger(POSITION_MAGIC) == (long)Magic && !ClosePosition(ticket))
         Print("ticket ", ticket, " stays open: ", GetLastError());
     }
  }

bool PlaceLimit(const double price, const double lots)
  {
   MqlTradeRequest request = {};
   MqlTradeResult  result = {};
   MqlTradeCheckResult check = {};
   request.action = TRADE_ACTION_PENDING;
   request.type = ORDER_TYPE_BUY_LIMIT;
   request.symbol = _Symbol;
   request.volume = lots;
   request.price = NormalizeDouble(price, _Digits);
   request.magic = Magic;
   request.type_time = ORDER_TIME_DAY;
   if(!OrderCheck(request, check))
     {
      Print("check: ", check.comment);
      return(false);
     }
   return(OrderSend(request, result));
  }

void OnTick()
  {
   double profit = 0.0;
   int count = CountPositions(_Symbol, Magic, profit);
   if(count > 0 && profit >= TakeMoney)
      closing = true;
   if(closing)
     {
      CloseAll();
      closing = CountPositions(_Symbol, Magic, profit) > 0;
      return;
     }
   if(count >= MaxOrders || OrdersTotal() > 0)
      return;
   last_price = LastPrice();
   double ask = SymbolInfoDouble(_Symbol, SYMBOL_ASK);
   double next = count == 0 ? ask - 10 * _Point : last_price - Step * _Point * (1 + count / 2.0);
   if(count > 0 && ask > next + Step * _Point)
      return;
   double lots = Lots(LotMode, LotValue, _Symbol, Step);
   if(!PlaceLimit(next, lots))
      PrintFormat("grid: %.2f lots at %s not placed", lots, DoubleToString(next, _Digits));
  }
