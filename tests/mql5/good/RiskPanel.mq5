//+------------------------------------------------------------------+
//| A panel with buttons: OnChartEvent and objects                   |
//+------------------------------------------------------------------+
#property indicator_chart_window
#property indicator_plots 0

#define PREFIX  "risk_panel_"
#define WIDTH   180
#define ROW     22

input color            Back   = clrWhiteSmoke;
input color            Front  = C'40,40,60';
input ENUM_BASE_CORNER Corner = CORNER_LEFT_UPPER;

string names[4] = {"balance", "equity", "margin", "profit"};
bool   folded = false;
int    clicks = 0;

bool Label(const string name, const int row, const string text)
  {
   string full = PREFIX + name;
   if(ObjectFind(0, full) < 0)
     {
      if(!ObjectCreate(0, full, OBJ_LABEL, 0, 0, 0))
         return(false);
      ObjectSetInteger(0, full, OBJPROP_CORNER, Corner);
      ObjectSetInteger(0, full, OBJPROP_XDISTANCE, 10);
      ObjectSetInteger(0, full, OBJPROP_YDISTANCE, 30 + row * ROW);
      ObjectSetInteger(0, full, OBJPROP_COLOR, Front);
      ObjectSetInteger(0, full, OBJPROP_SELECTABLE, false);
      ObjectSetString(0, full, OBJPROP_FONT, "Consolas");
     }
   return(ObjectSetString(0, full, OBJPROP_TEXT, text));
  }

bool Button(const string name, const string text, const int x, const int y)
  {
   string full = PREFIX + name;
   if(!ObjectCreate(0, full, OBJ_BUTTON, 0, 0, 0))
      return(false);
   ObjectSetInteger(0, full, OBJPROP_XDISTANCE, x);
   ObjectSetInteger(0, full, OBJPROP_YDISTANCE, y);
   ObjectSetInteger(0, full, OBJPROP_XSIZE, WIDTH / 2 - 10);
   ObjectSetInteger(0, full, OBJPROP_YSIZE, ROW - 2);
   ObjectSetInteger(0, full, OBJPROP_BGCOLOR, Back);
   ObjectSetString(0, full, OBJPROP_TEXT, text);
   return(true);
  }

double Value(const int at)
  {
   switch(at)
     {
      case 0:
         return(AccountInfoDouble(ACCOUNT_BALANCE));
      case 1:
         return(AccountInfoDouble(ACCOUNT_EQUITY));
      case 2:
         return(AccountInfoDouble(ACCOUNT_MARGIN));
     }
   return(AccountInfoDouble(ACCOUNT_PROFIT));
  }

void Refresh()
  {
   for(int i = 0; i < ArraySize(names); i++)
     {
      string text = folded ? " " : StringFormat("%-8s %12.2f", names[i], Value(i));
      if(!Label(names[i], i, text))
         Print("label ", names[i], ": ", GetLastError());
     }
   ChartRedraw(0);
  }

int OnInit()
  {
   if(!Button("fold", "fold", 10, 140) || !Button("reset", "reset", 110, 140))
      return(INIT_FAILED);
   ChartSetInteger(0, CHART_EVENT_MOUSE_MOVE, true);
   EventSetMillisecondTimer(500);
   Refresh();
   return(INIT_SUCCEEDED);
  }

void OnDeinit(const int reason)
  {
   EventKillTimer();
   ObjectsDeleteAll(0, PREFIX);
  }

void OnTimer()
  {
   Refresh();
  }

void OnChartEvent(const int id, const long &lparam, const double &dparam, const string &sparam)
  {
   if(id == CHARTEVENT_OBJECT_CLICK && StringFind(sparam, PREFIX) == 0)
     {
      clicks++;
      if(sparam == PREFIX + "fold")
         folded = !folded;
      else
         if(sparam == PREFIX + "reset")
            clicks = 0;
      ObjectSetInteger(0, sparam, OBJPROP_STATE, false);
      Refresh();
     }
   else if(id == CHARTEVENT_KEYDOWN && lparam == 'R')
     {
      Refresh();
     }
   else if(id == CHARTEVENT_MOUSE_MOVE)
     {
      datetime time;
      double   price;
      int      window;
      if(ChartXYToTimePrice(0, (int)lparam, (int)dparam, window, time, price) && window == 0)
         Comment(TimeToString(time), "  ", DoubleToString(price, _Digits), "  clicks ", clicks);
     }
  }

int OnCalculate(const int rates_total, const int prev_calculated, const int begin, const double &price[])
  {
   return(rates_total);
  }
