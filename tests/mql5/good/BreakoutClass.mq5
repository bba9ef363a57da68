//+------------------------------------------------------------------+
//| Breakout of the last bars' range, written with classes           |
//+------------------------------------------------------------------+
#property copyright "A stranger"
#property link      "https://example.org"
#property version   "2.10"
#property description "Breakout of the last bars' range"

enum ENUM_EXIT_MODE
  {
   EXIT_FIXED = 0,   // Fixed target
   EXIT_TRAIL = 1,   // Trailing stop
   EXIT_BOTH         // Both
  };

input group "Signal"
input int             InpBars      = 20;           // Bars of the range
input ENUM_TIMEFRAMES InpTimeframe = PERIOD_H1;    // Timeframe
input group "Money"
input double          InpLots      = 0.10;         // Volume
sinput ulong          InpMagic     = 20260101;     // Magic number
input ENUM_EXIT_MODE  InpExit      = EXIT_BOTH;    // How to leave
input color           InpColor     = clrDodgerBlue;
input datetime        InpStart     = D'2026.01.01 00:00';
input bool            InpVerbose   = false;
input string          InpComment   = "breakout";

class CRange
  {
private:
   double            m_high;
   double            m_low;
   int               m_bars;
public:
                     CRange(void);
                     CRange(const int bars);
                    ~CRange(void);
   bool              Update(const string symbol, const ENUM_TIMEFRAMES timeframe);
   double            High(void) const { return(m_high); }
   double            Low(void)  const { return(m_low);  }
   virtual string    Describe(void) const;
  };

CRange::CRange(void) : m_high(0.0), m_low(0.0), m_bars(20)
  {
  }

CRange::CRange(const int bars) : m_high(0.0), m_low(0.0), m_bars(bars)
  {
  }

CRange::~CRange(void)
  {
  }

bool CRange::Update(const string symbol, const ENUM_TIMEFRAMES timeframe)
  {
   MqlRates rates[];
   ArraySetAsSeries(rates, true);
   int copied = CopyRates(symbol, timeframe, 1, m_bars, rates);
   if(copied < m_bars)
      return(false);
   m_high = rates[0].high;
   m_low = rates[0].low;
   for(int i = 1; i < copied; i++)
     {
      m_high = MathMax(m_high, rates[i].high);
      m_low = MathMin(m_low, rates[i].low);
     }
   return(true);
  }

string CRange::Describe(void) const
  {
   return(StringFormat("range %.5f .. %.5f of %d bars", m_low, m_high, m_bars));
  }

class CWideRange : public CRange
  {
private:
   int               m_updates;
public:
                     CWideRange(const int bars) : CRange(bars), m_updates(0) {}
   virtual string    Describe(void) const override
     {
      return("wide " + CRange::Describe());
     }
   void              Count(void) { m_updates++; }
   int               Updates(void) const { return(this.m_updates); }
  };

CWideRange *ExtRange = NULL;
datetime    ExtLastBar = 0;

int OnInit()
  {
   if(InpBars < 2 || InpLots <= 0.0)
      return(INIT_PARAMETERS_INCORRECT);
   ExtRange = new CWideRange(InpBars);
   if(CheckPointer(ExtRange) == POINTER_INVALID)
      return(INIT_FAILED);
   return(INIT_SUCCEEDED);
  }

void OnDeinit(const int reason)
  {
   if(CheckPointer(ExtRange) == POINTER_DYNAMIC)
     {
      delete ExtRange;
      ExtRange = NULL;
     }
   Comment("");
  }

void OnTick()
  {
   if(TimeCurrent() < InpStart)
      return;
   datetime bar = iTime(_Symbol, InpTimeframe, 0);
   if(bar == ExtLastBar)
      return;
   ExtLastBar = bar;
   if(!ExtRange.Update(_Symbol, InpTimeframe))
      return;
   ExtRange.Count();
   if(InpVerbose)
      Print(ExtRange.Describe(), ", updates ", ExtRange.Updates());
   double ask = SymbolInfoDouble(_Symbol, SYMBOL_ASK);
   if(ask > ExtRange.High() && PositionsTotal() == 0)
      Buy(ask);
  }

void Buy(const double price)
  {
   MqlTradeRequest request = {};
   MqlTradeResult  result = {};
   request.action       = TRADE_ACTION_DEAL;
   request.symbol       = _Symbol;
   request.volume       = InpLots;
   request.type         = ORDER_TYPE_BUY;
   request.price        = price;
   request.deviation    = 10;
   request.magic        = InpMagic;
   request.comment      = InpComment;
   request.type_filling = ORDER_FILLING_IOC;
   switch(InpExit)
     {
      case EXIT_FIXED:
      case EXIT_BOTH:
         request.tp = NormalizeDouble(price + 500 * _Point, _Digits);
         break;
      case EXIT_TRAIL:
         break;
      default:
         return;
     }
   if(!OrderSend(request, result))
      PrintFormat("OrderSend failed, error %d, retcode %u", GetLastError(), result.retcode);
  }
