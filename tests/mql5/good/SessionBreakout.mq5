/* Breakout of the Asian range.
   Style: K&R braces, two spaces, comments everywhere */
#property copyright   "K & R"
#property link        "https://example.com"
#property version     "1.00"

input int      AsiaStart   = 0;      // hour the range begins
input int      AsiaEnd     = 7;      // hour the range ends
input int      TradeUntil  = 17;     // hour after which nothing is opened
input double   Volume      = 0.1;
input double   RewardRatio = 1.5;
input bool     OneADay     = true;
input string   Label       = "asia"; // prefix of objects

enum EState {
  STATE_WAIT,    // before the range
  STATE_RANGE,   // inside the range
  STATE_ARMED,   // range is known
  STATE_DONE     // traded today
};

struct Range {
  double   high;
  double   low;
  datetime from;
  datetime to;

  void Reset() { high = -DBL_MAX; low = DBL_MAX; from = 0; to = 0; }
  double Size() const { return high - low; }
  bool IsValid() const { return high > low && from > 0; }
};

static EState state = STATE_WAIT;
Range         range;
int           today = -1;

int OnInit() {
  if (AsiaStart >= AsiaEnd || AsiaEnd > TradeUntil) {
    Alert("Hours are not in order");
    return INIT_PARAMETERS_INCORRECT;
  }
  range.Reset();
  return INIT_SUCCEEDED;
}

void OnDeinit(const int reason) {
  ObjectsDeleteAll(0, Label);   // ours only
  ChartRedraw();
}

// What the hour says about the state
EState StateOf(int hour) {
  if (hour < AsiaStart) return STATE_WAIT;
  if (hour < AsiaEnd) return STATE_RANGE;
  return STATE_ARMED;
}

void Draw() {
  string name = Label + "_box";
  if (ObjectFind(0, name) < 0 && !ObjectCreate(0, name, OBJ_RECTANGLE, 0, range.from, range.high, range.to, range.low)) {
    Print("no box: ", GetLastError());
    return;
  }
  ObjectSetInteger(0, name, OBJPROP_COLOR, clrSteelBlue);
  ObjectSetInteger(0, name, OBJPROP_FILL, true);
  ObjectSetInteger(0, name, OBJPROP_BACK, true);
}

bool Build() {
  double highs[], lows[];
  int    bars = Bars(_Symbol, PERIOD_M5, range.from, range.to);
  if (bars < 2) return false;
  if (CopyHigh(_Symbol, PERIOD_M5, range.from, range.to, highs) <= 0) return false;
  if (CopyLow(_Symbol, PERIOD_M5, range.from, range.to, lows) <= 0) return false;
  range.high = highs[ArrayMaximum(highs)];
  range.low  = lows[ArrayMinimum(lows)];
  return range.IsValid();
}

bool Open(const ENUM_ORDER_TYPE type, const double price) {
  MqlTradeRequest req = {};
  MqlTradeResult  res = {};
  double          stop = type == ORDER_TYPE_BUY ? range.low : range.high;
  double          risk = MathAbs(price - stop);
  req.action    = TRADE_ACTION_DEAL;
  req.symbol    = _Symbol;
  req.volume    = Volume;
  req.type      = type;
  req.price     = price;
  req.sl        = stop;
  req.tp        = type == ORDER_TYPE_BUY ? price + RewardRatio * risk : price - RewardRatio * risk;
  req.deviation = 20;
  req.comment   = StringFormat("%s %02d-%02d", Label, AsiaStart, AsiaEnd);
  if (!OrderSend(req, res)) return false;
  switch (res.retcode) {
    case TRADE_RETCODE_DONE:
    case TRADE_RETCODE_DONE_PARTIAL:
      return true;
    case TRADE_RETCODE_REQUOTE:
      Print("requote");
      return false;
    default:
      PrintFormat("retcode %u", res.retcode);
  }
  return false;
}

void OnTick() {
  MqlDateTime now;
  TimeToStruct(TimeCurrent(), now);
  if (now.day_of_year != today) {
    today = now.day_of_year;
    state = STATE_WAIT;
    range.Reset();
  }
  EState wanted = StateOf(now.hour);
  if (wanted != state && state != STATE_DONE) {
    if (wanted == STATE_ARMED) {
      datetime midnight = TimeCurrent() - (now.hour * 3600 + now.min * 60 + now.sec);
      range.from = midnight + AsiaStart * 3600;
      range.to   = midnight + AsiaEnd * 3600 - 1;
      if (!Build()) return;
      Draw();
    }
    state = wanted;
  }
  if (state != STATE_ARMED || now.hour >= TradeUntil || PositionSelect(_Symbol)) return;

  MqlTick tick;
  if (!SymbolInfoTick(_Symbol, tick)) return;
  bool opened = false;
  if (tick.ask > range.high) opened = Open(ORDER_TYPE_BUY, tick.ask);
  else if (tick.bid < range.low) opened = Open(ORDER_TYPE_SELL, tick.bid);
  if (opened && OneADay) state = STATE_DONE;
}
