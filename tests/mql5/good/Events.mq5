// All of an expert's events, in a compact style
#property version "1.0"

#define BUTTON_NAME "panel_button"
#define LIMIT       (3 * 60)

input int RefreshSeconds = 5;

long trades = 0;
int  clicks = 0;
bool shown  = false;

int OnInit(void) {
   if (!EventSetTimer(RefreshSeconds)) return INIT_FAILED;
   shown = ObjectCreate(0, BUTTON_NAME, OBJ_BUTTON, 0, 0, 0);
   if (shown) {
      ObjectSetInteger(0, BUTTON_NAME, OBJPROP_XDISTANCE, 20);
      ObjectSetInteger(0, BUTTON_NAME, OBJPROP_YDISTANCE, 20);
      ObjectSetString(0, BUTTON_NAME, OBJPROP_TEXT, "Press");
   }
   ChartRedraw();
   return INIT_SUCCEEDED;
}

void OnDeinit(const int reason) {
   EventKillTimer();
   if (shown) { ObjectDelete(0, BUTTON_NAME); }
}

void OnTick() {
   MqlTick tick;
   if (!SymbolInfoTick(_Symbol, tick)) return;
   double spread = (tick.ask - tick.bid) / _Point;
   Comment("spread ", DoubleToString(spread, 1), "\nclicks ", clicks);
}

void OnTimer() {
   static int beats = 0;
   beats++;
   if (beats % 10 == 0) Print("beat ", beats, " trades ", trades);
   if (beats * RefreshSeconds > LIMIT) beats = 0;
}

void OnTrade() { trades++; }

void OnTradeTransaction(const MqlTradeTransaction &trans, const MqlTradeRequest &request,
                        const MqlTradeResult &result) {
   if (trans.type == TRADE_TRANSACTION_DEAL_ADD && trans.deal_type == DEAL_TYPE_BUY) {
      PrintFormat("deal %I64u of %s at %.5f", trans.deal, trans.symbol, trans.price);
   } else if (trans.type == TRADE_TRANSACTION_REQUEST) {
      Print("request ", EnumToString(request.action), " answered ", result.retcode);
   }
}

void OnChartEvent(const int id, const long &lparam, const double &dparam, const string &sparam) {
   if (id == CHARTEVENT_OBJECT_CLICK && sparam == BUTTON_NAME) {
      clicks++;
      ObjectSetInteger(0, BUTTON_NAME, OBJPROP_STATE, false);
   } else if (id == CHARTEVENT_KEYDOWN) {
      Print("key ", lparam, " at ", dparam);
   }
}

void OnBookEvent(const string &symbol) {
   MqlBookInfo book[];
   if (MarketBookGet(symbol, book)) {
      for (int i = 0, n = ArraySize(book); i < n; i++) {
         if (book[i].type == BOOK_TYPE_SELL) continue;
         Print(book[i].price, " ", book[i].volume);
      }
   }
}

double OnTester() {
   double profit = TesterStatistics(STAT_PROFIT);
   double drawdown = TesterStatistics(STAT_EQUITY_DD);
   return drawdown > 0 ? profit / drawdown : profit;
}
