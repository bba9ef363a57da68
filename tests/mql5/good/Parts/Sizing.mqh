// Volume from risk
#define SIZING_LARGEST 10.0

class CSizing
  {
   double m_percent;

public:
   CSizing(const double percent);
   double Lots(const string symbol, const int points) const;

private:
   double Rounded(const double lots, const double step) const { return MathFloor(lots / step) * step; }
  };

CSizing::CSizing(const double percent)
  {
   m_percent = percent;
  }

double CSizing::Lots(const string symbol, const int points) const
  {
   double value = SymbolInfoDouble(symbol, SYMBOL_TRADE_TICK_VALUE);
   double step = SymbolInfoDouble(symbol, SYMBOL_VOLUME_STEP);
   if(value <= 0 || step <= 0 || points <= 0)
      return(0);
   double lots = AccountInfoDouble(ACCOUNT_BALANCE) * m_percent / 100 / (points * value);
   return(fmin(SIZING_LARGEST, Rounded(lots, step)));
  }
