"""The table of MQL5's built-ins: facts that were looked up in the reference one by one, and the table's own order."""

import pytest

from tools.mql5check.builtins import (
    CONSTANTS,
    ENUMS,
    EVENT_FORMS,
    EVENTS,
    FUNCTIONS,
    KINDS,
    LEFT_OUT,
    STRUCTS,
    VARIABLES,
    notation,
)
from tools.mql5check.words import SIMPLE_TYPES

PSEUDO = {"any", "number", "enum", "variable", "struct", "object"}
TYPES = SIMPLE_TYPES | {"void"} | PSEUDO | ENUMS.keys() | STRUCTS.keys()


def spelled(form):
    """A signature as the reference would spell it, short."""
    params = []
    for each in form.params:
        text = ("const " if each.const else "") + each.type + (" &" if each.by_reference else "")
        params.append(text + ("[]" if each.is_array else "") + ("=" if each.optional else ""))
    if form.variadic:
        params.append("...")
    return f"{form.returns}({', '.join(params)})"


SIGNATURES = [
    ("FileOpen", "int(string, int, short=, uint=)"),
    ("FileClose", "void(int)"),
    ("FileMove", "bool(string, int, string, int)"),
    ("FileSeek", "bool(int, long, ENUM_FILE_POSITION)"),
    ("FileReadArray", "uint(int, any &[], int=, int=)"),
    ("FileWriteArray", "uint(int, const any &[], int=, int=)"),
    ("FileFindFirst", "long(string, string &, int=)"),
    ("FileFindNext", "bool(long, string &)"),
    ("FileFindClose", "void(long)"),
    ("FileWriteString", "uint(int, string, int=)"),
    ("FileSize", "ulong(int)"),
    ("FileWrite", "uint(int, any, ...)"),
    ("FolderCreate", "bool(string, int=)"),
    ("OrderSend", "bool(const MqlTradeRequest &, MqlTradeResult &)"),
    ("OrderCalcProfit", "bool(ENUM_ORDER_TYPE, string, double, double, double, double &)"),
    ("PositionGetTicket", "ulong(int)"),
    ("HistorySelect", "bool(datetime, datetime)"),
    ("SymbolInfoTick", "bool(string, MqlTick &)"),
    ("SymbolInfoDouble", "double(string, ENUM_SYMBOL_INFO_DOUBLE)"),
    ("SymbolInfoDouble", "bool(string, ENUM_SYMBOL_INFO_DOUBLE, double &)"),
    ("SymbolInfoInteger", "bool(string, ENUM_SYMBOL_INFO_INTEGER, long &)"),
    ("SymbolInfoSessionTrade", "bool(string, ENUM_DAY_OF_WEEK, uint, datetime &, datetime &)"),
    ("AccountInfoInteger", "long(ENUM_ACCOUNT_INFO_INTEGER)"),
    ("ChartOpen", "long(string, ENUM_TIMEFRAMES)"),
    ("ChartApplyTemplate", "bool(long, string)"),
    ("ChartNext", "long(long)"),
    ("ChartSetInteger", "bool(long, ENUM_CHART_PROPERTY_INTEGER, int, long)"),
    ("ChartScreenShot", "bool(long, string, int, int, ENUM_ALIGN_MODE=)"),
    ("ChartPeriod", "ENUM_TIMEFRAMES(long=)"),
    ("iMA", "int(string, ENUM_TIMEFRAMES, int, int, ENUM_MA_METHOD, ENUM_APPLIED_PRICE)"),
    ("iRSI", "int(string, ENUM_TIMEFRAMES, int, ENUM_APPLIED_PRICE)"),
    ("iBands", "int(string, ENUM_TIMEFRAMES, int, int, double, ENUM_APPLIED_PRICE)"),
    ("iATR", "int(string, ENUM_TIMEFRAMES, int)"),
    ("iCustom", "int(string, ENUM_TIMEFRAMES, string, ...)"),
    ("iTime", "datetime(string, ENUM_TIMEFRAMES, int)"),
    ("CopyBuffer", "int(int, int, int, int, double &[])"),
    ("CopyBuffer", "int(int, int, datetime, datetime, double &[])"),
    ("CopyRates", "int(string, ENUM_TIMEFRAMES, int, int, MqlRates &[])"),
    ("CopyTicks", "int(string, MqlTick &[], uint=, ulong=, uint=)"),
    ("EventSetTimer", "bool(int)"),
    ("EventKillTimer", "void()"),
    ("GlobalVariableSet", "datetime(string, double)"),
    ("GlobalVariableSetOnCondition", "bool(string, double, double)"),
    ("GlobalVariablesDeleteAll", "int(string=, datetime=)"),
    ("StringSubstr", "string(string, int, int=)"),
    ("StringSplit", "int(string, ushort, string &[])"),
    ("StringReplace", "int(string &, string, string)"),
    ("StringToCharArray", "int(string, uchar &[], int=, int=, uint=)"),
    ("StringTrimLeft", "int(string &)"),
    ("IntegerToString", "string(long, int=, ushort=)"),
    ("DoubleToString", "string(double, int=)"),
    ("TimeToString", "string(datetime, int=)"),
    ("CryptEncode", "int(ENUM_CRYPT_METHOD, const uchar &[], const uchar &[], uchar &[])"),
    ("ArrayResize", "int(any &[], int, int=)"),
    ("ArraySort", "bool(number &[])"),
    ("MathMax", "number(number, number)"),
    ("MathPow", "double(double, double)"),
    ("NormalizeDouble", "double(double, int)"),
    ("GetTickCount64", "ulong()"),
    ("TimeCurrent", "datetime(MqlDateTime &)"),
    ("StructToTime", "datetime(const MqlDateTime &)"),
    ("WebRequest", "int(string, string, string, int, const char &[], char &[], string &)"),
    ("ObjectSetInteger", "bool(long, string, ENUM_OBJECT_PROPERTY_INTEGER, int, long)"),
    ("MessageBox", "int(string, string=, int=)"),
    ("ZeroMemory", "void(variable &)"),
    ("EnumToString", "string(enum)"),
]


@pytest.mark.parametrize(("name", "form"), SIGNATURES)
def test_a_function_has_the_forms_of_the_reference(name, form):
    assert form in [spelled(each) for each in FUNCTIONS[name]]


VALUES = [
    ("FILE_READ", "int", 1),
    ("FILE_WRITE", "int", 2),
    ("FILE_BIN", "int", 4),
    ("FILE_CSV", "int", 8),
    ("FILE_TXT", "int", 16),
    ("FILE_ANSI", "int", 32),
    ("FILE_UNICODE", "int", 64),
    ("FILE_SHARE_READ", "int", 128),
    ("FILE_SHARE_WRITE", "int", 256),
    ("FILE_REWRITE", "int", 512),
    ("FILE_COMMON", "int", 4096),
    ("INVALID_HANDLE", "int", -1),
    ("WHOLE_ARRAY", "int", -1),
    ("CHARTS_MAX", "int", 100),
    ("EMPTY_VALUE", "double", 1.7976931348623158e308),
    ("INT_MAX", "int", 2147483647),
    ("UINT_MAX", "uint", 4294967295),
    ("LONG_MIN", "long", -9223372036854775808),
    ("ULONG_MAX", "ulong", 18446744073709551615),
    ("CP_ACP", "int", 0),
    ("CP_UTF8", "int", 65001),
    ("PERIOD_CURRENT", "ENUM_TIMEFRAMES", 0),
    ("PERIOD_M15", "ENUM_TIMEFRAMES", 15),
    ("PERIOD_H1", "ENUM_TIMEFRAMES", 16385),
    ("PERIOD_D1", "ENUM_TIMEFRAMES", 16408),
    ("PERIOD_W1", "ENUM_TIMEFRAMES", 32769),
    ("PERIOD_MN1", "ENUM_TIMEFRAMES", 49153),
    ("INIT_SUCCEEDED", "ENUM_INIT_RETCODE", 0),
    ("REASON_REMOVE", "int", 1),
    ("REASON_CHARTCHANGE", "int", 3),
    ("REASON_INITFAILED", "int", 8),
    ("REASON_CLOSE", "int", 9),
    ("ORDER_TYPE_SELL", "ENUM_ORDER_TYPE", 1),
    ("ORDER_TYPE_CLOSE_BY", "ENUM_ORDER_TYPE", 8),
    ("ORDER_FILLING_RETURN", "ENUM_ORDER_TYPE_FILLING", 2),
    ("ORDER_TIME_SPECIFIED", "ENUM_ORDER_TYPE_TIME", 2),
    ("POSITION_TYPE_SELL", "ENUM_POSITION_TYPE", 1),
    ("DEAL_ENTRY_OUT", "ENUM_DEAL_ENTRY", 1),
    ("DEAL_TYPE_BALANCE", "ENUM_DEAL_TYPE", 2),
    ("TRADE_ACTION_DEAL", "ENUM_TRADE_REQUEST_ACTIONS", 1),
    ("TRADE_ACTION_PENDING", "ENUM_TRADE_REQUEST_ACTIONS", 5),
    ("TRADE_RETCODE_DONE", "int", 10009),
    ("TRADE_RETCODE_NO_MONEY", "int", 10019),
    ("TRADE_RETCODE_REJECT_CANCEL", "int", 10041),
    ("SYMBOL_FILLING_IOC", "int", 2),
    ("SYMBOL_TRADE_MODE_FULL", "ENUM_SYMBOL_TRADE_MODE", 4),
    ("SYMBOL_BID", "ENUM_SYMBOL_INFO_DOUBLE", 1),
    ("SYMBOL_TIME", "ENUM_SYMBOL_INFO_INTEGER", 15),
    ("ACCOUNT_TRADE_MODE_DEMO", "ENUM_ACCOUNT_TRADE_MODE", 0),
    ("ACCOUNT_LOGIN", "ENUM_ACCOUNT_INFO_INTEGER", 0),
    ("MODE_EMA", "ENUM_MA_METHOD", 1),
    ("PRICE_CLOSE", "ENUM_APPLIED_PRICE", 1),
    ("ERR_SUCCESS", "int", 0),
    ("ERR_FUNCTION_NOT_ALLOWED", "int", 4014),
    ("ERR_GLOBALVARIABLE_NOT_FOUND", "int", 4501),
    ("ERR_CANNOT_OPEN_FILE", "int", 5004),
    ("ERR_USER_ERROR_FIRST", "int", 65536),
    ("MONDAY", "ENUM_DAY_OF_WEEK", 1),
    ("OBJ_LABEL", "ENUM_OBJECT", 102),
    ("OBJ_ALL_PERIODS", "int", 0x1FFFFF),
    ("MB_YESNO", "int", 4),
    ("IDYES", "int", 6),
    ("INT_VALUE", "int", 4),
    ("clrRed", "color", 0x0000FF),
    ("clrDodgerBlue", "color", 16748574),
    ("clrLightGoldenrod", "color", 13826810),
    ("clrNONE", "color", -1),
    ("M_PI", "double", 3.141592653589793),
]


@pytest.mark.parametrize(("name", "kind", "value"), VALUES)
def test_a_constant_has_the_type_and_value_of_the_reference(name, kind, value):
    assert (CONSTANTS[name].type, CONSTANTS[name].value) == (kind, value)


FIELDS = [
    ("MqlTick", "flags", "uint"),
    ("MqlTick", "time_msc", "long"),
    ("MqlRates", "tick_volume", "long"),
    ("MqlRates", "spread", "int"),
    ("MqlTradeRequest", "deviation", "ulong"),
    ("MqlTradeRequest", "type_filling", "ENUM_ORDER_TYPE_FILLING"),
    ("MqlTradeResult", "retcode", "uint"),
    ("MqlTradeCheckResult", "margin_free", "double"),
    ("MqlTradeTransaction", "type", "ENUM_TRADE_TRANSACTION_TYPE"),
    ("MqlDateTime", "day_of_week", "int"),
    ("MqlParam", "integer_value", "long"),
    ("MqlBookInfo", "volume_real", "double"),
]


@pytest.mark.parametrize(("struct", "field", "kind"), FIELDS)
def test_a_structure_has_the_fields_of_the_reference(struct, field, kind):
    assert STRUCTS[struct][field] == kind


WHO_MAY = [
    ("EventSetTimer", {"expert", "indicator"}),
    ("ExpertRemove", {"expert"}),
    ("OrderSend", {"expert", "script"}),
    ("Sleep", {"expert", "script", "service"}),
    ("MessageBox", {"expert", "script"}),
    ("SetIndexBuffer", {"indicator"}),
    ("FileOpen", set(KINDS)),
    ("PositionGetTicket", set(KINDS)),
]


@pytest.mark.parametrize(("name", "kinds"), WHO_MAY)
def test_the_table_says_which_programs_may_call_a_function(name, kinds):
    assert all(form.kinds == kinds for form in FUNCTIONS[name])


@pytest.mark.parametrize(
    "name",
    [
        "FileOpen",
        "FileMove",
        "OrderSend",
        "OrderSendAsync",
        "ChartOpen",
        "ChartApplyTemplate",
        "iMA",
        "MathMax",
        "StringLen",
        "NormalizeDouble",
        "AccountInfoDouble",
        "fabs",
    ],
)
def test_the_result_of_what_may_fail_unseen_or_does_nothing_else_must_be_used(name):
    assert all(form.must_use for form in FUNCTIONS[name])


@pytest.mark.parametrize(
    "name",
    [
        "FileClose",
        "Print",
        "ArrayResize",
        "GlobalVariableSet",
        "HistorySelect",
        "GetLastError",
        "EventSetTimer",
        "EventSetMillisecondTimer",
        "EventKillTimer",
        "CopyBuffer",
        "CopyRates",
        "ChartScreenShot",
        "WebRequest",
    ],
)
def test_the_result_of_others_may_be_dropped(name):
    assert not any(form.must_use for form in FUNCTIONS[name])


def test_every_named_type_exists():
    named = {form.returns for forms in FUNCTIONS.values() for form in forms}
    named |= {
        each.type for forms in (*FUNCTIONS.values(), *EVENT_FORMS.values()) for form in forms for each in form.params
    }
    named |= {kind for fields in STRUCTS.values() for kind in fields.values()}
    named |= {constant.type for constant in (*CONSTANTS.values(), *VARIABLES.values())}
    assert named <= TYPES


def test_optional_parameters_stand_at_the_end_and_arrays_go_by_reference():
    for name, forms in FUNCTIONS.items():
        for form in forms:
            optional = [each.optional for each in form.params]
            assert optional == sorted(optional), name
            assert all(each.by_reference for each in form.params if each.is_array), name
            assert len({each.name for each in form.params}) == len(form.params), name
            assert form.kinds <= KINDS, name
            assert form.kinds, name


def test_forms_of_one_function_differ():
    for name, forms in FUNCTIONS.items():
        assert len({spelled(form) for form in forms}) == len(forms), name


def test_a_name_stands_for_one_thing_only():
    groups = [set(FUNCTIONS), set(CONSTANTS), set(ENUMS), set(STRUCTS), set(VARIABLES), set(LEFT_OUT), set(EVENTS)]
    assert sum(len(group) for group in groups) == len(set().union(*groups))


def test_members_of_enumerations_are_constants_of_their_type_and_differ_in_value():
    for enum, members in ENUMS.items():
        values = [CONSTANTS[member].value for member in members]
        assert all(CONSTANTS[member].type == enum for member in members)
        known = [value for value in values if value is not None]
        assert len(known) == len(set(known)), enum


def test_the_table_is_wide_enough_for_ordinary_robots():
    assert len(FUNCTIONS) > 400
    assert len(CONSTANTS) > 1700
    assert sum(name.startswith("ERR_") for name in CONSTANTS) > 200
    assert sum(name.startswith("clr") for name in CONSTANTS) > 130


@pytest.mark.parametrize(
    "name",
    [
        "OnInit",
        "OnDeinit",
        "OnTick",
        "OnTimer",
        "OnStart",
        "OnTradeTransaction",
        "OnCalculate",
    ],
)
def test_the_terminal_calls_its_entry_points(name):
    assert EVENTS[name] == EVENT_FORMS[name][0]


def test_the_two_forms_of_an_indicators_entry_point_are_known():
    assert [len(form.params) for form in EVENT_FORMS["OnCalculate"]] == [4, 10]


@pytest.mark.parametrize(
    "name",
    [
        "SocketCreate",
        "DatabaseOpen",
        "CLContextCreate",
        "DXContextCreate",
        "FrameAdd",
        "OnnxRun",
    ],
)
def test_what_the_subset_leaves_out_is_named_with_the_reason(name):
    assert LEFT_OUT[name].startswith("left out of the subset: ")


@pytest.mark.parametrize(
    "line",
    ["int F(int a b)", "int F(int a) sometimes", "F(int a)", "int F(int a) only:robots", "int F(int a[)"],
)
def test_a_line_outside_the_notation_is_refused_with_itself(line):
    with pytest.raises(ValueError, match="int a"):
        notation.functions(line)


def test_continued_lines_and_comments_are_read():
    facts = notation.functions("# a comment\nbool F(int first,\n   string &second) must_use not:script\n")
    assert [spelled(form) for form in facts["F"]] == ["bool(int, string &)"]
    assert facts["F"][0].kinds == KINDS - {"script"}
