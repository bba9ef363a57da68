"""Ordinary programs with one hasty line: each is refused where the haste was, and nowhere before it."""

from pathlib import Path
from typing import NamedTuple

import pytest

from tools.mql5check.check import check_text

GOOD = Path(__file__).parent / "good"


class Hasty(NamedTuple):
    """In `program` the text `was` becomes `now`; told at the line where `at` stands (`now` when it is empty)."""

    program: str
    was: str
    now: str
    at: str = ""


HASTY = [
    Hasty("NewsFilter", "   FileClose(handle);\n", "", "int handle = FileOpen"),
    Hasty("NewsFilter", "importance < MinImportance", "importance < MinImportanc"),
    Hasty("NewsFilter", "= StringToTime(when)", "= when"),
    Hasty("NewsFilter", "   return(false);\n  }\n\nint OnInit", "  }\n\nint OnInit"),
    Hasty("NewsFilter", "TimeToString(g_news[i].time, TIME_DATE | TIME_MINUTES)", "g_news[i].time.ToString()"),
    Hasty("Strategy", "m_signals[i].Direction()", "m_signals[i]->Direction()"),
    Hasty("Strategy", "return(signal.Init());", "return(signal.Initialize());"),
    Hasty("Strategy", "int sum = 0;", "auto sum = 0;"),
    Hasty("Strategy", "new CSignalRsi(_Symbol, _Period, RsiPeriod)", "new CSignalRsi(_Symbol, RsiPeriod)"),
    Hasty("Strategy", "public CSignal\n  {\n   int ", "public CSignl\n  {\n   int ", "class CSignalRsi"),
    Hasty("SessionBreakout", "if (hour < AsiaEnd)", "if (hour = AsiaEnd)"),
    Hasty("SessionBreakout", "double Size() const { return high - low; }", "double Size() const { high - low; }"),
    Hasty("SessionBreakout", "now.day_of_year != today", "now.dayofyear != today"),
    Hasty("SessionBreakout", "      return true;\n    case", "      return true\n    case", "return true\n"),
    Hasty("SessionBreakout", "range.low  = lows[", "range.low  = lows.At[", "lows.At["),
    Hasty("RiskPanel", "AccountInfoDouble(ACCOUNT_EQUITY)", "AccountInfoDouble(ACCOUNT_LOGIN)"),
    Hasty("RiskPanel", "   EventKillTimer();\n", "", "EventSetMillisecondTimer(500);"),
    Hasty("RiskPanel", "lparam == 'R'", 'lparam == "R"'),
    Hasty("RiskPanel", "const string &sparam)", "const string sparam)"),
    Hasty("RiskPanel", "C'40,40,60'", "C'40,40,600'"),
    Hasty("TransactionLog", "HistoryDealGetDouble(trans.deal, DEAL_PROFIT)", "HistoryDealGetDouble(DEAL_PROFIT)"),
    Hasty("TransactionLog", "string m_symbols[];", "std::vector<string> m_symbols;"),
    Hasty("TransactionLog", "      FileClose(file);\n", "", "   file = FileOpen("),
    Hasty("TransactionLog", "totals.Add(trans.symbol, profit);", "totals.Add(profit, trans.symbol);"),
    Hasty("TransactionLog", "m_deals[at] = 0;", "m_deals[at] = nullptr;"),
    Hasty("ExportRates", "if(copied <= 0)\n      return;", "if(copied <= 0) {\n      return;", "  {\n   if(From"),
    Hasty("ExportRates", "if(handle == INVALID_HANDLE)", "if(handle == NULL)"),
    Hasty("ExportRates", "MqlRates bar = rates[i];", "MqlRate bar = rates[i];"),
    Hasty("ExportRates", "highest = fmax(highest, bar.high);", "fmax(highest, bar.high);"),
    Hasty("ExportRates", 'PrintFormat("attempt %d', 'PrintFormat("attempt %s'),
    Hasty("Watchdog", 'GlobalVariableSet("watchdog_changes", changes);', 'GlobalVariableSet("watchdog_changes");'),
    Hasty("Watchdog", "while(!IsStopped());", "while(true);", "   do\n"),
    Hasty("Watchdog", "Sleep(MathMax(Seconds, 1) * 1000);", "sleep(MathMax(Seconds, 1) * 1000);"),
    Hasty("Watchdog", "return done;", "return;"),
    Hasty("Watchdog", "      Look();\n", "      EventSetTimer(1);\n", "EventSetTimer(1);"),
    Hasty("GridWithTools", "closing = true;", "closing == true;"),
    Hasty(
        "GridWithTools",
        "CountPositions(_Symbol, Magic, profit);\n   if(count > 0",
        "CountPositions(_Symbol, Magic);\n   if(count > 0",
        "int count = CountPositions",
    ),
    Hasty("GridWithTools", "LotMode  = LOT_FIXED;", "LotMode  = LOT_FIX;"),
    Hasty("GridWithTools", "double price = 0.0;\n", "double price;\n", "   return(price);"),
    Hasty("GridWithTools", '#include "Parts/TradeTools.mqh"', "#ifdef __MQL5__"),
    Hasty(
        "GridWithTools",
        "return(OrderSend(request, result));\n  }",
        "OrderSend(request, result);\n   return(true);\n  }",
        "OrderSend(request, result);",
    ),
    Hasty("ThreeIndicators", "	IndicatorRelease(macd_handle);\n", "", "macd_handle = iMACD"),
    Hasty("ThreeIndicators", "BandsDeviation = 2.0;", "BandsDeviation = 2.0f;"),
    Hasty("ThreeIndicators", "ENUM_POSITION_TYPE type = (ENUM_POSITION_TYPE)", "ENUM_POSITION_TYPE type = "),
    Hasty("ThreeIndicators", "double wanted = 0;", "double wanted;\n	wanted += 1;", "wanted += 1;"),
    Hasty("ThreeIndicators", "ArraySetAsSeries(upper, true);", "ArraySetAsSeries(upper);"),
    Hasty("Statistics", "while(j >= 0 && list", "while(j >= 0 and list"),
    Hasty("Statistics", "Trade moved = list[i];", "Trade moved = list;"),
    Hasty("Statistics", "int Collect(Trade &list[],", "int Collect(Trade list[],"),
    Hasty("Statistics", "sum.Rate()", "sum.rate()"),
    Hasty("Statistics", "list[used].symbol = ", "list[used].profit = "),
    Hasty("Statistics", "return(count % 2 == 1 ?", "return(Median % 2 == 1 ?"),
    Hasty("SwingTrail", "void    Say(string text);", "void    Say(string text)", "void    Say(string text)"),
    Hasty("SwingTrail", "    return false;\n}", "}", "}\n\nvoid Say(string text)\n{"),
    Hasty("SwingTrail", "int    side   = (type", "string side   = (type"),
    Hasty("SwingTrail", "for (int tries = 0; tries < 3; tries++)", "for (int tries = 0, tries < 3, tries++)"),
    Hasty("SwingTrail", '"stop of " + (string) ticket', "'stop of ' + (string) ticket"),
    Hasty("SwingTrail", "Move(ticket, wanted, target))", "Move(ticket, wanted))"),
    Hasty("SwingTrail", "r.sl       = NormalizeDouble(stop, _Digits);", "r.stoploss = NormalizeDouble(stop, _Digits);"),
]


@pytest.mark.parametrize(
    "hasty", HASTY, ids=[f"{each.program}: {each.now.strip() or each.was.strip()}"[:60] for each in HASTY]
)
def test_a_hasty_line_is_refused_where_it_stands(hasty):
    path = GOOD / f"{hasty.program}.mq5"
    text = path.read_text(encoding="utf-8")
    assert text.count(hasty.was) == 1
    wrong = text.replace(hasty.was, hasty.now)
    line = wrong[: wrong.index(hasty.at or hasty.now)].count("\n") + 1
    told = [(error.line, error.text) for error in check_text(wrong, path)]
    assert line in [number for number, _ in told], told
