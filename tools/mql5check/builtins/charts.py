"""Charts.

Facts of the MQL5 reference in the notation of `notation`; it must not know what the checker does with them.
"""

from __future__ import annotations

from typing import Final

FUNCTIONS: Final = """
# charts
bool ChartApplyTemplate(long chart, string filename) must_use
bool ChartSaveTemplate(long chart, string filename)
int ChartWindowFind() must_use
bool ChartTimePriceToXY(long chart, int window, datetime time, double price, int &x, int &y)
bool ChartXYToTimePrice(long chart, int x, int y, int &window, datetime &time, double &price)
long ChartOpen(string symbol, ENUM_TIMEFRAMES period) must_use
long ChartFirst() must_use
long ChartNext(long chart) must_use
bool ChartClose(long chart=)
string ChartSymbol(long chart=) must_use
ENUM_TIMEFRAMES ChartPeriod(long chart=) must_use
void ChartRedraw(long chart=)
bool ChartSetDouble(long chart, ENUM_CHART_PROPERTY_DOUBLE property, double value)
bool ChartSetInteger(long chart, ENUM_CHART_PROPERTY_INTEGER property, long value)
bool ChartSetInteger(long chart, ENUM_CHART_PROPERTY_INTEGER property, int window, long value)
bool ChartSetString(long chart, ENUM_CHART_PROPERTY_STRING property, string value)
double ChartGetDouble(long chart, ENUM_CHART_PROPERTY_DOUBLE property, int window=)
bool ChartGetDouble(long chart, ENUM_CHART_PROPERTY_DOUBLE property, int window, double &value)
long ChartGetInteger(long chart, ENUM_CHART_PROPERTY_INTEGER property, int window=)
bool ChartGetInteger(long chart, ENUM_CHART_PROPERTY_INTEGER property, int window, long &value)
string ChartGetString(long chart, ENUM_CHART_PROPERTY_STRING property)
bool ChartGetString(long chart, ENUM_CHART_PROPERTY_STRING property, string &text)
bool ChartNavigate(long chart, ENUM_CHART_POSITION position, int shift=)
long ChartID() must_use
bool ChartIndicatorAdd(long chart, int window, int indicator)
bool ChartIndicatorDelete(long chart, int window, string name)
int ChartIndicatorGet(long chart, int window, string name) must_use
string ChartIndicatorName(long chart, int window, int index) must_use
int ChartIndicatorsTotal(long chart, int window) must_use
int ChartWindowOnDropped() must_use
double ChartPriceOnDropped() must_use
datetime ChartTimeOnDropped() must_use
int ChartXOnDropped() must_use
int ChartYOnDropped() must_use
bool ChartSetSymbolPeriod(long chart, string symbol, ENUM_TIMEFRAMES period)
bool ChartScreenShot(long chart, string filename, int width, int height, ENUM_ALIGN_MODE align_mode=)
"""

ENUMS: Final = """
ENUM_CHART_EVENT:
   CHARTEVENT_KEYUP CHARTEVENT_KEYDOWN CHARTEVENT_MOUSE_MOVE CHARTEVENT_MOUSE_WHEEL CHARTEVENT_OBJECT_CREATE
   CHARTEVENT_OBJECT_CHANGE CHARTEVENT_OBJECT_DELETE CHARTEVENT_CLICK CHARTEVENT_OBJECT_CLICK
   CHARTEVENT_OBJECT_DRAG CHARTEVENT_OBJECT_ENDEDIT CHARTEVENT_CHART_CHANGE CHARTEVENT_CUSTOM
   CHARTEVENT_CUSTOM_LAST
ENUM_CHART_PROPERTY_INTEGER:
   CHART_SHOW=46 CHART_IS_OBJECT=111 CHART_BRING_TO_TOP=35 CHART_CONTEXT_MENU=50 CHART_CROSSHAIR_TOOL=49
   CHART_MOUSE_SCROLL=42 CHART_EVENT_MOUSE_WHEEL=48 CHART_EVENT_MOUSE_MOVE=40 CHART_EVENT_OBJECT_CREATE=38
   CHART_EVENT_OBJECT_DELETE=39 CHART_MODE=0 CHART_FOREGROUND=1 CHART_SHIFT=2 CHART_AUTOSCROLL=4
   CHART_KEYBOARD_CONTROL=47 CHART_QUICK_NAVIGATION=45 CHART_SCALE=5 CHART_SCALEFIX=6 CHART_SCALEFIX_11=7
   CHART_SCALE_PT_PER_BAR=10 CHART_SHOW_TICKER CHART_SHOW_OHLC=12 CHART_SHOW_BID_LINE=13 CHART_SHOW_ASK_LINE=14
   CHART_SHOW_LAST_LINE=15 CHART_SHOW_PERIOD_SEP=16 CHART_SHOW_GRID=17 CHART_SHOW_VOLUMES=18
   CHART_SHOW_OBJECT_DESCR=19 CHART_SHOW_TRADE_HISTORY CHART_VISIBLE_BARS=100 CHART_WINDOWS_TOTAL=101
   CHART_WINDOW_IS_VISIBLE=102 CHART_WINDOW_HANDLE=103 CHART_WINDOW_YDISTANCE=110 CHART_FIRST_VISIBLE_BAR=104
   CHART_WIDTH_IN_BARS=105 CHART_WIDTH_IN_PIXELS=106 CHART_HEIGHT_IN_PIXELS=107 CHART_COLOR_BACKGROUND=21
   CHART_COLOR_FOREGROUND=22 CHART_COLOR_GRID=23 CHART_COLOR_VOLUME=24 CHART_COLOR_CHART_UP=25
   CHART_COLOR_CHART_DOWN=26 CHART_COLOR_CHART_LINE=27 CHART_COLOR_CANDLE_BULL=28 CHART_COLOR_CANDLE_BEAR=29
   CHART_COLOR_BID=30 CHART_COLOR_ASK=31 CHART_COLOR_LAST=32 CHART_COLOR_STOP_LEVEL=33 CHART_SHOW_TRADE_LEVELS=34
   CHART_DRAG_TRADE_LEVELS=43 CHART_SHOW_DATE_SCALE=36 CHART_SHOW_PRICE_SCALE=37 CHART_SHOW_ONE_CLICK=44
   CHART_IS_MAXIMIZED=115 CHART_IS_MINIMIZED=116 CHART_IS_DOCKED CHART_FLOAT_LEFT CHART_FLOAT_TOP CHART_FLOAT_RIGHT
   CHART_FLOAT_BOTTOM
ENUM_CHART_PROPERTY_DOUBLE:
   CHART_SHIFT_SIZE=3 CHART_FIXED_POSITION=41 CHART_FIXED_MAX=8 CHART_FIXED_MIN=9 CHART_POINTS_PER_BAR=11
   CHART_PRICE_MIN=108 CHART_PRICE_MAX=109
ENUM_CHART_PROPERTY_STRING: CHART_COMMENT=20 CHART_EXPERT_NAME=113 CHART_SCRIPT_NAME=114
ENUM_CHART_POSITION: CHART_BEGIN=0 CHART_CURRENT_POS=1 CHART_END=2
ENUM_CHART_MODE: CHART_BARS CHART_CANDLES CHART_LINE
ENUM_CHART_VOLUME_MODE: CHART_VOLUME_HIDE CHART_VOLUME_TICK CHART_VOLUME_REAL
"""
