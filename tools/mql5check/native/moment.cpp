// Days and seconds: times as text and in parts, without any time zone.

#include "runtime.hpp"

namespace mql {

using namespace inner;

namespace {

constexpr long day_seconds = 86400;

long days_of(long year, long month, long day) {
  // Days since 1970 of the proleptic calendar, with years that begin in March.
  year -= month <= 2;
  long era = (year >= 0 ? year : year - 399) / 400;
  long in_era = year - era * 400;
  long in_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719468;
}
void date_of(long days, int &year, int &month, int &day) {
  days += 719468;
  long era = (days >= 0 ? days : days - 146096) / 146097;
  long in_era = days - era * 146097;
  long years = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
  long in_year = in_era - (365 * years + years / 4 - years / 100);
  long shifted = (5 * in_year + 2) / 153;
  day = static_cast<int>(in_year - (153 * shifted + 2) / 5 + 1);
  month = static_cast<int>(shifted < 10 ? shifted + 3 : shifted - 9);
  year = static_cast<int>(years + era * 400 + (month <= 2));
}

}  // namespace

bool TimeToStruct(datetime value, MqlDateTime &parts) {
  long seconds = value.value;
  bool fine = seconds >= 0;
  if (!fine) seconds = 0;
  long days = seconds / day_seconds, rest = seconds % day_seconds;
  date_of(days, parts.year, parts.mon, parts.day);
  parts.hour = static_cast<int>(rest / 3600);
  parts.min = static_cast<int>(rest / 60 % 60);
  parts.sec = static_cast<int>(rest % 60);
  parts.day_of_week = static_cast<int>((days + 4) % 7);
  parts.day_of_year = static_cast<int>(days - days_of(parts.year, 1, 1));
  return fine;
}
datetime StructToTime(const MqlDateTime &parts) {
  if (parts.year < 1970 || parts.mon < 1 || parts.mon > 12 || parts.day < 1 || parts.day > 31) return datetime(0);
  return datetime(days_of(parts.year, parts.mon, parts.day) * day_seconds + parts.hour * 3600L + parts.min * 60L + parts.sec);
}
string TimeToString(datetime value, int mode) {
  MqlDateTime parts{};
  TimeToStruct(value, parts);
  char date[48], clock[32];
  std::snprintf(date, sizeof date, "%04d.%02d.%02d", parts.year, parts.mon, parts.day);
  if (mode & 4) std::snprintf(clock, sizeof clock, "%02d:%02d:%02d", parts.hour, parts.min, parts.sec);
  else std::snprintf(clock, sizeof clock, "%02d:%02d", parts.hour, parts.min);
  std::string out = mode & 1 ? date : "";
  if (mode & (2 | 4)) out += (out.empty() ? "" : " ") + std::string(clock);
  return from_utf8(out);
}
datetime StringToTime(const string &text) {
  std::string field = utf8(text);
  int a = 0, b = 0, c = 0, hour = 0, minute = 0, second = 0, used = 0;
  char dot = 0;
  if (std::sscanf(field.c_str(), " %d%c%d%*c%d%n", &a, &dot, &b, &c, &used) == 4 && (dot == '.' || dot == '-' || dot == '/')) {
    std::sscanf(field.c_str() + used, " %d:%d:%d", &hour, &minute, &second);
    if (a < 100 && c > 100) std::swap(a, c);
    return datetime(days_of(a, b, c) * day_seconds + hour * 3600L + minute * 60L + second);
  }
  if (std::sscanf(field.c_str(), " %d:%d:%d", &hour, &minute, &second) >= 2) {
    long today = TimeLocal().value / day_seconds * day_seconds;
    return datetime(today + hour * 3600L + minute * 60L + second);
  }
  return datetime(0);
}

}  // namespace mql
