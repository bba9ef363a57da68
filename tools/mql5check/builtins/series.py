"""Bars, ticks and the buffers of indicators.

Facts of the MQL5 reference in the notation of `notation`; it must not know what the checker does with them.
"""

from __future__ import annotations

from typing import Final

FUNCTIONS: Final = """
# series
long SeriesInfoInteger(string symbol, ENUM_TIMEFRAMES timeframe, ENUM_SERIES_INFO_INTEGER property)
bool SeriesInfoInteger(string symbol, ENUM_TIMEFRAMES timeframe, ENUM_SERIES_INFO_INTEGER property, long &value)
int Bars(string symbol, ENUM_TIMEFRAMES timeframe)
int Bars(string symbol, ENUM_TIMEFRAMES timeframe, datetime from, datetime to)
int BarsCalculated(int indicator) must_use
int IndicatorCreate(string symbol, ENUM_TIMEFRAMES period, ENUM_INDICATOR type, int count=, const MqlParam
   &parameters[]=) must_use
int IndicatorParameters(int indicator, ENUM_INDICATOR &indicator_type, MqlParam &parameters[])
bool IndicatorRelease(int indicator)
int CopyBuffer(int indicator, int buffer_num, int start, int count, double &buffer[])
int CopyBuffer(int indicator, int buffer_num, datetime from, int count, double &buffer[])
int CopyBuffer(int indicator, int buffer_num, datetime from, datetime to, double &buffer[])
int CopyRates(string symbol, ENUM_TIMEFRAMES timeframe, int start, int count, MqlRates &rates[])
int CopyRates(string symbol, ENUM_TIMEFRAMES timeframe, datetime from, int count, MqlRates &rates[])
int CopyRates(string symbol, ENUM_TIMEFRAMES timeframe, datetime from, datetime to, MqlRates &rates[])
int CopySeries(string symbol, ENUM_TIMEFRAMES timeframe, int start, int count, ulong mask, number &array1[],
   number &array2[], ...)
int CopyTime(string symbol, ENUM_TIMEFRAMES timeframe, int start, int count, datetime &time_array[])
int CopyTime(string symbol, ENUM_TIMEFRAMES timeframe, datetime from, int count, datetime &time_array[])
int CopyTime(string symbol, ENUM_TIMEFRAMES timeframe, datetime from, datetime to, datetime &time_array[])
int CopyOpen(string symbol, ENUM_TIMEFRAMES timeframe, int start, int count, double &open_array[])
int CopyOpen(string symbol, ENUM_TIMEFRAMES timeframe, datetime from, int count, double &open_array[])
int CopyOpen(string symbol, ENUM_TIMEFRAMES timeframe, datetime from, datetime to, double &open_array[])
int CopyHigh(string symbol, ENUM_TIMEFRAMES timeframe, int start, int count, double &high_array[])
int CopyHigh(string symbol, ENUM_TIMEFRAMES timeframe, datetime from, int count, double &high_array[])
int CopyHigh(string symbol, ENUM_TIMEFRAMES timeframe, datetime from, datetime to, double &high_array[])
int CopyLow(string symbol, ENUM_TIMEFRAMES timeframe, int start, int count, double &low_array[])
int CopyLow(string symbol, ENUM_TIMEFRAMES timeframe, datetime from, int count, double &low_array[])
int CopyLow(string symbol, ENUM_TIMEFRAMES timeframe, datetime from, datetime to, double &low_array[])
int CopyClose(string symbol, ENUM_TIMEFRAMES timeframe, int start, int count, double &close_array[])
int CopyClose(string symbol, ENUM_TIMEFRAMES timeframe, datetime from, int count, double &close_array[])
int CopyClose(string symbol, ENUM_TIMEFRAMES timeframe, datetime from, datetime to, double &close_array[])
int CopyTickVolume(string symbol, ENUM_TIMEFRAMES timeframe, int start, int count, long &volume_array[])
int CopyTickVolume(string symbol, ENUM_TIMEFRAMES timeframe, datetime from, int count, long &volume_array[])
int CopyTickVolume(string symbol, ENUM_TIMEFRAMES timeframe, datetime from, datetime to, long &volume_array[])
int CopyRealVolume(string symbol, ENUM_TIMEFRAMES timeframe, int start, int count, long &volume_array[])
int CopyRealVolume(string symbol, ENUM_TIMEFRAMES timeframe, datetime from, int count, long &volume_array[])
int CopyRealVolume(string symbol, ENUM_TIMEFRAMES timeframe, datetime from, datetime to, long &volume_array[])
int CopySpread(string symbol, ENUM_TIMEFRAMES timeframe, int start, int count, int &spread_array[])
int CopySpread(string symbol, ENUM_TIMEFRAMES timeframe, datetime from, int count, int &spread_array[])
int CopySpread(string symbol, ENUM_TIMEFRAMES timeframe, datetime from, datetime to, int &spread_array[])
int CopyTicks(string symbol, MqlTick &ticks[], uint flags=, ulong from=, uint count=)
int CopyTicksRange(string symbol, MqlTick &ticks[], uint flags=, ulong from_msc=, ulong to_msc=)
int iBars(string symbol, ENUM_TIMEFRAMES timeframe)
int iBarShift(string symbol, ENUM_TIMEFRAMES timeframe, datetime time, bool exact=)
double iClose(string symbol, ENUM_TIMEFRAMES timeframe, int shift)
double iHigh(string symbol, ENUM_TIMEFRAMES timeframe, int shift)
int iHighest(string symbol, ENUM_TIMEFRAMES timeframe, ENUM_SERIESMODE type, int count=, int start=)
double iLow(string symbol, ENUM_TIMEFRAMES timeframe, int shift)
int iLowest(string symbol, ENUM_TIMEFRAMES timeframe, ENUM_SERIESMODE type, int count=, int start=)
double iOpen(string symbol, ENUM_TIMEFRAMES timeframe, int shift)
datetime iTime(string symbol, ENUM_TIMEFRAMES timeframe, int shift)
long iTickVolume(string symbol, ENUM_TIMEFRAMES timeframe, int shift)
long iRealVolume(string symbol, ENUM_TIMEFRAMES timeframe, int shift)
long iVolume(string symbol, ENUM_TIMEFRAMES timeframe, int shift)
long iSpread(string symbol, ENUM_TIMEFRAMES timeframe, int shift)
"""

ENUMS: Final = """
ENUM_TIMEFRAMES:
   PERIOD_CURRENT=0 PERIOD_M1=1 PERIOD_M2=2 PERIOD_M3=3 PERIOD_M4=4 PERIOD_M5=5 PERIOD_M6=6 PERIOD_M10=10
   PERIOD_M12=12 PERIOD_M15=15 PERIOD_M20=20 PERIOD_M30=30 PERIOD_H1=16385 PERIOD_H2=16386 PERIOD_H3=16387
   PERIOD_H4=16388 PERIOD_H6=16390 PERIOD_H8=16392 PERIOD_H12=16396 PERIOD_D1=16408 PERIOD_W1=32769
   PERIOD_MN1=49153
ENUM_SERIESMODE: MODE_OPEN MODE_LOW MODE_HIGH MODE_CLOSE MODE_VOLUME MODE_REAL_VOLUME MODE_SPREAD
ENUM_DATATYPE: TYPE_BOOL=1 TYPE_CHAR=2 TYPE_UCHAR=3 TYPE_SHORT=4 TYPE_USHORT=5 TYPE_COLOR=6 TYPE_INT=7 TYPE_UINT=8
   TYPE_DATETIME=9 TYPE_LONG=10 TYPE_ULONG=11 TYPE_FLOAT=12 TYPE_DOUBLE=13 TYPE_STRING=14
ENUM_SERIES_INFO_INTEGER: SERIES_BARS_COUNT=0 SERIES_FIRSTDATE=1 SERIES_LASTBAR_DATE=5 SERIES_SERVER_FIRSTDATE=2
   SERIES_TERMINAL_FIRSTDATE=3 SERIES_SYNCHRONIZED=4
"""

CONSTANTS: Final = """
int: TICK_FLAG_BID=2 TICK_FLAG_ASK=4 TICK_FLAG_LAST=8 TICK_FLAG_VOLUME=16 TICK_FLAG_BUY=32 TICK_FLAG_SELL=64
uint: COPY_TICKS_ALL=0xffffffff COPY_TICKS_INFO=1 COPY_TICKS_TRADE=2
ulong: COPY_RATES_OPEN COPY_RATES_HIGH COPY_RATES_LOW COPY_RATES_CLOSE COPY_RATES_TIME COPY_RATES_VOLUME_TICK
   COPY_RATES_VOLUME_REAL COPY_RATES_SPREAD
"""
