// Several indicator handles, buffers and an array of structs
#property copyright "stranger"
#property version   "1.00"

struct SReading
  {
   datetime time;
   double   value[3];
   bool     valid;
   string   note;
  };

input ENUM_MA_METHOD     Method  = MODE_SMA;
input ENUM_APPLIED_PRICE Applied = PRICE_CLOSE;
input int                Periods = 14;
input double             Level   = 30;

int      ma = INVALID_HANDLE, rsi = INVALID_HANDLE;
int      bands = INVALID_HANDLE;
SReading readings[];
const int KEEP = 100;
double   last_values[3] = {0.0, 0.0, 0.0};

bool Read(const int handle, const int buffer, double &value)
  {
   double values[1];
   if(CopyBuffer(handle, buffer, 0, 1, values) != 1)
      return(false);
   value = values[0];
   return(true);
  }

void Keep(SReading &list[], const SReading &reading)
  {
   int size = ArraySize(list);
   if(size >= KEEP)
     {
      ArrayRemove(list, 0, 1);
      size--;
     }
   ArrayResize(list, size + 1, KEEP);
   list[size] = reading;
  }

int OnInit()
  {
   ma = iMA(_Symbol, PERIOD_CURRENT, Periods, 0, Method, Applied);
   rsi = iRSI(_Symbol, PERIOD_CURRENT, Periods, Applied);
   bands = iBands(_Symbol, PERIOD_CURRENT, 20, 0, 2.0, PRICE_CLOSE);
   if(ma == INVALID_HANDLE || rsi == INVALID_HANDLE || bands == INVALID_HANDLE)
     {
      Print("no handle, error ", GetLastError());
      return(INIT_FAILED);
     }
   return(INIT_SUCCEEDED);
  }

void OnDeinit(const int reason)
  {
   int handles[3];
   handles[0] = ma;
   handles[1] = rsi;
   handles[2] = bands;
   for(int i = 0; i < 3; i++)
      if(handles[i] != INVALID_HANDLE)
         IndicatorRelease(handles[i]);
  }

void OnTick()
  {
   SReading reading;
   reading.time = TimeCurrent();
   reading.note = "";
   reading.valid = Read(ma, 0, last_values[0]) && Read(rsi, 0, last_values[1]) && Read(bands, UPPER_BAND, last_values[2]);
   for(int i = 0; i < 3; i++)
      reading.value[i] = last_values[i];
   if(reading.valid && reading.value[1] < Level)
      reading.note = "oversold";
   Keep(readings, reading);
   int valid = 0;
   int at = ArraySize(readings) - 1;
   while(at >= 0 && valid < 10)
     {
      if(!readings[at].valid)
        {
         at--;
         continue;
        }
      valid++;
      at--;
     }
   if(valid == 10)
      Comment("ten readings, the last at ", TimeToString(readings[ArraySize(readings) - 1].time));
  }
