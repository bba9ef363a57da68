"""Logging, crypt, pointers, sleep, timer and clock; crash reasons, compiler macros, message boxes.

Facts of the MQL5 reference in the notation of `notation`; it must not know what the checker does with them.
"""

from __future__ import annotations

from typing import Final

FUNCTIONS: Final = """
# common
void Alert(any first, ...)
ENUM_POINTER_TYPE CheckPointer(object pointer) must_use
void Comment(any first, ...)
int CryptEncode(ENUM_CRYPT_METHOD method, const uchar &data[], const uchar &key[], uchar &result[])
int CryptDecode(ENUM_CRYPT_METHOD method, const uchar &data[], const uchar &key[], uchar &result[])
void DebugBreak()
void ExpertRemove() only:expert
object GetPointer(object variable) must_use
uint GetTickCount() must_use
ulong GetTickCount64() must_use
ulong GetMicrosecondCount() must_use
int MessageBox(string text, string caption=, int flags=) only:expert,script
int PeriodSeconds(ENUM_TIMEFRAMES period=) must_use
bool PlaySound(string filename)
void Print(any first, ...)
void PrintFormat(string format, ...)
void ResetLastError()
bool ResourceCreate(string resource_name, string path)
bool ResourceCreate(string resource_name, const uint &data[], uint img_width, uint img_height, uint
   data_xoffset, uint data_yoffset, uint data_width, ENUM_COLOR_FORMAT color_format)
bool ResourceFree(string resource_name)
bool ResourceReadImage(string resource, uint &data[], uint &width, uint &height)
bool ResourceSave(string resource, string file)
void SetReturnError(int ret_code)
void SetUserError(ushort code)
void Sleep(int milliseconds) not:indicator
bool TerminalClose(int ret_code)
void TesterHideIndicators(bool hide)
double TesterStatistics(ENUM_STATISTICS statistic_id) must_use
void TesterStop()
bool TesterDeposit(double money)
bool TesterWithdrawal(double money)
short TranslateKey(int key_code) must_use
void ZeroMemory(variable &target)
void printf(string format, ...)
# date and time
datetime TimeCurrent()
datetime TimeCurrent(MqlDateTime &parts)
datetime TimeTradeServer()
datetime TimeTradeServer(MqlDateTime &parts)
datetime TimeLocal()
datetime TimeLocal(MqlDateTime &parts)
datetime TimeGMT()
datetime TimeGMT(MqlDateTime &parts)
int TimeDaylightSavings() must_use
int TimeGMTOffset() must_use
bool TimeToStruct(datetime dt, MqlDateTime &parts)
datetime StructToTime(const MqlDateTime &parts) must_use
# timer and events
bool EventSetMillisecondTimer(int milliseconds) only:expert,indicator
bool EventSetTimer(int seconds) only:expert,indicator
void EventKillTimer() only:expert,indicator
bool EventChartCustom(long chart, ushort event, long lparam, double dparam, string sparam)
"""

ENUMS: Final = """
ENUM_STATISTICS:
   STAT_INITIAL_DEPOSIT STAT_WITHDRAWAL STAT_PROFIT STAT_GROSS_PROFIT STAT_GROSS_LOSS STAT_MAX_PROFITTRADE
   STAT_MAX_LOSSTRADE STAT_CONPROFITMAX STAT_CONPROFITMAX_TRADES STAT_MAX_CONWINS STAT_MAX_CONPROFIT_TRADES
   STAT_CONLOSSMAX STAT_CONLOSSMAX_TRADES STAT_MAX_CONLOSSES STAT_MAX_CONLOSS_TRADES STAT_BALANCEMIN
   STAT_BALANCE_DD STAT_BALANCEDD_PERCENT STAT_BALANCE_DDREL_PERCENT STAT_BALANCE_DD_RELATIVE STAT_EQUITYMIN
   STAT_EQUITY_DD STAT_EQUITYDD_PERCENT STAT_EQUITY_DDREL_PERCENT STAT_EQUITY_DD_RELATIVE STAT_EXPECTED_PAYOFF
   STAT_PROFIT_FACTOR STAT_RECOVERY_FACTOR STAT_SHARPE_RATIO STAT_MIN_MARGINLEVEL STAT_CUSTOM_ONTESTER STAT_DEALS
   STAT_TRADES STAT_PROFIT_TRADES STAT_LOSS_TRADES STAT_SHORT_TRADES STAT_LONG_TRADES STAT_PROFIT_SHORTTRADES
   STAT_PROFIT_LONGTRADES STAT_PROFITTRADES_AVGCON STAT_LOSSTRADES_AVGCON STAT_COMPLEX_CRITERION
ENUM_POINTER_TYPE: POINTER_INVALID POINTER_DYNAMIC POINTER_AUTOMATIC
ENUM_CRYPT_METHOD:
   CRYPT_BASE64 CRYPT_AES128 CRYPT_AES256 CRYPT_DES CRYPT_HASH_SHA1 CRYPT_HASH_SHA256 CRYPT_HASH_MD5 CRYPT_ARCH_ZIP
ENUM_COLOR_FORMAT: COLOR_FORMAT_XRGB_NOALPHA COLOR_FORMAT_ARGB_RAW COLOR_FORMAT_ARGB_NORMALIZE
ENUM_INIT_RETCODE: INIT_SUCCEEDED=0 INIT_FAILED=1 INIT_PARAMETERS_INCORRECT INIT_AGENT_NOT_SUITABLE
"""

CONSTANTS: Final = """
int: REASON_PROGRAM=0 REASON_REMOVE=1 REASON_RECOMPILE=2 REASON_CHARTCHANGE=3 REASON_CHARTCLOSE=4 REASON_PARAMETERS=5
   REASON_ACCOUNT=6 REASON_TEMPLATE=7 REASON_INITFAILED=8 REASON_CLOSE=9 CHARTS_MAX=100 INVALID_HANDLE=-1
   WHOLE_ARRAY=-1 WRONG_VALUE=-1 IDOK=1 IDCANCEL=2 IDABORT=3 IDRETRY=4 IDIGNORE=5 IDYES=6 IDNO=7 IDTRYAGAIN=10
   IDCONTINUE=11 MB_OK=0x00000000 MB_OKCANCEL=0x00000001 MB_ABORTRETRYIGNORE=0x00000002 MB_YESNOCANCEL=0x00000003
   MB_YESNO=0x00000004 MB_RETRYCANCEL=0x00000005 MB_CANCELTRYCONTINUE=0x00000006 MB_ICONSTOP=0x00000010
   MB_ICONERROR=0x00000010 MB_ICONHAND=0x00000010 MB_ICONQUESTION=0x00000020 MB_ICONEXCLAMATION=0x00000030
   MB_ICONWARNING=0x00000030 MB_ICONINFORMATION=0x00000040 MB_ICONASTERISK=0x00000040 MB_DEFBUTTON1=0x00000000
   MB_DEFBUTTON2=0x00000100 MB_DEFBUTTON3=0x00000200 MB_DEFBUTTON4=0x00000300 __LINE__ __MQLBUILD__ __MQL5BUILD__
   __COUNTER__
color: clrNONE=-1 CLR_NONE=-1
double: EMPTY_VALUE=1.7976931348623158e+308
bool: IS_DEBUG_MODE IS_PROFILE_MODE
datetime: __DATE__ __DATETIME__
string: __FILE__ __PATH__ __FUNCTION__ __FUNCSIG__ __CPU_ARCHITECTURE__
"""
