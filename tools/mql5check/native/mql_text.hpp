// Text, numbers as text, time as text, formats: what MQL5 does without a terminal.
#pragma once

#include "mql_array.hpp"
#include "mql_tables.hpp"

namespace mql {

// A value on its way into StringFormat, with what MQL5 calls its type.
namespace inner {
struct Value {
  enum Kind { whole, unsigned_whole, real, text } kind;
  int bytes;
  long number;
  double fraction;
  string words;
  Value(const string &value) : kind(text), bytes(0), number(0), fraction(0), words(value) {}
  Value(Null) : kind(text), bytes(0), number(0), fraction(0) {}
  Value(datetime value) : kind(whole), bytes(8), number(value.value), fraction(0), words(text_of(value)) {}
  Value(color value) : kind(whole), bytes(4), number(value.value), fraction(0), words(text_of(value)) {}
  template <class T, class = typename When<IsNumber<T>::value>::type>
  Value(T value) : bytes(sizeof(T)), number(0), fraction(0), words(text_of(value)) {
    if constexpr (IsReal<T>::value) {
      kind = real;
      fraction = static_cast<double>(value);
    } else {
      kind = static_cast<T>(-1) < static_cast<T>(0) ? whole : unsigned_whole;
      number = static_cast<long>(value);
    }
  }
};
struct Format {
  string text;
  Where at;
  Format(const string &text, const char *file = __builtin_FILE(), int line = __builtin_LINE()) : text(text), at{file, line} {}
};
string format(const Format &form, const Value *values, int count);
void say(const char *channel, const string &text);
inline string join() { return string("", 0); }
template <class F, class... R> string join(const F &first, const R &...rest) { return text_of(first) + join(rest...); }
}  // namespace inner

template <class... A> string StringFormat(const inner::Format &form, const A &...arguments) {
  const inner::Value values[sizeof...(A) + 1] = {inner::Value(arguments)..., inner::Value(0)};
  return inner::format(form, values, sizeof...(A));
}
template <class... A> void PrintFormat(const inner::Format &form, const A &...arguments) { inner::say("print", StringFormat(form, arguments...)); }
template <class... A> void printf(const inner::Format &form, const A &...arguments) { inner::say("print", StringFormat(form, arguments...)); }
template <class... A> void Print(const A &...arguments) { inner::say("print", inner::join(arguments...)); }
template <class... A> void Alert(const A &...arguments) { inner::say("alert", inner::join(arguments...)); }
template <class... A> void Comment(const A &...arguments) { inner::say("comment", inner::join(arguments...)); }
template <class... A> int StringConcatenate(string &target, const A &...arguments) {
  target = inner::join(arguments...);
  return target.length();
}

inline int StringLen(const string &text) { return text.length(); }
inline int StringBufferLen(const string &text) { return text.length(); }
string StringSubstr(const string &text, int start, int length = -1, MQL_AT);
int StringFind(const string &text, const string &match, int start = 0);
int StringReplace(string &text, const string &find, const string &replacement);
int StringSplit(const string &text, ushort separator, Array<string> &result);
int StringCompare(const string &left, const string &right, bool case_sensitive = true);
bool StringAdd(string &text, const string &more);
bool StringFill(string &text, ushort character);
bool StringInit(string &text, int length = 0, ushort character = 0);
bool StringReserve(string &text, uint capacity);
bool StringSetLength(string &text, uint length);
ushort StringGetCharacter(const string &text, int place, MQL_AT);
bool StringSetCharacter(string &text, int place, ushort character, MQL_AT);
bool StringToLower(string &text);
bool StringToUpper(string &text);
int StringTrimLeft(string &text);
int StringTrimRight(string &text);

string CharToString(uchar code);
string ShortToString(ushort code);
string CharArrayToString(const Array<uchar> &array, int start = 0, int count = -1, uint codepage = 0, MQL_AT);
string CharArrayToString(const Array<char> &array, int start = 0, int count = -1, uint codepage = 0, MQL_AT);
int StringToCharArray(const string &text, Array<uchar> &array, int start = 0, int count = -1, uint codepage = 0, MQL_AT);
int StringToCharArray(const string &text, Array<char> &array, int start = 0, int count = -1, uint codepage = 0, MQL_AT);
string ShortArrayToString(const Array<ushort> &array, int start = 0, int count = -1, MQL_AT);
int StringToShortArray(const string &text, Array<ushort> &array, int start = 0, int count = -1, MQL_AT);
string DoubleToString(double value, int digits = 8);
string IntegerToString(long number, int length = 0, ushort fill = ' ');
double NormalizeDouble(double value, int digits);
double StringToDouble(const string &text);
long StringToInteger(const string &text);
color StringToColor(const string &text);
string ColorToString(color value, bool by_name = false);
uint ColorToARGB(color value, uchar alpha = 255);
uint ColorToPRGB(color value, uchar alpha = 255);
ENUM_FP_CLASS MathClassify(double value);
template <class T> void ArrayPrint(const Array<T> &array, uint = 0, const string & = string()) {
  string line;
  for (int i = 0; i < array.size(); i++) line += (i > 0 ? string(" ", 1) : string("", 0)) + inner::text_of(array.seen(i));
  inner::say("print", line);
}

datetime StringToTime(const string &text);
string TimeToString(datetime value, int mode = 3);
bool TimeToStruct(datetime value, MqlDateTime &parts);
datetime StructToTime(const MqlDateTime &parts);

int CryptEncode(ENUM_CRYPT_METHOD method, const Array<uchar> &data, const Array<uchar> &key, Array<uchar> &result, MQL_AT);
int CryptDecode(ENUM_CRYPT_METHOD method, const Array<uchar> &data, const Array<uchar> &key, Array<uchar> &result, MQL_AT);

int GetLastError();
void ResetLastError();
void SetUserError(ushort code);
void DebugBreak();
template <class T> ENUM_POINTER_TYPE CheckPointer(const Ptr<T> &pointer) {
  if (!pointer.is_alive()) return POINTER_INVALID;
  return inner::made_by_new(pointer.serial()) ? POINTER_DYNAMIC : POINTER_AUTOMATIC;
}
inline ENUM_POINTER_TYPE CheckPointer(Null) { return POINTER_INVALID; }

}  // namespace mql
