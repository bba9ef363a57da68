// How a call of the terminal's functions crosses the pipe (PIPE.md), and the program's table of what it offers.
#pragma once

#include "mql_array.hpp"
#include "mql_object.hpp"

namespace mql {
namespace inner {

struct Member {
  const char *name;
  long value;
};

struct Enumeration {
  const char *name;
  const Member *list;
  int count;
};

// One call: put what is sent, send, take what comes back.
class Call {
 public:
  Call(const char *function, Where at);
  ~Call();
  Call(const Call &) = delete;
  Call &operator=(const Call &) = delete;
  void put(const string &value);
  void put(long value);
  void put(ulong value);
  void put(double value);
  void put(bool value);
  void put(datetime value);
  void put_enum(long value, const Enumeration &all);
  // True when the host said ok; otherwise the error is the program's last one.
  bool send();
  bool failed() const;
  // Whether the host gave values, be it beside an error.
  bool more() const;
  void take(string &value);
  void take(long &value);
  void take(ulong &value);
  void take(double &value);
  void take(bool &value);
  void take(datetime &value);
  long take_enum(const Enumeration &all);
  long take_count();

 private:
  struct Line;
  Line *line_;
};

// A function's first text that is followed by any number of values: it brings the place.
struct Placed {
  string text;
  Where at;
  Placed(const string &text, const char *file = __builtin_FILE(), int line = __builtin_LINE()) : text(text), at{file, line} {}
};


template <class T> void put(Call &call, const T &value) {
  if constexpr (__is_enum(T)) call.put_enum(static_cast<long>(value), mql_members(value));
  else if constexpr (Same<T, string>::value || Same<T, datetime>::value || Same<T, bool>::value) call.put(value);
  else if constexpr (Same<T, color>::value) call.put(static_cast<long>(value.value));
  else if constexpr (IsReal<T>::value) call.put(static_cast<double>(value));
  else if constexpr (Same<T, ulong>::value) call.put(value);
  else if constexpr (IsWhole<T>::value) call.put(static_cast<long>(value));
  else put_fields(call, value);
}
template <class T> void put(Call &call, const Array<T> &values) {
  call.put(static_cast<long>(values.size()));
  for (int i = 0; i < values.size(); i++) put(call, values.raw(i));
}
template <class T> void take(Call &call, T &value) {
  if constexpr (__is_enum(T)) value = static_cast<T>(call.take_enum(mql_members(T())));
  else if constexpr (Same<T, string>::value || Same<T, datetime>::value || Same<T, bool>::value) call.take(value);
  else if constexpr (IsReal<T>::value) {
    double number = 0;
    call.take(number);
    value = static_cast<T>(number);
  } else if constexpr (Same<T, ulong>::value) call.take(value);
  else if constexpr (IsWhole<T>::value || Same<T, color>::value) {
    long number = 0;
    call.take(number);
    value = static_cast<T>(number);
  } else take_fields(call, value);
}
template <class T> void take(Call &call, Array<T> &values) {
  long count = call.take_count();
  if (call.failed() && count == 0) return;
  if (!values.fixed()) values.resize(count, 0, Where::now());
  for (long i = 0; i < count; i++) {
    T value{};
    take(call, value);
    if (i < values.size()) values.raw(i) = value;
  }
}
template <class T> T taken(Call &call) {
  T value{};
  take(call, value);
  return value;
}

// What the runtime watches over: what has to be given back, and what is only allowed somewhere.
void indicator_made(int handle, Where at);
bool indicator_known(int handle, const char *function, Where at);
void indicator_released(int handle);
void timer_set(bool on, Where at);
// Whether the program's kind may call the function; said as a misuse when not.
bool allowed(const char *kinds, const char *function, Where at);
void check_name(const string &name, Where at);
void set_error(int code);
int &last_error();

// The enum's member as the program's sources spell it.
string member_name(long value, const Enumeration &all);

// An input: the host's value when it gave one, the source's otherwise.
struct Slot {
  const char *name, *type, *comment;
  const Enumeration *members;
};
bool given(const Slot &slot, string &text);
void offered(const Slot &slot, const string &fallback);
long input_whole(const Slot &slot, const string &text);
double input_real(const Slot &slot, const string &text);
string input_form(const string &value);
string input_form(bool value);
string input_form(double value);
string input_form(float value);
string input_form(datetime value);
template <class T> string input_form(T value) {
  if constexpr (Same<T, ulong>::value) return text_of(value);
  else return text_of(static_cast<long>(value));
}
template <class T, class V> T input(const char *name, const char *type, const char *comment, const V &fallback_value) {
  const T fallback = static_cast<T>(fallback_value);
  Slot slot{name, type, comment, nullptr};
  if constexpr (__is_enum(T)) {
    slot.members = &mql_members(fallback);
    offered(slot, member_name(static_cast<long>(fallback), *slot.members));
  } else {
    offered(slot, input_form(fallback));
  }
  string text;
  if (!given(slot, text)) return fallback;
  if constexpr (Same<T, string>::value) return text;
  else if constexpr (IsReal<T>::value) return static_cast<T>(input_real(slot, text));
  else return static_cast<T>(input_whole(slot, text));
}
void input_group(const char *title);
struct Group {
  explicit Group(const char *title) { input_group(title); }
};

struct Property {
  const char *name, *value;
};
// What a translated program gives the runtime; a handler it does not have is null.
struct Program {
  const char *kind;
  const Property *properties;
  int property_count;
  int (*init)();
  void (*deinit)(const int reason);
  void (*tick)();
  void (*timer)();
  void (*trade)();
  void (*start)();
  void (*chart)(const int id, const long &lparam, const double &dparam, const string &sparam);
};

}  // namespace inner

template <class E> typename inner::When<inner::IsEnum<E>::value, string>::type EnumToString(E value) {
  return inner::member_name(static_cast<long>(value), mql_members(value));
}

// An int that fits every enumeration.
struct WrongValue {
  template <class T> constexpr operator T() const { return static_cast<T>(-1); }
};
constexpr WrongValue WRONG_VALUE{};
template <class T, class = typename inner::When<inner::IsNumber<T>::value>::type> constexpr bool operator==(T left, WrongValue) {
  return static_cast<long>(left) == -1;
}
template <class T, class = typename inner::When<inner::IsNumber<T>::value>::type> constexpr bool operator!=(T left, WrongValue) {
  return static_cast<long>(left) != -1;
}

}  // namespace mql

extern const mql::inner::Program mql_program_table;
