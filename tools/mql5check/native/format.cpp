// StringFormat, PrintFormat: MQL5's forms, each held against the value that it gets.

#include "runtime.hpp"

namespace mql::inner {

namespace {

struct Form {
  std::string flags;  // flags, width and precision as written
  std::string size;   // "", I64, I32, l, ll, h
  char type = 0;
  int precision = -1;
};

// One form from after its `%`; false when it is none.
bool parse(const std::u16string &text, size_t &place, Form &form) {
  bool in_precision = false;
  while (place < text.size() && text[place] < 128 && std::string("+-# 0123456789.").find(static_cast<char>(text[place])) != std::string::npos) {
    char letter = static_cast<char>(text[place++]);
    form.flags += letter;
    if (letter == '.') in_precision = true, form.precision = 0;
    else if (in_precision && std::isdigit(letter) && form.precision < 1000) form.precision = form.precision * 10 + (letter - '0');
  }
  for (const char *size : {"I64", "I32", "ll", "l", "h"}) {
    std::u16string wide;
    for (const char *letter = size; *letter; letter++) wide += char16_t(*letter);
    if (text.compare(place, wide.size(), wide) == 0) {
      form.size = size;
      place += wide.size();
      break;
    }
  }
  if (place >= text.size() || text[place] > 127) return false;
  form.type = static_cast<char>(text[place++]);
  return std::string("diuoxXcCeEfFgGaAsSp").find(form.type) != std::string::npos && form.flags.size() < 20;
}

std::u16string widen(const std::string &ascii) { return std::u16string(ascii.begin(), ascii.end()); }

std::u16string padded(std::u16string value, const Form &form) {
  if (form.precision >= 0 && static_cast<size_t>(form.precision) < value.size()) value.resize(static_cast<size_t>(form.precision));
  size_t width = 0;
  bool left = false;
  for (char letter : form.flags) {
    if (letter == '.') break;
    if (letter == '-') left = true;
    else if (std::isdigit(letter)) width = width * 10 + static_cast<size_t>(letter - '0');
  }
  if (value.size() < width) value.insert(left ? value.size() : 0, width - value.size(), u' ');
  return value;
}

std::u16string written(const Form &form, const Value &value, Where at) {
  char buffer[2000];
  std::string type(1, form.type);
  auto complain = [&](const char *what) { misuse("format", at, ("%" + form.flags + form.size + type + " with " + what).c_str()); };
  if (form.type == 's' || form.type == 'S') {
    if (value.kind != Value::text) complain("a number");
    return padded(units(value.words), form);
  }
  if (value.kind == Value::text) {
    complain("a text");
    return widen("(non-number passed)");
  }
  if (std::string("eEfFgGaA").find(form.type) != std::string::npos) {
    if (value.kind != Value::real) complain("a whole number");
    double number = value.kind == Value::real ? value.fraction : static_cast<double>(value.number);
    std::snprintf(buffer, sizeof buffer, ("%" + form.flags + type).c_str(), number);
    return widen(buffer);
  }
  if (value.kind == Value::real) complain("a real number");
  long number = value.kind == Value::real ? static_cast<long>(value.fraction) : value.number;
  if (form.type == 'c' || form.type == 'C') return padded(std::u16string(1, char16_t(number)), form);
  bool wide = form.size == "I64" || form.size == "ll" || form.size == "l" || form.type == 'p';
  if (value.bytes == 8 && !wide) {
    complain("a number of 64 bits: write %I64d");
    number = form.type == 'd' || form.type == 'i' ? static_cast<int>(number) : static_cast<long>(static_cast<uint>(number));
  } else if (!wide && form.type != 'd' && form.type != 'i') {
    number = static_cast<long>(static_cast<uint>(number));
  }
  std::snprintf(buffer, sizeof buffer, ("%" + form.flags + "l" + (form.type == 'p' ? "x" : type)).c_str(), number);
  return widen(buffer);
}

}  // namespace

string format(const Format &form_text, const Value *values, int count) {
  std::u16string text = units(form_text.text), out;
  int used = 0;
  for (size_t place = 0; place < text.size();) {
    if (text[place] != '%') {
      out += text[place++];
      continue;
    }
    if (++place < text.size() && text[place] == '%') {
      out += text[place++];
      continue;
    }
    Form form;
    if (!parse(text, place, form)) {
      misuse("format", form_text.at, "no form that MQL5 knows in", form_text.text);
      break;
    }
    if (used >= count) {
      misuse("format", form_text.at, "fewer values than forms in", form_text.text);
      out += widen("(missed string parameter)");
      continue;
    }
    out += written(form, values[used++], form_text.at);
  }
  if (used < count) misuse("format", form_text.at, "more values than forms in", form_text.text);
  return from_units(out);
}

}  // namespace mql::inner
