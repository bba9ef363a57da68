//| RSI, MACD and bands: all three must agree
#property copyright "x"
#property version "1.0"
#define BUFFERS 3
input int RsiLength = 14;
input int BandsLength = 20;
input double BandsDeviation = 2.0;
input ENUM_APPLIED_PRICE Price = PRICE_CLOSE;
input double Lots = 0.1; input int Slippage = 5;
input int TrailPoints = 250;

int rsi_handle, macd_handle, bands_handle;
double rsi[], macd[], signal[], upper[], lower[];
datetime previous;

int OnInit()
{
	rsi_handle = iRSI(Symbol(), Period(), RsiLength, Price);
	macd_handle = iMACD(Symbol(), Period(), 12, 26, 9, Price);
	bands_handle = iBands(Symbol(), Period(), BandsLength, 0, BandsDeviation, Price);
	if(rsi_handle == INVALID_HANDLE || macd_handle == INVALID_HANDLE || bands_handle == INVALID_HANDLE)
	{
		Print("no indicator, error ", GetLastError());
		return INIT_FAILED;
	}
	ArraySetAsSeries(rsi, true);
	ArraySetAsSeries(macd, true);
	ArraySetAsSeries(signal, true);
	ArraySetAsSeries(upper, true);
	ArraySetAsSeries(lower, true);
	return INIT_SUCCEEDED;
}

void OnDeinit(const int reason)
{
	IndicatorRelease(rsi_handle);
	IndicatorRelease(macd_handle);
	IndicatorRelease(bands_handle);
}

bool IsNewBar()
{
	static datetime last = 0;
	datetime now = iTime(Symbol(), Period(), 0);
	if(now == last) return false;
	last = now;
	return true;
}

bool Load()
{
	if(CopyBuffer(rsi_handle, MAIN_LINE, 0, BUFFERS, rsi) < BUFFERS) return false;
	if(CopyBuffer(macd_handle, MAIN_LINE, 0, BUFFERS, macd) < BUFFERS) return false;
	if(CopyBuffer(macd_handle, SIGNAL_LINE, 0, BUFFERS, signal) < BUFFERS) return false;
	CopyBuffer(bands_handle, UPPER_BAND, 0, BUFFERS, upper);
	CopyBuffer(bands_handle, LOWER_BAND, 0, BUFFERS, lower);
	return ArraySize(upper) == BUFFERS && ArraySize(lower) == BUFFERS;
}

void Trail()
{
	if(!PositionSelect(Symbol())) return;
	double stop = PositionGetDouble(POSITION_SL), bid = SymbolInfoDouble(Symbol(), SYMBOL_BID), ask = SymbolInfoDouble(Symbol(), SYMBOL_ASK);
	double wanted = 0;
	ENUM_POSITION_TYPE type = (ENUM_POSITION_TYPE)PositionGetInteger(POSITION_TYPE);
	if(type == POSITION_TYPE_BUY)
	{
		wanted = NormalizeDouble(bid - TrailPoints * Point(), Digits());
		if(wanted <= stop) return;
	}
	else
	{
		wanted = NormalizeDouble(ask + TrailPoints * Point(), Digits());
		if(stop != 0.0 && wanted >= stop) return;
	}
	MqlTradeRequest request; MqlTradeResult result;
	ZeroMemory(request); ZeroMemory(result);
	request.action = TRADE_ACTION_SLTP;
	request.symbol = Symbol();
	request.position = (ulong)PositionGetInteger(POSITION_TICKET);
	request.sl = wanted;
	request.tp = PositionGetDouble(POSITION_TP);
	if(!OrderSend(request, result)) Print("trail: ", result.retcode);
}

void Deal(ENUM_ORDER_TYPE type)
{
	MqlTradeRequest request = {}; MqlTradeResult result = {};
	request.action = TRADE_ACTION_DEAL; request.symbol = Symbol(); request.volume = Lots;
	request.type = type; request.deviation = Slippage;
	request.price = SymbolInfoDouble(Symbol(), type == ORDER_TYPE_BUY ? SYMBOL_ASK : SYMBOL_BID);
	if(!OrderSendAsync(request, result)) Print(__FUNCTION__, " ", GetLastError());
}

void OnTick()
{
	Trail();
	if(!IsNewBar() || !Load()) return;
	double close = iClose(Symbol(), Period(), 1);
	bool buy = rsi[1] < 30 && macd[1] > signal[1] && close < lower[1];
	bool sell = rsi[1] > 70 && macd[1] < signal[1] && close > upper[1];
	previous = TimeCurrent();
	if(!PositionSelect(Symbol()) && (buy || sell)) Deal(buy ? ORDER_TYPE_BUY : ORDER_TYPE_SELL);
}
