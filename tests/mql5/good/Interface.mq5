// An interface, two strategies behind it, an array of pointers
interface IStrategy
  {
   string Name();
   int    Signal(const double &close[], const int count);
  };

class CMomentum : public IStrategy
  {
private:
   int m_distance;

public:
   CMomentum(int distance) : m_distance(distance) { }

   string Name() { return "momentum " + IntegerToString(m_distance); }

   int Signal(const double &close[], const int count)
     {
      if(count <= m_distance) return 0;
      double change = close[0] - close[m_distance];
      return change > 0 ? 1 : (change < 0 ? -1 : 0);
     }
  };

class CBase
  {
protected:
   double m_weight;
   static int s_made;

public:
   CBase(void) { m_weight = 1.0; s_made++; }
   virtual ~CBase(void) { s_made--; }
   virtual double Weight(void) const = 0;
   void SetWeight(const double weight) { m_weight = weight; }
   static int Made(void) { return s_made; }
  };

int CBase::s_made = 0;

class CHeavy : public CBase
  {
public:
   CHeavy(void) { m_weight = 2.0; }
   virtual double Weight(void) const { return m_weight * 2.0; }
  };

class CLight : public CBase
  {
public:
   virtual double Weight(void) const override { return(m_weight / 2.0); }
  };

CMomentum momentum(10);
CBase *bases[];

void Add(CBase *base)
  {
   int size = ArraySize(bases);
   ArrayResize(bases, size + 1);
   bases[size] = base;
  }

CBase *Make(const bool heavy)
  {
   if(heavy) return new CHeavy();
   return new CLight;
  }

int OnInit()
  {
   Add(Make(true));
   Add(Make(false));
   bases[1].SetWeight(5.0);
   Print(momentum.Name(), " ", CBase::Made());
   return(INIT_SUCCEEDED);
  }

void OnDeinit(const int reason)
  {
   for(int i = ArraySize(bases) - 1; i >= 0; i--)
     {
      if(bases[i] == NULL) continue;
      delete bases[i];
     }
   ArrayFree(bases);
  }

void OnTick()
  {
   double close[];
   ArraySetAsSeries(close, true);
   int count = CopyClose(_Symbol, PERIOD_CURRENT, 0, 20, close);
   int signal = momentum.Signal(close, count);
   double weight = 0.0;
   for(int i = 0; i < ArraySize(bases); i++)
      weight += bases[i].Weight();
   CMomentum *pointer = GetPointer(momentum);
   if(signal != 0 && pointer != NULL)
      Print(pointer.Name(), ": ", signal, " with ", weight);
  }
