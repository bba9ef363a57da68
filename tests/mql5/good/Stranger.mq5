#property copyright "x"
#property link ""
#property version "1.00"
#property tester_file "a.txt"
#define MAGIC 12345
#define EA_NAME "My EA"
#define BUY ORDER_TYPE_BUY
input int Magic = MAGIC;
input ENUM_TIMEFRAMES TF=PERIOD_CURRENT;
input string Hours="8-17";
enum ENUM_MODE {MODE_A, MODE_B,};
input ENUM_MODE Mode = MODE_A;
const string NAME="x";
double g_lot=0.1, g_sl;
string names[3]={"a","b","c"};
ENUM_TIMEFRAMES tfs[]={PERIOD_M1,PERIOD_H1};
bool flags[10];
ulong last_ticket;
class CCounter
  {
   static const int  LIMIT;
   int               m_n;
public:
                     CCounter():m_n(0){};
   bool              Add(){ if(m_n>=LIMIT) return(false); ++m_n; return(true); };
   static int        Limit(){ return(LIMIT); }
   int               N() const { return m_n; }
   CCounter         *Me(void) { return(GetPointer(this)); }
  };
const int CCounter::LIMIT=5;
CCounter counter;
int OnInit(void)
  {
   ArrayInitialize(flags,false);
   MathSrand(GetTickCount());
   if(!EventSetTimer(60)) return(INIT_FAILED);
   return(0);
  }
void OnDeinit(const int reason)
  {
   EventKillTimer();
   switch(reason)
     {
      case REASON_REMOVE: Print("removed"); break;
      case REASON_RECOMPILE:
      case REASON_CHARTCHANGE: Print("again"); break;
      default: Print("else ",reason);
     }
  }
void OnTick(void)
  {
   static datetime prev=0;
   datetime cur=(datetime)SeriesInfoInteger(_Symbol,_Period,SERIES_LASTBAR_DATE);
   if(prev==cur) return;
   prev=cur;
   MqlDateTime dt;
   TimeCurrent(dt);
   if(dt.hour<8 || dt.hour>17) return;
   ulong ticket;
   for(int i=PositionsTotal()-1;i>=0;i--)
      if((ticket=PositionGetTicket(i))>0)
        {
         long type=PositionGetInteger(POSITION_TYPE);
         if(type==POSITION_TYPE_BUY && PositionGetInteger(POSITION_MAGIC)==Magic)
            last_ticket=ticket;
         ENUM_POSITION_TYPE pt=(ENUM_POSITION_TYPE)type;
         switch(pt) { case POSITION_TYPE_BUY: g_sl=1; break; case POSITION_TYPE_SELL: g_sl=2; break; }
        }
   double Ask=SymbolInfoDouble(_Symbol,SYMBOL_ASK), Bid=SymbolInfoDouble(_Symbol,SYMBOL_BID);
   double pips=(Ask-Bid)/Point();
   string s=(string)AccountInfoInteger(ACCOUNT_LOGIN)+" "+(string)true+string(pips);
   Comment(StringFormat("Bid: %G %s",Bid,s));
   uint start=GetTickCount();
   uint elapsed=GetTickCount()-start;
   ushort c=StringGetCharacter(s,0);
   if(c>='a' && c<='z') c-=32;
   string sep=",";
   ushort u_sep=StringGetCharacter(sep,0);
   string result[];
   int k=StringSplit(s,u_sep,result);
   int m=MathMax(k,3), n=MathAbs(-k);
   double v=(Bid>Ask)?Bid:Ask, w=double(k)/2;
   color back=(color)ChartGetInteger(0,CHART_COLOR_BACKGROUND);
   color none=clrNONE;
   ObjectSetInteger(0,"a",OBJPROP_COLOR,clrRed);
   ObjectSetInteger(0,"a",OBJPROP_CORNER,CORNER_LEFT_UPPER);
   ObjectSetInteger(0,"a",OBJPROP_HIDDEN,true);
   GlobalVariableSet(EA_NAME,TimeCurrent());
   datetime t[1];
   if(CopyTime(_Symbol,_Period,0,1,t)<=0) return;
   datetime later=TimeCurrent()+PeriodSeconds(PERIOD_H1)*2;
   int h=iCustom(_Symbol,_Period,"Examples\\ZigZag",12,5,3);
   if(h!=INVALID_HANDLE) IndicatorRelease(h);
   if(!counter.Add()) PrintFormat("%s full at %d",__FUNCTION__,CCounter::Limit());
   CCounter *me=counter.Me();
   if(me) Print(me.N());
   if(!me) return;
   double x=EMPTY_VALUE;
   if(x==EMPTY_VALUE || v==DBL_MAX) Print(elapsed,m,n,w,back,none,later,names[0]);
   long secs=(long)(later-cur);
   int days=int(secs/86400);
   string q=StringSubstr(Hours,0,StringFind(Hours,"-"));
   int from=(int)StringToInteger(q);
   printf("%d %d %s",days,from,EnumToString(Mode));
   if(Mode==MODE_B && _Period!=TF) { ; }
   if(HistorySelect(0,TimeCurrent()))
     {
      uint total=HistoryDealsTotal();
      for(uint i=0;i<total;i++) { ulong d=HistoryDealGetTicket(i); if(d==0) continue; }
     }
   Request(BUY);
   bool ok=OrderCalcMargin(ORDER_TYPE_BUY,_Symbol,g_lot,Ask,g_sl);
   if(!ok) Print("margin");
   int y=1; y<<=2; y|=4; y&=~1; 
   double p[]; ArrayResize(p,5); ArrayFill(p,0,5,1.0); ArraySort(p);
   p[0]+=1; p[1]++;
   Print(ArrayMaximum(p)," ",ArrayMinimum(p,0,3));
   for(int i=0,j=5;i<j;i++,--j) Print(i,j);
   string txt=NULL; if(txt==NULL) txt="";
   StringConcatenate(txt,"a",1,2.5);
   string j = "a" "b";
  }
void OnTimer() { ExpertRemove(); }
void Request(ENUM_ORDER_TYPE type, double lots=0.1, string comment=NULL)
  {
   MqlTradeRequest r={0}; MqlTradeResult res={0};
   r.action=TRADE_ACTION_DEAL; r.type=type; r.volume=lots; r.magic=Magic; r.comment=comment; r.symbol=_Symbol;
   r.price=(type==ORDER_TYPE_BUY)?SymbolInfoDouble(_Symbol,SYMBOL_ASK):SymbolInfoDouble(_Symbol,SYMBOL_BID);
   r.expiration=TimeTradeServer()+3600;
   r.deviation=10;
   if(!OrderSend(r,res)) { Print("error ",GetLastError()); return; }
   Print(res.retcode);
  }
void OnChartEvent(const int id,const long &l,const double &d,const string &sp)
  {
   if(id==CHARTEVENT_CUSTOM+5) Print("custom");
   if(id==CHARTEVENT_CLICK) { int x=(int)l; int y=(int)d; datetime dt=0; double price=0; int win=0;
     if(ChartXYToTimePrice(0,x,y,win,dt,price)) Print(dt,price,win); }
  }
