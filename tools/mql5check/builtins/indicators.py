"""Technical indicators, and what custom ones call.

Facts of the MQL5 reference in the notation of `notation`; it must not know what the checker does with them.
"""

from __future__ import annotations

from typing import Final

FUNCTIONS: Final = """
# custom indicators
bool SetIndexBuffer(int index, double &buffer[], ENUM_INDEXBUFFER_TYPE type=) only:indicator
bool IndicatorSetDouble(int property, double value) only:indicator
bool IndicatorSetDouble(int property, int modifier, double value) only:indicator
bool IndicatorSetInteger(int property, int value) only:indicator
bool IndicatorSetInteger(int property, int modifier, int value) only:indicator
bool IndicatorSetString(int property, string value) only:indicator
bool IndicatorSetString(int property, int modifier, string value) only:indicator
bool PlotIndexSetDouble(int plot, int property, double value) only:indicator
bool PlotIndexSetInteger(int plot_index, int property, int value) only:indicator
bool PlotIndexSetInteger(int plot_index, int property, int modifier, int value) only:indicator
bool PlotIndexSetString(int plot_index, int property, string value) only:indicator
int PlotIndexGetInteger(int plot, int property) only:indicator
int PlotIndexGetInteger(int plot, int property, int modifier) only:indicator
# technical indicators
int iAC(string symbol, ENUM_TIMEFRAMES period) must_use
int iAD(string symbol, ENUM_TIMEFRAMES period, ENUM_APPLIED_VOLUME volume) must_use
int iADX(string symbol, ENUM_TIMEFRAMES period, int adx_period) must_use
int iADXWilder(string symbol, ENUM_TIMEFRAMES period, int adx_period) must_use
int iAlligator(string symbol, ENUM_TIMEFRAMES period, int jaw_period, int jaw_shift, int teeth_period, int
   teeth_shift, int lips_period, int lips_shift, ENUM_MA_METHOD ma_method, ENUM_APPLIED_PRICE price) must_use
int iAMA(string symbol, ENUM_TIMEFRAMES period, int ama_period, int fast_ma_period, int slow_ma_period, int
   ama_shift, ENUM_APPLIED_PRICE price) must_use
int iAO(string symbol, ENUM_TIMEFRAMES period) must_use
int iATR(string symbol, ENUM_TIMEFRAMES period, int ma_period) must_use
int iBearsPower(string symbol, ENUM_TIMEFRAMES period, int ma_period) must_use
int iBands(string symbol, ENUM_TIMEFRAMES period, int bands_period, int bands_shift, double deviation,
   ENUM_APPLIED_PRICE price) must_use
int iBullsPower(string symbol, ENUM_TIMEFRAMES period, int ma_period) must_use
int iCCI(string symbol, ENUM_TIMEFRAMES period, int ma_period, ENUM_APPLIED_PRICE price) must_use
int iChaikin(string symbol, ENUM_TIMEFRAMES period, int fast_ma_period, int slow_ma_period, ENUM_MA_METHOD
   ma_method, ENUM_APPLIED_VOLUME volume) must_use
int iCustom(string symbol, ENUM_TIMEFRAMES period, string name, ...) must_use
int iDEMA(string symbol, ENUM_TIMEFRAMES period, int ma_period, int ma_shift, ENUM_APPLIED_PRICE price) must_use
int iDeMarker(string symbol, ENUM_TIMEFRAMES period, int ma_period) must_use
int iEnvelopes(string symbol, ENUM_TIMEFRAMES period, int ma_period, int ma_shift, ENUM_MA_METHOD ma_method,
   ENUM_APPLIED_PRICE price, double deviation) must_use
int iForce(string symbol, ENUM_TIMEFRAMES period, int ma_period, ENUM_MA_METHOD ma_method, ENUM_APPLIED_VOLUME
   volume) must_use
int iFractals(string symbol, ENUM_TIMEFRAMES period) must_use
int iFrAMA(string symbol, ENUM_TIMEFRAMES period, int ma_period, int ma_shift, ENUM_APPLIED_PRICE price) must_use
int iGator(string symbol, ENUM_TIMEFRAMES period, int jaw_period, int jaw_shift, int teeth_period, int
   teeth_shift, int lips_period, int lips_shift, ENUM_MA_METHOD ma_method, ENUM_APPLIED_PRICE price) must_use
int iIchimoku(string symbol, ENUM_TIMEFRAMES period, int tenkan_sen, int kijun_sen, int senkou_span_b) must_use
int iBWMFI(string symbol, ENUM_TIMEFRAMES period, ENUM_APPLIED_VOLUME volume) must_use
int iMomentum(string symbol, ENUM_TIMEFRAMES period, int mom_period, ENUM_APPLIED_PRICE price) must_use
int iMFI(string symbol, ENUM_TIMEFRAMES period, int ma_period, ENUM_APPLIED_VOLUME volume) must_use
int iMA(string symbol, ENUM_TIMEFRAMES period, int ma_period, int ma_shift, ENUM_MA_METHOD ma_method,
   ENUM_APPLIED_PRICE price) must_use
int iOsMA(string symbol, ENUM_TIMEFRAMES period, int fast_ema_period, int slow_ema_period, int signal_period,
   ENUM_APPLIED_PRICE price) must_use
int iMACD(string symbol, ENUM_TIMEFRAMES period, int fast_ema_period, int slow_ema_period, int signal_period,
   ENUM_APPLIED_PRICE price) must_use
int iOBV(string symbol, ENUM_TIMEFRAMES period, ENUM_APPLIED_VOLUME volume) must_use
int iSAR(string symbol, ENUM_TIMEFRAMES period, double step, double maximum) must_use
int iRSI(string symbol, ENUM_TIMEFRAMES period, int ma_period, ENUM_APPLIED_PRICE price) must_use
int iRVI(string symbol, ENUM_TIMEFRAMES period, int ma_period) must_use
int iStdDev(string symbol, ENUM_TIMEFRAMES period, int ma_period, int ma_shift, ENUM_MA_METHOD ma_method,
   ENUM_APPLIED_PRICE price) must_use
int iStochastic(string symbol, ENUM_TIMEFRAMES period, int Kperiod, int Dperiod, int slowing, ENUM_MA_METHOD
   ma_method, ENUM_STO_PRICE price_field) must_use
int iTEMA(string symbol, ENUM_TIMEFRAMES period, int ma_period, int ma_shift, ENUM_APPLIED_PRICE price) must_use
int iTriX(string symbol, ENUM_TIMEFRAMES period, int ma_period, ENUM_APPLIED_PRICE price) must_use
int iWPR(string symbol, ENUM_TIMEFRAMES period, int calc_period) must_use
int iVIDyA(string symbol, ENUM_TIMEFRAMES period, int cmo_period, int ema_period, int ma_shift,
   ENUM_APPLIED_PRICE price) must_use
int iVolumes(string symbol, ENUM_TIMEFRAMES period, ENUM_APPLIED_VOLUME volume) must_use
"""

ENUMS: Final = """
ENUM_APPLIED_PRICE:
   PRICE_CLOSE=1 PRICE_OPEN=2 PRICE_HIGH=3 PRICE_LOW=4 PRICE_MEDIAN=5 PRICE_TYPICAL=6 PRICE_WEIGHTED=7
ENUM_APPLIED_VOLUME: VOLUME_TICK=0 VOLUME_REAL=1
ENUM_STO_PRICE: STO_LOWHIGH=0 STO_CLOSECLOSE=1
ENUM_MA_METHOD: MODE_SMA=0 MODE_EMA=1 MODE_SMMA=2 MODE_LWMA=3
ENUM_DRAW_TYPE:
   DRAW_NONE DRAW_LINE DRAW_SECTION DRAW_HISTOGRAM DRAW_HISTOGRAM2 DRAW_ARROW DRAW_ZIGZAG DRAW_FILLING DRAW_BARS
   DRAW_CANDLES DRAW_COLOR_LINE DRAW_COLOR_SECTION DRAW_COLOR_HISTOGRAM DRAW_COLOR_HISTOGRAM2 DRAW_COLOR_ARROW
   DRAW_COLOR_ZIGZAG DRAW_COLOR_BARS DRAW_COLOR_CANDLES
ENUM_PLOT_PROPERTY_INTEGER:
   PLOT_ARROW PLOT_ARROW_SHIFT PLOT_DRAW_BEGIN PLOT_DRAW_TYPE PLOT_SHOW_DATA PLOT_SHIFT PLOT_LINE_STYLE
   PLOT_LINE_WIDTH PLOT_COLOR_INDEXES PLOT_LINE_COLOR
ENUM_PLOT_PROPERTY_DOUBLE: PLOT_EMPTY_VALUE
ENUM_PLOT_PROPERTY_STRING: PLOT_LABEL
ENUM_LINE_STYLE: STYLE_SOLID STYLE_DASH STYLE_DOT STYLE_DASHDOT STYLE_DASHDOTDOT
ENUM_INDEXBUFFER_TYPE: INDICATOR_DATA INDICATOR_COLOR_INDEX INDICATOR_CALCULATIONS
ENUM_CUSTOMIND_PROPERTY_INTEGER:
   INDICATOR_DIGITS INDICATOR_HEIGHT INDICATOR_LEVELS INDICATOR_LEVELCOLOR INDICATOR_LEVELSTYLE
   INDICATOR_LEVELWIDTH INDICATOR_FIXED_MINIMUM INDICATOR_FIXED_MAXIMUM
ENUM_CUSTOMIND_PROPERTY_DOUBLE: INDICATOR_MINIMUM INDICATOR_MAXIMUM INDICATOR_LEVELVALUE
ENUM_CUSTOMIND_PROPERTY_STRING: INDICATOR_SHORTNAME INDICATOR_LEVELTEXT
ENUM_INDICATOR:
   IND_AC=5 IND_AD=6 IND_ADX=8 IND_ADXW=9 IND_ALLIGATOR=7 IND_AMA=40 IND_AO=11 IND_ATR=10 IND_BANDS=13 IND_BEARS=12
   IND_BULLS=14 IND_BWMFI=22 IND_CCI=15 IND_CHAIKIN=41 IND_CUSTOM=43 IND_DEMA=36 IND_DEMARKER=16 IND_ENVELOPES=17
   IND_FORCE=18 IND_FRACTALS=19 IND_FRAMA=39 IND_GATOR=20 IND_ICHIMOKU=21 IND_MA=26 IND_MACD=23 IND_MFI=25
   IND_MOMENTUM=24 IND_OBV=28 IND_OSMA=27 IND_RSI=30 IND_RVI=31 IND_SAR=29 IND_STDDEV=32 IND_STOCHASTIC=33
   IND_TEMA=37 IND_TRIX=38 IND_VIDYA=42 IND_VOLUMES=34 IND_WPR=35
"""

CONSTANTS: Final = """
int: MAIN_LINE=0 SIGNAL_LINE=1 PLUSDI_LINE=1 MINUSDI_LINE=2 BASE_LINE=0 UPPER_BAND=1 LOWER_BAND=2 UPPER_LINE=0
   LOWER_LINE=1 UPPER_HISTOGRAM=0 LOWER_HISTOGRAM=2 GATORJAW_LINE=0 GATORTEETH_LINE=1 GATORLIPS_LINE=2
   TENKANSEN_LINE=0 KIJUNSEN_LINE=1 SENKOUSPANA_LINE=2 SENKOUSPANB_LINE=3 CHIKOUSPAN_LINE=4
"""
