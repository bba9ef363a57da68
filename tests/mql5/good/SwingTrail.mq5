// Trails stops behind swings, breaks even first. Prototypes above, old habits.
input int    BreakEven = 150;   // points of profit
input int    Lock      = 20;    // points that are locked
input int    Swing     = 10;    // bars
input bool   Notify    = false;

double  SwingPrice(ENUM_POSITION_TYPE type);
bool    Move(ulong ticket, double stop, double target);
void    Say(string text);

int OnInit() { return(Swing > 1 ? INIT_SUCCEEDED : INIT_PARAMETERS_INCORRECT); }

void OnTick()
{
    int total = PositionsTotal();
    for (int i = total - 1; i >= 0; i--)
    {
        ulong ticket = PositionGetTicket(i);
        if (!PositionSelectByTicket(ticket)) continue;
        if (PositionGetString(POSITION_SYMBOL) != _Symbol) continue;

        ENUM_POSITION_TYPE type = (ENUM_POSITION_TYPE) PositionGetInteger(POSITION_TYPE);
        double open   = PositionGetDouble(POSITION_PRICE_OPEN);
        double price  = PositionGetDouble(POSITION_PRICE_CURRENT);
        double stop   = PositionGetDouble(POSITION_SL);
        double target = PositionGetDouble(POSITION_TP);
        int    side   = (type == POSITION_TYPE_BUY) ? 1 : -1;
        double gained = side * (price - open) / _Point;
        double wanted = stop;

        if (gained >= BreakEven)
        {
            wanted = open + side * Lock * _Point;
            double swing = SwingPrice(type);
            if (swing > 0 && side * (swing - wanted) > 0) wanted = swing;
        }
        bool better = (stop == 0.0 && wanted != 0.0) || side * (wanted - stop) > _Point / 2;
        if (!better) continue;

        long   level   = SymbolInfoInteger(_Symbol, SYMBOL_TRADE_STOPS_LEVEL);
        double nearest = price - side * (double) level * _Point;
        if (side * (nearest - wanted) < 0) wanted = nearest;
        if (Move(ticket, wanted, target)) Say("stop of " + (string) ticket + " now " + DoubleToString(wanted, _Digits));
    }
}

double SwingPrice(ENUM_POSITION_TYPE type)
{
    int at;
    if (type == POSITION_TYPE_BUY)
    {
        at = iLowest(_Symbol, _Period, MODE_LOW, Swing, 1);
        return (at < 0) ? 0.0 : iLow(_Symbol, _Period, at);
    }
    at = iHighest(_Symbol, _Period, MODE_HIGH, Swing, 1);
    return (at < 0) ? 0.0 : iHigh(_Symbol, _Period, at);
}

bool Move(ulong ticket, double stop, double target)
{
    MqlTradeRequest r = {};
    MqlTradeResult  s = {};
    r.action   = TRADE_ACTION_SLTP;
    r.position = ticket;
    r.symbol   = _Symbol;
    r.sl       = NormalizeDouble(stop, _Digits);
    r.tp       = target;
    for (int tries = 0; tries < 3; tries++)
    {
        if (OrderSend(r, s) && s.retcode == TRADE_RETCODE_DONE) return true;
        if (s.retcode != TRADE_RETCODE_REQUOTE && s.retcode != TRADE_RETCODE_PRICE_OFF) break;
        Sleep(200);
    }
    Print("Move: ", s.retcode, " ", s.comment);
    return false;
}

void Say(string text)
{
    Print(text);
    if (Notify) SendNotification(text);
}
