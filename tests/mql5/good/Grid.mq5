// Grid of pending orders in Allman style, with a struct of settings handed around
#property version "3.01"

input double GridStep  = 50.0;
input int    Levels    = 5;
input long   MagicBase = 7000;
input double Lot       = 0.01;
input int    Slippage  = 3;

struct Settings
{
   double step;
   int    levels;
   long   magic;

   Settings() : step(0.0), levels(0), magic(0)
   {
   }

   bool IsSane() const
   {
      return step > 0.0 && levels > 0 && levels <= 50;
   }

   void Scale(const double factor)
   {
      step *= factor;
      if (step < 1.0)
      {
         step = 1.0;
      }
   }
};

Settings settings;
ulong    tickets[];

int OnInit()
{
   settings.step = GridStep;
   settings.levels = Levels;
   settings.magic = MagicBase;
   settings.Scale(SymbolInfoInteger(_Symbol, SYMBOL_DIGITS) % 2 == 1 ? 10.0 : 1.0);
   if (!settings.IsSane())
   {
      Print("settings are not sane");
      return INIT_PARAMETERS_INCORRECT;
   }
   ArrayResize(tickets, 0);
   return INIT_SUCCEEDED;
}

int PendingCount(const long magic)
{
   int count = 0;
   int total = OrdersTotal();
   for (int i = total - 1; i >= 0; --i)
   {
      ulong ticket = OrderGetTicket(i);
      if (ticket == 0) continue;
      if (OrderGetString(ORDER_SYMBOL) != _Symbol) continue;
      if (OrderGetInteger(ORDER_MAGIC) != magic) continue;
      ENUM_ORDER_TYPE type = (ENUM_ORDER_TYPE)OrderGetInteger(ORDER_TYPE);
      if (type == ORDER_TYPE_BUY_LIMIT || type == ORDER_TYPE_SELL_LIMIT) ++count;
   }
   return count;
}

bool Place(const ENUM_ORDER_TYPE type, const double price, ulong &ticket)
{
   MqlTradeRequest request;
   MqlTradeResult result;
   MqlTradeCheckResult check;
   ZeroMemory(request);
   ZeroMemory(result);
   ZeroMemory(check);
   request.action = TRADE_ACTION_PENDING;
   request.symbol = Symbol();
   request.volume = Lot;
   request.type = type;
   request.price = NormalizeDouble(price, _Digits);
   request.deviation = (ulong)Slippage;
   request.magic = (ulong)settings.magic;
   request.type_time = ORDER_TIME_GTC;
   request.type_filling = ORDER_FILLING_RETURN;
   if (!OrderCheck(request, check))
   {
      Print("check: ", check.comment);
      return false;
   }
   ResetLastError();
   if (!OrderSend(request, result) || (result.retcode != TRADE_RETCODE_DONE && result.retcode != TRADE_RETCODE_PLACED))
   {
      Print("refused: ", result.retcode, " ", GetLastError());
      return false;
   }
   ticket = result.order;
   return true;
}

void OnTick()
{
   if (PendingCount(settings.magic) > 0) return;
   double bid = SymbolInfoDouble(_Symbol, SYMBOL_BID);
   int level = 0;
   do
   {
      level++;
      ulong ticket = 0;
      double price = bid - level * settings.step * _Point;
      if (Place(ORDER_TYPE_BUY_LIMIT, price, ticket))
      {
         int size = ArraySize(tickets);
         ArrayResize(tickets, size + 1);
         tickets[size] = ticket;
      }
   }
   while (level < settings.levels && !IsStopped());
}
