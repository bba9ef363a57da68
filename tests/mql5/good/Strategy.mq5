// Signals as classes: a base, two heirs, a strategy that asks them all
#property version "2.00"

input group "=== Signals ==="
input int    FastPeriod = 12;
input int    SlowPeriod = 26;
input int    RsiPeriod  = 14;
input group "=== Money ==="
input double RiskPercent = 1.0;
input int    StopPoints  = 300;

enum ENUM_SIGNAL
  {
   SIGNAL_NONE = 0,   // nothing
   SIGNAL_BUY  = 1,   // up
   SIGNAL_SELL = -1   // down
  };

class CSignal
  {
protected:
   string            m_symbol;
   ENUM_TIMEFRAMES   m_period;
   int               m_handle;
   bool              Value(const int buffer, const int shift, double &value) const;

public:
                     CSignal(const string symbol, const ENUM_TIMEFRAMES period) : m_symbol(symbol), m_period(period), m_handle(INVALID_HANDLE) {}
   virtual          ~CSignal(void) { if(m_handle != INVALID_HANDLE) IndicatorRelease(m_handle); }
   virtual bool      Init(void) = 0;
   virtual ENUM_SIGNAL Direction(void) = 0;
   virtual string    Name(void) const { return("signal"); }
  };

bool CSignal::Value(const int buffer, const int shift, double &value) const
  {
   double values[1];
   if(CopyBuffer(m_handle, buffer, shift, 1, values) != 1)
      return(false);
   value = values[0];
   return(true);
  }

class CSignalMacd : public CSignal
  {
private:
   int               m_fast;
   int               m_slow;

public:
                     CSignalMacd(const string symbol, const ENUM_TIMEFRAMES period, const int fast, const int slow) : CSignal(symbol, period)
     {
      m_fast = fast;
      m_slow = slow;
     }
   virtual bool      Init(void) override
     {
      m_handle = iMACD(m_symbol, m_period, m_fast, m_slow, 9, PRICE_CLOSE);
      return(m_handle != INVALID_HANDLE);
     }
   virtual ENUM_SIGNAL Direction(void) override;
   virtual string    Name(void) const override { return("MACD"); }
  };

ENUM_SIGNAL CSignalMacd::Direction(void)
  {
   double main, signal;
   if(!Value(0, 1, main) || !Value(1, 1, signal))
      return(SIGNAL_NONE);
   if(main > signal && main < 0.0)
      return(SIGNAL_BUY);
   if(main < signal && main > 0.0)
      return(SIGNAL_SELL);
   return(SIGNAL_NONE);
  }

class CSignalRsi : public CSignal
  {
   int               m_length;
public:
                     CSignalRsi(const string symbol, const ENUM_TIMEFRAMES period, const int length) : CSignal(symbol, period), m_length(length) {}
   virtual bool      Init(void) override
     {
      m_handle = iRSI(m_symbol, m_period, m_length, PRICE_CLOSE);
      return(m_handle != INVALID_HANDLE);
     }
   virtual ENUM_SIGNAL Direction(void) override
     {
      double value = 50.0;
      if(!Value(0, 1, value))
         return(SIGNAL_NONE);
      return(value < 30.0 ? SIGNAL_BUY : value > 70.0 ? SIGNAL_SELL : SIGNAL_NONE);
     }
   virtual string    Name(void) const override { return("RSI"); }
  };

class CStrategy
  {
   CSignal          *m_signals[];
public:
                    ~CStrategy(void)
     {
      for(int i = 0; i < ArraySize(m_signals); i++)
         delete m_signals[i];
      ArrayFree(m_signals);
     }
   bool              Add(CSignal *signal)
     {
      int size = ArraySize(m_signals);
      if(ArrayResize(m_signals, size + 1) != size + 1)
        {
         delete signal;
         return(false);
        }
      m_signals[size] = signal;
      return(signal.Init());
     }
   ENUM_SIGNAL       Vote(void)
     {
      int sum = 0;
      for(int i = 0; i < ArraySize(m_signals); i++)
        {
         ENUM_SIGNAL direction = m_signals[i].Direction();
         if(direction == SIGNAL_NONE)
            continue;
         sum += (int)direction;
         Print(m_signals[i].Name(), " says ", EnumToString(direction));
        }
      if(sum == 0)
         return(SIGNAL_NONE);
      return(sum > 0 ? SIGNAL_BUY : SIGNAL_SELL);
     }
  };

CStrategy strategy;
datetime  last_bar = 0;

int OnInit(void)
  {
   if(!strategy.Add(new CSignalMacd(_Symbol, _Period, FastPeriod, SlowPeriod)))
      return(INIT_FAILED);
   if(!strategy.Add(new CSignalRsi(_Symbol, _Period, RsiPeriod)))
      return(INIT_FAILED);
   return(INIT_SUCCEEDED);
  }

double LotsOf(const double risk, const int points)
  {
   double tick_value = SymbolInfoDouble(_Symbol, SYMBOL_TRADE_TICK_VALUE);
   double step = SymbolInfoDouble(_Symbol, SYMBOL_VOLUME_STEP);
   if(tick_value <= 0.0 || points <= 0 || step <= 0.0)
      return(0.0);
   double lots = AccountInfoDouble(ACCOUNT_EQUITY) * risk / 100.0 / (points * tick_value);
   lots = MathFloor(lots / step) * step;
   return(MathMin(MathMax(lots, SymbolInfoDouble(_Symbol, SYMBOL_VOLUME_MIN)), SymbolInfoDouble(_Symbol, SYMBOL_VOLUME_MAX)));
  }

void OnTick(void)
  {
   datetime bar = iTime(_Symbol, _Period, 0);
   if(bar == last_bar)
      return;
   last_bar = bar;
   ENUM_SIGNAL vote = strategy.Vote();
   if(vote == SIGNAL_NONE || PositionsTotal() > 0)
      return;
   MqlTradeRequest request = {};
   MqlTradeResult result = {};
   request.action = TRADE_ACTION_DEAL;
   request.symbol = _Symbol;
   request.volume = LotsOf(RiskPercent, StopPoints);
   request.type = vote == SIGNAL_BUY ? ORDER_TYPE_BUY : ORDER_TYPE_SELL;
   request.price = vote == SIGNAL_BUY ? SymbolInfoDouble(_Symbol, SYMBOL_ASK) : SymbolInfoDouble(_Symbol, SYMBOL_BID);
   request.sl = NormalizeDouble(request.price - (int)vote * StopPoints * _Point, _Digits);
   request.comment = "vote";
   bool sent = OrderSend(request, result);
   if(!sent || (result.retcode != TRADE_RETCODE_DONE && result.retcode != TRADE_RETCODE_PLACED))
      PrintFormat("not sent: %u %s", result.retcode, result.comment);
  }
