// The ground of every translated program: places, whole-number names, text, time and colour.
// Freestanding: nothing of the C or C++ library is named here, so that a program cannot lean on it by mistake.
#pragma once

namespace mql {

using uchar = unsigned char;
using ushort = unsigned short;
using uint = unsigned int;
using ulong = unsigned long;

// Where a call stands in the MQL5 source; `#line` makes the compiler's own idea of it ours.
struct Where {
  const char *file;
  int line;
  static constexpr Where now(const char *file = __builtin_FILE(), int line = __builtin_LINE()) { return {file, line}; }
};
#define MQL_AT ::mql::Where at = ::mql::Where::now()

// What stands between an object and its member: `object[mql_at]->member` is MQL5's `object.member`, also for pointers.
struct At {
  Where where;
  constexpr At(const char *file = __builtin_FILE(), int line = __builtin_LINE()) : where{file, line} {}
};
#define mql_at ::mql::At()

// A place in an array or a text, and where it is asked for.
struct Index {
  long value;
  Where at;
  template <class N>
  constexpr Index(N value, const char *file = __builtin_FILE(), int line = __builtin_LINE())
      : value(static_cast<long>(value)), at{file, line} {}
};

class string;
struct datetime;
struct color;

namespace inner {

template <class A, class B> struct Same { static constexpr bool value = false; };
template <class A> struct Same<A, A> { static constexpr bool value = true; };
template <bool Yes, class T = void> struct When {};
template <class T> struct When<true, T> { using type = T; };
template <class T> struct Bare { using type = T; };
template <class T> struct Bare<const T> { using type = T; };
template <class T> struct Bare<T &> { using type = typename Bare<T>::type; };

template <class T> struct IsReal { static constexpr bool value = Same<T, double>::value || Same<T, float>::value; };
template <class T> struct IsWhole {
  static constexpr bool value = Same<T, bool>::value || Same<T, char>::value || Same<T, uchar>::value ||
                                Same<T, short>::value || Same<T, ushort>::value || Same<T, int>::value ||
                                Same<T, uint>::value || Same<T, long>::value || Same<T, ulong>::value;
};
template <class T> struct IsEnum { static constexpr bool value = __is_enum(T); };
template <class T> struct IsNumber { static constexpr bool value = IsReal<T>::value || IsWhole<T>::value || IsEnum<T>::value; };

[[noreturn]] void critical(const char *kind, Where at, const char *text);
void misuse(const char *kind, Where at, const char *text);
void misuse(const char *kind, Where at, const char *text, const string &detail);

}  // namespace inner

// MQL5's NULL: no text, no object, or zero.
struct Null {
  template <class T, class = typename inner::When<inner::IsWhole<T>::value || inner::IsReal<T>::value>::type>
  constexpr operator T() const { return T(); }
};
constexpr Null null{};

// A text of UTF-16 units with value semantics; NULL until something is put in.
class string {
 public:
  string() : text_(nullptr) {}
  string(Null) : text_(nullptr) {}
  string(const char *utf8, unsigned long bytes);
  string(const string &other);
  string(string &&other) : text_(other.text_) { other.text_ = nullptr; }
  ~string();
  string &operator=(const string &other);
  string &operator=(string &&other);
  template <class T, class = typename inner::When<!inner::Same<T, string>::value && !inner::Same<T, Null>::value>::type>
  explicit string(const T &value);

  static string units(const ushort *data, long count);
  bool is_null() const { return text_ == nullptr; }
  int length() const;
  const ushort *data() const;
  ushort at(long index, Where at) const;
  void set(long index, ushort value);
  void cut(long length);
  void fill(ushort value);
  ushort operator[](Index index) const { return at(index.value, index.at); }
  string &operator+=(const string &other);

 private:
  struct Text;
  Text *text_;
  void own();
};

string operator+(const string &left, const string &right);
int compare(const string &left, const string &right, bool with_case);
bool operator==(const string &left, const string &right);
inline bool operator!=(const string &left, const string &right) { return !(left == right); }
inline bool operator<(const string &left, const string &right) { return compare(left, right, true) < 0; }
inline bool operator>(const string &left, const string &right) { return compare(left, right, true) > 0; }
inline bool operator<=(const string &left, const string &right) { return compare(left, right, true) <= 0; }
inline bool operator>=(const string &left, const string &right) { return compare(left, right, true) >= 0; }

inline namespace literals {
inline string operator""_s(const char *utf8, unsigned long bytes) { return string(utf8, bytes); }
}  // namespace literals

// A whole number that knows what it counts: it comes from any number by itself, and goes to long and double.
#define MQL_SCALAR(Name, Rep)                                                                                          \
  struct Name {                                                                                                        \
    Rep value;                                                                                                         \
    Name() = default;                                                                                                  \
    constexpr Name(const Name &) = default;                                                                            \
    constexpr Name &operator=(const Name &) = default;                                                                 \
    template <class T, class = typename inner::When<inner::IsNumber<T>::value>::type>                                  \
    constexpr Name(T number) : value(static_cast<Rep>(number)) {}                                                      \
    constexpr Name(Null) : value(0) {}                                                                                 \
    template <class T, class = typename inner::When<inner::Same<T, long>::value || inner::Same<T, double>::value ||    \
                                                    inner::Same<T, ulong>::value || inner::Same<T, Rep>::value>::type> \
    constexpr operator T() const { return static_cast<T>(value); }                                                     \
    explicit constexpr operator int() const { return static_cast<int>(value); }                                        \
    explicit constexpr operator uint() const { return static_cast<uint>(value); }                                      \
    explicit constexpr operator bool() const { return value != 0; }                                                    \
    explicit constexpr operator short() const { return static_cast<short>(value); }                                    \
    explicit constexpr operator ushort() const { return static_cast<ushort>(value); }                                  \
    explicit constexpr operator uchar() const { return static_cast<uchar>(value); }                                    \
    explicit constexpr operator char() const { return static_cast<char>(value); }                                      \
    explicit constexpr operator float() const { return static_cast<float>(value); }                                    \
    Name &operator++() { ++value; return *this; }                                                                      \
    Name &operator--() { --value; return *this; }                                                                      \
    Name operator++(int) { Name before = *this; ++value; return before; }                                              \
    Name operator--(int) { Name before = *this; --value; return before; }                                              \
    template <class T> Name &operator+=(T by) { value = static_cast<Rep>(value + static_cast<Rep>(by)); return *this; }\
    template <class T> Name &operator-=(T by) { value = static_cast<Rep>(value - static_cast<Rep>(by)); return *this; }\
  };

MQL_SCALAR(datetime, long)
MQL_SCALAR(color, int)

namespace inner {
template <class T> struct IsScalar { static constexpr bool value = Same<T, datetime>::value || Same<T, color>::value; };
// Two of one kind, or one and a number; never two that only become one by conversions.
template <class L, class R> struct ScalarPair {
  static constexpr bool value = IsScalar<L>::value ? Same<L, R>::value || IsNumber<R>::value : IsScalar<R>::value && IsNumber<L>::value;
};
template <class L, class R> struct ScalarOf { using type = R; };
template <class R> struct ScalarOf<datetime, R> { using type = datetime; };
template <class R> struct ScalarOf<color, R> { using type = color; };
template <class T> constexpr long scalar(T number) {
  if constexpr (IsScalar<T>::value) return number.value;
  else return static_cast<long>(number);
}
}  // namespace inner

#define MQL_SCALAR_COMPARE(op)                                                                  \
  template <class L, class R, class = typename inner::When<inner::ScalarPair<L, R>::value>::type> \
  constexpr bool operator op(L left, R right) {                                                 \
    return inner::scalar(left) op inner::scalar(right);                                         \
  }
#define MQL_SCALAR_MATHS(op)                                                                                            \
  template <class L, class R, class = typename inner::When<inner::ScalarPair<L, R>::value>::type>                       \
  constexpr typename inner::ScalarOf<L, R>::type operator op(L left, R right) {                                         \
    return typename inner::ScalarOf<L, R>::type(inner::scalar(left) op inner::scalar(right));                           \
  }
MQL_SCALAR_COMPARE(==)
MQL_SCALAR_COMPARE(!=)
MQL_SCALAR_COMPARE(<)
MQL_SCALAR_COMPARE(>)
MQL_SCALAR_COMPARE(<=)
MQL_SCALAR_COMPARE(>=)
MQL_SCALAR_MATHS(+)
MQL_SCALAR_MATHS(-)
MQL_SCALAR_MATHS(*)
MQL_SCALAR_MATHS(/)
MQL_SCALAR_MATHS(%)
MQL_SCALAR_MATHS(&)
MQL_SCALAR_MATHS(|)
MQL_SCALAR_MATHS(^)
MQL_SCALAR_MATHS(<<)
MQL_SCALAR_MATHS(>>)

namespace inner {
string text_of(bool value);
string text_of(long value);
string text_of(ulong value);
string text_of(double value);
string text_of(float value);
string text_of(datetime value);
string text_of(color value);
inline string text_of(const string &value) { return value; }
inline string text_of(Null) { return string(); }
inline string text_of(int value) { return text_of(static_cast<long>(value)); }
inline string text_of(uint value) { return text_of(static_cast<long>(value)); }
inline string text_of(char value) { return text_of(static_cast<long>(value)); }
inline string text_of(uchar value) { return text_of(static_cast<long>(value)); }
inline string text_of(short value) { return text_of(static_cast<long>(value)); }
inline string text_of(ushort value) { return text_of(static_cast<long>(value)); }
template <class E> typename When<IsEnum<E>::value, string>::type text_of(E value) { return text_of(static_cast<long>(value)); }

double number_of(const string &value);
long whole_of(const string &value);
}  // namespace inner

template <class T, class> string::string(const T &value) : string(inner::text_of(value)) {}

namespace inner {
// (type)value: C++'s own, except that text turns into numbers and into yes and no.
template <class T, class V> struct Cast {
  static constexpr T of(const V &value) { return static_cast<T>(value); }
};
template <class T> struct Cast<T, string> {
  static T of(const string &value) {
    if constexpr (IsReal<T>::value) return static_cast<T>(number_of(value));
    else if constexpr (Same<T, bool>::value) return truth_of(value);
    else return static_cast<T>(whole_of(value));
  }
  static bool truth_of(const string &value) { return value == string("true", 4) || whole_of(value) != 0; }
};
template <> struct Cast<string, string> {
  static string of(const string &value) { return value; }
};
datetime moment_of(const string &value);
template <> struct Cast<datetime, string> {
  static datetime of(const string &value) { return moment_of(value); }
};
// By-value results of functions and plain values alike; a class is cast by reference.
template <class T, class V> constexpr auto cast(const V &value) -> T { return Cast<T, V>::of(value); }
}  // namespace inner

}  // namespace mql
