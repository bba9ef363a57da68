// Numbers, characters and colours as text, and back.

#include "runtime.hpp"

namespace mql {
namespace inner {

// The shortest form that reads back to the same number.
std::string real_text(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  char buffer[40];
  for (int digits = 15; digits <= 17; digits++) {
    std::snprintf(buffer, sizeof buffer, "%.*g", digits, value);
    if (std::strtod(buffer, nullptr) == value) break;
  }
  return buffer;
}

string text_of(bool value) { return value ? string("true", 4) : string("false", 5); }
string text_of(long value) { return from_utf8(std::to_string(value)); }
string text_of(ulong value) { return from_utf8(std::to_string(value)); }
string text_of(double value) {
  char buffer[40];
  if (std::fabs(value) < 1e15 && value == std::floor(value)) std::snprintf(buffer, sizeof buffer, "%.1f", value);
  else std::snprintf(buffer, sizeof buffer, "%.16g", value);
  std::string shortest = real_text(value);
  return from_utf8(shortest.size() < std::strlen(buffer) && shortest.find('.') != std::string::npos ? shortest : buffer);
}
string text_of(float value) {
  char buffer[40];
  std::snprintf(buffer, sizeof buffer, value == std::floor(value) && std::fabs(value) < 1e7f ? "%.1f" : "%.7g", static_cast<double>(value));
  return from_utf8(buffer);
}
string text_of(datetime value) { return TimeToString(value, 1 | 4); }
string text_of(color value) { return ColorToString(value); }
double number_of(const string &value) { return StringToDouble(value); }
long whole_of(const string &value) { return StringToInteger(value); }
datetime moment_of(const string &value) { return StringToTime(value); }

}  // namespace inner

using namespace inner;

string DoubleToString(double value, int digits) {
  if (std::isnan(value) || std::isinf(value)) return from_utf8(real_text(value));
  char buffer[400];
  if (digits < 0) std::snprintf(buffer, sizeof buffer, "%.*e", std::min(-digits, 16), value);
  else std::snprintf(buffer, sizeof buffer, "%.*f", std::min(digits, 16), value);
  return from_utf8(buffer);
}
string IntegerToString(long number, int length, ushort fill) {
  std::u16string text = units(text_of(number));
  if (length > static_cast<int>(text.size())) text.insert(0, static_cast<size_t>(length) - text.size(), char16_t(fill));
  return from_units(text);
}
double NormalizeDouble(double value, int digits) {
  double scale = std::pow(10.0, std::clamp(digits, 0, 8));
  double scaled = std::round(value * scale);
  return std::isfinite(scaled) ? scaled / scale : value;
}
double StringToDouble(const string &text) {
  std::string field = utf8(text);
  size_t end = field.find_first_not_of("+-0123456789.eE \t");
  return std::strtod(field.substr(0, end).c_str(), nullptr);
}
long StringToInteger(const string &text) { return std::strtol(utf8(text).c_str(), nullptr, 10); }

string CharToString(uchar code) { return from_units(std::u16string(1, char16_t(code))); }
string ShortToString(ushort code) { return from_units(std::u16string(1, char16_t(code))); }

namespace {

template <class T> string chars_to_text(const Array<T> &array, int start, int count, uint codepage, Where at) {
  long length = count;
  if (!clip("CharArrayToString", array.size(), start, length, at)) return string("", 0);
  std::string bytes;
  for (long i = start; i < start + length; i++) {
    char byte = static_cast<char>(array.seen(i));
    if (byte == 0) break;
    bytes += byte;
  }
  return from_units(decode(bytes, codepage));
}
template <class T, class S> int store(const S &units, Array<T> &array, int start, int count, const char *function, Where at) {
  if (start < 0 || count < -1) {
    misuse("range", at, (std::string(function) + " from " + std::to_string(start)).c_str());
    return 0;
  }
  // Everything means the zero at the end too; the array grows when it can and never shrinks.
  long length = static_cast<long>(units.size()) + 1;
  if (count >= 0) length = std::min<long>(length, count);
  if (start + length > array.size()) {
    if (array.fixed()) length = std::max<long>(0, array.size() - start);
    else array.resize(start + length, 0, at);
  }
  for (long i = 0; i < length; i++) array.seen(start + i) = i < static_cast<long>(units.size()) ? static_cast<T>(units[static_cast<size_t>(i)]) : T(0);
  return static_cast<int>(length);
}

}  // namespace

string CharArrayToString(const Array<uchar> &array, int start, int count, uint codepage, Where at) {
  return chars_to_text(array, start, count, codepage, at);
}
string CharArrayToString(const Array<char> &array, int start, int count, uint codepage, Where at) {
  return chars_to_text(array, start, count, codepage, at);
}
int StringToCharArray(const string &text, Array<uchar> &array, int start, int count, uint codepage, Where at) {
  return store(encode(units(text), codepage), array, start, count, "StringToCharArray", at);
}
int StringToCharArray(const string &text, Array<char> &array, int start, int count, uint codepage, Where at) {
  return store(encode(units(text), codepage), array, start, count, "StringToCharArray", at);
}
string ShortArrayToString(const Array<ushort> &array, int start, int count, Where at) {
  long length = count;
  if (!clip("ShortArrayToString", array.size(), start, length, at)) return string("", 0);
  std::u16string text;
  for (long i = start; i < start + length && array.seen(i) != 0; i++) text += char16_t(array.seen(i));
  return from_units(text);
}
int StringToShortArray(const string &text, Array<ushort> &array, int start, int count, Where at) {
  return store(units(text), array, start, count, "StringToShortArray", at);
}

color StringToColor(const string &text) {
  int red = 0, green = 0, blue = 0;
  std::string field = utf8(text);
  if (std::sscanf(field.c_str(), "%d,%d,%d", &red, &green, &blue) == 3) return color(red | green << 8 | blue << 16);
  return color(std::atoi(field.c_str()));
}
string ColorToString(color value, bool) {
  // By name too it is a triple here: none of our files hold a colour's name.
  char buffer[40];
  std::snprintf(buffer, sizeof buffer, "%d,%d,%d", value.value & 255, value.value >> 8 & 255, value.value >> 16 & 255);
  return value.value == -1 ? string("clrNONE", 7) : from_utf8(buffer);
}
uint ColorToARGB(color value, uchar alpha) {
  uint bgr = static_cast<uint>(value.value);
  return static_cast<uint>(alpha) << 24 | (bgr & 255) << 16 | (bgr & 0xFF00) | (bgr >> 16 & 255);
}

uint ColorToPRGB(color value, uchar alpha) {
  uint argb = ColorToARGB(color(0), alpha);
  auto scaled = [&](int shift) { return (static_cast<uint>(value.value) >> shift & 255) * alpha / 255; };
  return argb | scaled(0) << 16 | scaled(8) << 8 | scaled(16);
}
ENUM_FP_CLASS MathClassify(double value) {
  if (std::isnan(value)) return FP_NAN;
  if (std::isinf(value)) return FP_INFINITE;
  if (value == 0) return FP_ZERO;
  return std::fabs(value) < 2.2250738585072014e-308 ? FP_SUBNORMAL : FP_NORMAL;
}

static std::minstd_rand &chance() {
  static std::minstd_rand one;
  return one;
}
int MathRand() { return static_cast<int>(chance()() % 32768); }
void MathSrand(int seed) { chance().seed(static_cast<unsigned>(seed)); }

}  // namespace mql
