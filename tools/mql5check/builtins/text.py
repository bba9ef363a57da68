"""Conversions and strings.

Facts of the MQL5 reference in the notation of `notation`; it must not know what the checker does with them.
"""

from __future__ import annotations

from typing import Final

FUNCTIONS: Final = """
# conversion
string CharToString(uchar code) must_use
string CharArrayToString(const uchar &array[], int start=, int count=, uint codepage=) must_use
bool CharArrayToStruct(struct &target, const uchar &chars[], uint start=)
bool StructToCharArray(const struct &source, uchar &chars[], uint start=)
uint ColorToARGB(color clr, uchar alpha=) must_use
uint ColorToPRGB(color clr, uchar alpha=) must_use
string ColorToString(color value, bool by_name=) must_use
string DoubleToString(double value, int digits=) must_use
string EnumToString(enum value) must_use
string IntegerToString(long number, int length=, ushort fill=) must_use
string ShortToString(ushort code) must_use
string ShortArrayToString(const ushort &array[], int start=, int count=) must_use
string TimeToString(datetime value, int mode=) must_use
double NormalizeDouble(double value, int digits) must_use
int StringToCharArray(string text, uchar &array[], int start=, int count=, uint codepage=)
color StringToColor(string text) must_use
double StringToDouble(string value) must_use
long StringToInteger(string value) must_use
int StringToShortArray(string text, ushort &array[], int start=, int count=)
datetime StringToTime(string text) must_use
string StringFormat(string format, ...) must_use
# strings
bool StringAdd(string &text, string add_substring)
int StringBufferLen(string text) must_use
int StringCompare(string left, string right, bool case_sensitive=) must_use
int StringConcatenate(string &target, any first, any second, ...)
bool StringFill(string &text, ushort character)
int StringFind(string text, string match, int start=) must_use
ushort StringGetCharacter(string text, int pos) must_use
bool StringInit(string &text, int new_len=, ushort character=)
int StringLen(string text) must_use
bool StringSetLength(string &text, uint new_length)
int StringReplace(string &str, string find, string replacement)
bool StringReserve(string &text, uint new_capacity)
bool StringSetCharacter(string &text, int pos, ushort character)
int StringSplit(string text, ushort separator, string &result[])
string StringSubstr(string text, int start, int length=) must_use
bool StringToLower(string &text)
bool StringToUpper(string &text)
int StringTrimLeft(string &text)
int StringTrimRight(string &text)
"""

CONSTANTS: Final = """
int: CP_ACP=0 CP_OEMCP=1 CP_MACCP=2 CP_THREAD_ACP=3 CP_SYMBOL=42 CP_UTF7=65000 CP_UTF8=65001 TIME_DATE=1
   TIME_MINUTES=2 TIME_SECONDS=4
"""
