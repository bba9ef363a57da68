"""The functions that the terminal calls, and the variables that it sets.

Facts of the MQL5 reference in the notation of `notation`; it must not know what the checker does with them.
"""

from __future__ import annotations

from typing import Final

EVENTS: Final = """
void OnStart() only:script,service
int OnStart() only:script,service
int OnInit() only:expert,indicator
void OnInit() only:expert,indicator
void OnDeinit(const int reason) only:expert,indicator
void OnTick() only:expert
void OnTimer() only:expert,indicator
void OnTrade() only:expert
void OnTradeTransaction(const MqlTradeTransaction &trans, const MqlTradeRequest &request, const MqlTradeResult &result)
   only:expert
void OnBookEvent(const string &symbol) only:expert,indicator
void OnChartEvent(const int id, const long &lparam, const double &dparam, const string &sparam) only:expert,indicator
double OnTester() only:expert
int OnTesterInit() only:expert
void OnTesterInit() only:expert
void OnTesterDeinit() only:expert
void OnTesterPass() only:expert
int OnCalculate(const int rates_total, const int prev_calculated, const int begin, const double &price[])
   only:indicator
int OnCalculate(const int rates_total, const int prev_calculated, const datetime &time[], const double &open[],
   const double &high[], const double &low[], const double &close[], const long &tick_volume[], const long &volume[],
   const int &spread[]) only:indicator
"""

VARIABLES: Final = """
int: _AppliedTo _Digits _LastError _RandomSeed _StopFlag _UninitReason _IsX64
double: _Point
string: _Symbol
ENUM_TIMEFRAMES: _Period
"""
