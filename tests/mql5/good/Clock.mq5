// Dates, enumerations and bit flags
enum Session { SESSION_ASIA, SESSION_LONDON = 5, SESSION_NEWYORK };

#define FLAG_OPEN   0x01
#define FLAG_CLOSE  0x02
#define FLAG_ALL    (FLAG_OPEN | FLAG_CLOSE)

input Session Trade = SESSION_LONDON; // Session to trade
input int     Shift = 2;

uint flags = 0;

Session SessionAt(const datetime time)
{
   MqlDateTime parts;
   TimeToStruct(time, parts);
   int hour = (parts.hour + Shift) % 24;
   switch (hour / 8)
   {
      case 0:  return SESSION_ASIA;
      case 1:  return SESSION_LONDON;
      default: return SESSION_NEWYORK;
   }
}

int DaysBetween(const datetime first, const datetime second)
{
   return (int)((second - first) / 86400);
}

bool IsWeekend(const datetime time)
{
   MqlDateTime parts = {};
   if (!TimeToStruct(time, parts)) return false;
   return parts.day_of_week == SATURDAY || parts.day_of_week == SUNDAY;
}

int OnInit()
{
   flags |= FLAG_OPEN;
   flags &= ~FLAG_CLOSE;
   flags ^= FLAG_ALL;
   uint shifted = flags << 4;
   Print((flags & FLAG_OPEN) != 0, " ", shifted >> 2, " ", EnumToString(Trade), " ", (int)Trade);
   Print(DaysBetween(D'2026.01.01', D'31.12.2026 23:59:59'));
   return INIT_SUCCEEDED;
}

void OnTick()
{
   datetime now = TimeCurrent();
   if (IsWeekend(now)) return;
   if (SessionAt(now) != Trade) return;
   datetime midnight = now - now % 86400;
   long passed = now - midnight;
   int minutes = (int)(passed / 60);
   static datetime last = 0;
   if (now - last >= 60) { last = now; Print(minutes, " minutes of the day"); }
   bool half = minutes > 720;
   half &= minutes < 1400;
   color shade = half ? clrRed : C'0,128,0';
   ChartSetInteger(0, CHART_COLOR_BACKGROUND, shade);
}
