// A class that holds objects, overloads, const methods, a forward declaration
class CPanel;

class CLabel
  {
private:
   string  m_name;
   CPanel *m_owner;
public:
            CLabel() : m_owner(NULL) { m_name = "label"; }
   void     Owner(CPanel *owner) { m_owner = owner; }
   bool     HasOwner() const { return(m_owner != NULL); }
   void     Text(const string text)
     {
      if(!ObjectSetString(0, m_name, OBJPROP_TEXT, text))
         Print("no label");
     }
   void     Text(const double value, const int digits = 2) { Text(DoubleToString(value, digits)); }
   void     Text(const long value) { Text(IntegerToString(value)); }
  };

class CPanel
  {
private:
   CLabel m_labels[2];
   int    m_count;
public:
   CPanel() { m_count = 0; }
   void Init()
     {
      m_count = 2;
      for(int i = 0; i < m_count; i++)
         m_labels[i].Owner(GetPointer(this));
      m_labels[0].Text("a");
      m_labels[0].Text(1.5);
      m_labels[1].Text(2.5, 1);
      long ticks = (long)GetTickCount64();
      m_labels[1].Text(ticks);
     }
   int  Count() const { return(m_count); }
   bool Whole() const
     {
      for(int i = 0; i < Count(); i++)
        {
         if(!m_labels[i].HasOwner())
            return(false);
        }
      return(true);
     }
  };

CPanel panel;

int OnInit()
  {
   panel.Init();
   return(panel.Whole() ? INIT_SUCCEEDED : INIT_FAILED);
  }

void OnTick()
  {
   if(panel.Count() > 2)
      ExpertRemove();
  }
