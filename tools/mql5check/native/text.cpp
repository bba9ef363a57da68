// The text type and MQL5's functions on texts.

#include "runtime.hpp"

namespace mql {

struct string::Text {
  int users;
  std::u16string units;
};

namespace inner {

std::u16string from_utf8_units(std::string_view bytes) {
  std::u16string out;
  out.reserve(bytes.size());
  for (size_t i = 0; i < bytes.size();) {
    unsigned char lead = static_cast<unsigned char>(bytes[i]);
    int more = lead < 0x80 ? 0 : lead >= 0xF0 && lead < 0xF5 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC2 ? 1 : -1;
    if (lead >= 0xF5 || more < 0 || i + static_cast<size_t>(more) >= bytes.size() + (more == 0)) {
      out += char16_t(0xFFFD);
      i++;
      continue;
    }
    char32_t code = more == 0 ? lead : lead & (0x3F >> more);
    bool whole = true;
    for (int k = 1; k <= more; k++) {
      unsigned char next = static_cast<unsigned char>(bytes[i + static_cast<size_t>(k)]);
      whole = whole && (next & 0xC0) == 0x80;
      code = code << 6 | (next & 0x3F);
    }
    if (!whole || code > 0x10FFFF) {
      out += char16_t(0xFFFD);
      i++;
      continue;
    }
    i += static_cast<size_t>(more) + 1;
    if (code >= 0x10000) {
      out += static_cast<char16_t>(0xD7C0 + (code >> 10));
      out += static_cast<char16_t>(0xDC00 + (code & 0x3FF));
    } else out += static_cast<char16_t>(code);
  }
  return out;
}

std::string to_utf8(const std::u16string &units) {
  std::string out;
  for (size_t i = 0; i < units.size(); i++) {
    char32_t code = units[i];
    if (code >= 0xD800 && code < 0xDC00 && i + 1 < units.size() && (units[i + 1] & 0xFC00) == 0xDC00)
      code = 0x10000 + ((code & 0x3FF) << 10) + (units[++i] & 0x3FF);
    else if (code >= 0xD800 && code < 0xE000) code = 0xFFFD;
    if (code < 0x80) out += static_cast<char>(code);
    else if (code < 0x800) out += {static_cast<char>(0xC0 | code >> 6), static_cast<char>(0x80 | (code & 0x3F))};
    else if (code < 0x10000)
      out += {static_cast<char>(0xE0 | code >> 12), static_cast<char>(0x80 | (code >> 6 & 0x3F)), static_cast<char>(0x80 | (code & 0x3F))};
    else
      out += {static_cast<char>(0xF0 | code >> 18), static_cast<char>(0x80 | (code >> 12 & 0x3F)),
              static_cast<char>(0x80 | (code >> 6 & 0x3F)), static_cast<char>(0x80 | (code & 0x3F))};
  }
  return out;
}

std::u16string units(const string &text) {
  return std::u16string(reinterpret_cast<const char16_t *>(text.data()), static_cast<size_t>(text.length()));
}
string from_units(const std::u16string &text) {
  return string::units(reinterpret_cast<const ushort *>(text.data()), static_cast<long>(text.size()));
}
std::string utf8(const string &text) { return to_utf8(units(text)); }
string from_utf8(std::string_view bytes) { return string(bytes.data(), bytes.size()); }

constexpr uint utf8_page = 65001;
std::u16string decode(std::string_view bytes, uint codepage) {
  if (codepage == utf8_page) return from_utf8_units(bytes);
  std::u16string out;
  for (char byte : bytes) out += static_cast<unsigned char>(byte);
  return out;
}
std::string encode(const std::u16string &text, uint codepage) {
  if (codepage == utf8_page) return to_utf8(text);
  std::string out;
  for (char16_t unit : text) out += unit < 0x100 ? static_cast<char>(unit) : '?';
  return out;
}

}  // namespace inner

using namespace inner;

// ---- the type ----

string::string(const char *utf8, unsigned long bytes) : text_(new Text{1, from_utf8_units({utf8, bytes})}) {}
string::string(const string &other) : text_(other.text_) {
  if (text_ != nullptr) text_->users++;
}
string::~string() {
  if (text_ != nullptr && --text_->users == 0) delete text_;
}
string &string::operator=(const string &other) {
  string copy(other);
  std::swap(text_, copy.text_);
  return *this;
}
string &string::operator=(string &&other) {
  std::swap(text_, other.text_);
  return *this;
}
string string::units(const ushort *data, long count) {
  string made;
  made.text_ = new Text{1, std::u16string(reinterpret_cast<const char16_t *>(data), static_cast<size_t>(count))};
  return made;
}
int string::length() const { return text_ == nullptr ? 0 : static_cast<int>(text_->units.size()); }
const ushort *string::data() const {
  static const ushort nothing = 0;
  return text_ == nullptr ? &nothing : reinterpret_cast<const ushort *>(text_->units.data());
}
ushort string::at(long index, Where at) const {
  if (index < 0 || index >= length())
    critical("string", at, ("index " + std::to_string(index) + " of a text of " + std::to_string(length()) + " characters").c_str());
  return text_->units[static_cast<size_t>(index)];
}
void string::own() {
  if (text_ == nullptr) text_ = new Text{1, {}};
  else if (text_->users > 1) {
    text_->users--;
    text_ = new Text{1, text_->units};
  }
}
void string::set(long index, ushort value) {
  own();
  if (index == length()) text_->units += char16_t(value);
  else text_->units[static_cast<size_t>(index)] = value;
}
void string::cut(long length) {
  own();
  text_->units.resize(static_cast<size_t>(length));
}
void string::fill(ushort value) {
  own();
  std::fill(text_->units.begin(), text_->units.end(), char16_t(value));
}
string &string::operator+=(const string &other) {
  if (other.length() > 0 || !other.is_null()) {
    std::u16string more = inner::units(other);
    own();
    text_->units += more;
  }
  return *this;
}
string operator+(const string &left, const string &right) {
  string sum = left;
  sum += right;
  return sum;
}
bool operator==(const string &left, const string &right) {
  // As the terminal has it: NULL is not the empty text.
  if (left.is_null() || right.is_null()) return left.is_null() == right.is_null();
  return units(left) == units(right);
}
// Latin, Greek and Cyrillic: the letters that names of symbols and brokers hold, without any locale.
static bool is_upper(char16_t unit) {
  return (unit >= 'A' && unit <= 'Z') || (unit >= 0xC0 && unit <= 0xDE && unit != 0xD7) || (unit >= 0x391 && unit <= 0x3A9) || (unit >= 0x410 && unit <= 0x42F);
}
static char16_t lower_of(char16_t unit) {
  if (is_upper(unit)) return static_cast<char16_t>(unit + 32);
  if (unit >= 0x400 && unit <= 0x40F) return static_cast<char16_t>(unit + 80);
  return unit >= 0x100 && unit <= 0x137 && unit % 2 == 0 ? static_cast<char16_t>(unit + 1) : unit;
}
static char16_t upper_of(char16_t unit) {
  if (unit >= 32 && is_upper(static_cast<char16_t>(unit - 32))) return static_cast<char16_t>(unit - 32);
  if (unit >= 0x450 && unit <= 0x45F) return static_cast<char16_t>(unit - 80);
  return unit >= 0x100 && unit <= 0x137 && unit % 2 == 1 ? static_cast<char16_t>(unit - 1) : unit;
}
static std::u16string lowered(std::u16string text) {
  std::transform(text.begin(), text.end(), text.begin(), lower_of);
  return text;
}
int compare(const string &left, const string &right, bool with_case) {
  std::u16string a = units(left), b = units(right);
  if (!with_case) a = lowered(a), b = lowered(b);
  return a < b ? -1 : b < a ? 1 : 0;
}

// ---- the functions ----

string StringSubstr(const string &text, int start, int length, Where at) {
  if (start < 0) {
    misuse("range", at, ("StringSubstr from " + std::to_string(start)).c_str());
    set_error(5041);
    return string("", 0);
  }
  if (start >= text.length() || length == 0) return string("", 0);
  std::u16string all = units(text);
  return from_units(all.substr(static_cast<size_t>(start), length < 0 ? std::u16string::npos : static_cast<size_t>(length)));
}
int StringFind(const string &text, const string &match, int start) {
  if (start < 0 || match.length() == 0) return -1;
  size_t found = units(text).find(units(match), static_cast<size_t>(start));
  return found == std::u16string::npos ? -1 : static_cast<int>(found);
}
int StringReplace(string &text, const string &find, const string &replacement) {
  if (find.length() == 0) return -1;
  std::u16string all = units(text), old = units(find), fresh = units(replacement);
  int count = 0;
  for (size_t place = all.find(old); place != std::u16string::npos; place = all.find(old, place + fresh.size()), count++)
    all.replace(place, old.size(), fresh);
  if (count > 0) text = from_units(all);
  return count;
}
int StringSplit(const string &text, ushort separator, Array<string> &result) {
  if (result.fixed()) return -1;
  result.drop();
  if (text.length() == 0) return 0;
  std::u16string all = units(text);
  for (size_t start = 0; start <= all.size();) {
    size_t end = std::min(all.find(char16_t(separator), start), all.size());
    result.resize(result.size() + 1, 16, Where::now());
    result.raw(result.size() - 1) = from_units(all.substr(start, end - start));
    start = end + 1;
  }
  return result.size();
}
int StringCompare(const string &left, const string &right, bool case_sensitive) { return compare(left, right, case_sensitive); }
bool StringAdd(string &text, const string &more) {
  text += more;
  return true;
}
bool StringFill(string &text, ushort character) {
  text.fill(character);
  return true;
}
bool StringInit(string &text, int length, ushort character) {
  if (length < 0) return false;
  text = from_units(std::u16string(static_cast<size_t>(length), char16_t(character)));
  return true;
}
bool StringReserve(string &, uint) { return true; }
bool StringSetLength(string &text, uint length) {
  if (static_cast<int>(length) > text.length()) return false;
  text.cut(length);
  return true;
}
ushort StringGetCharacter(const string &text, int place, Where at) {
  if (place < 0 || place >= text.length()) {
    misuse("range", at, ("character " + std::to_string(place) + " of a text of " + std::to_string(text.length())).c_str());
    set_error(5041);
    return 0;
  }
  return text.data()[place];
}
bool StringSetCharacter(string &text, int place, ushort character, Where at) {
  if (place < 0 || place > text.length()) {
    misuse("range", at, ("setting character " + std::to_string(place) + " of a text of " + std::to_string(text.length())).c_str());
    set_error(5041);
    return false;
  }
  if (character == 0) text.cut(place);
  else text.set(place, character);
  return true;
}
bool StringToLower(string &text) {
  text = from_units(lowered(units(text)));
  return true;
}
bool StringToUpper(string &text) {
  std::u16string all = units(text);
  std::transform(all.begin(), all.end(), all.begin(), upper_of);
  text = from_units(all);
  return true;
}
static bool blank(char16_t unit) { return unit == ' ' || (unit >= 9 && unit <= 13); }
int StringTrimLeft(string &text) {
  std::u16string all = units(text);
  size_t cut = 0;
  while (cut < all.size() && blank(all[cut])) cut++;
  if (cut > 0) text = from_units(all.substr(cut));
  return static_cast<int>(cut);
}
int StringTrimRight(string &text) {
  std::u16string all = units(text);
  size_t end = all.size();
  while (end > 0 && blank(all[end - 1])) end--;
  int cut = static_cast<int>(all.size() - end);
  if (cut > 0) text = from_units(all.substr(0, end));
  return cut;
}

}  // namespace mql
