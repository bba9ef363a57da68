"""Predefined structures and their fields; the functions that some of them have are left out.

Facts of the MQL5 reference in the notation of `notation`; it must not know what the checker does with them.
"""

from __future__ import annotations

from typing import Final

STRUCTS: Final = """
MqlDateTime: int year, int mon, int day, int hour, int min, int sec, int day_of_week, int day_of_year
MqlParam: ENUM_DATATYPE type, long integer_value, double double_value, string string_value
MqlRates: datetime time, double open, double high, double low, double close, long tick_volume, int spread, long
   real_volume
MqlBookInfo: ENUM_BOOK_TYPE type, double price, long volume, double volume_real
MqlTradeRequest: ENUM_TRADE_REQUEST_ACTIONS action, ulong magic, ulong order, string symbol, double volume, double
   price, double stoplimit, double sl, double tp, ulong deviation, ENUM_ORDER_TYPE type, ENUM_ORDER_TYPE_FILLING
   type_filling, ENUM_ORDER_TYPE_TIME type_time, datetime expiration, string comment, ulong position, ulong
   position_by
MqlTradeCheckResult: uint retcode, double balance, double equity, double profit, double margin, double
   margin_free, double margin_level, string comment
MqlTradeResult: uint retcode, ulong deal, ulong order, double volume, double price, double bid, double ask, string
   comment, uint request_id, int retcode_external
MqlTradeTransaction: ulong deal, ulong order, string symbol, ENUM_TRADE_TRANSACTION_TYPE type, ENUM_ORDER_TYPE
   order_type, ENUM_ORDER_STATE order_state, ENUM_DEAL_TYPE deal_type, ENUM_ORDER_TYPE_TIME time_type, datetime
   time_expiration, double price, double price_trigger, double price_sl, double price_tp, double volume, ulong
   position, ulong position_by
MqlTick: datetime time, double bid, double ask, double last, ulong volume, long time_msc, uint flags, double
   volume_real
MqlCalendarCountry: ulong id, string name, string code, string currency, string currency_symbol, string url_name
MqlCalendarEvent: ulong id, ENUM_CALENDAR_EVENT_TYPE type, ENUM_CALENDAR_EVENT_SECTOR sector,
   ENUM_CALENDAR_EVENT_FREQUENCY frequency, ENUM_CALENDAR_EVENT_TIMEMODE time_mode, ulong country_id,
   ENUM_CALENDAR_EVENT_UNIT unit, ENUM_CALENDAR_EVENT_IMPORTANCE importance, ENUM_CALENDAR_EVENT_MULTIPLIER
   multiplier, uint digits, string source_url, string event_code, string name
MqlCalendarValue: ulong id, ulong event_id, datetime time, datetime period, int revision, long actual_value, long
   prev_value, long revised_prev_value, long forecast_value, ENUM_CALENDAR_EVENT_IMPACT impact_type
"""
