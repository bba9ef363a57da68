// The pipe: lines in, lines out, calls, faults, and how a program says that something is wrong.

#include "runtime.hpp"

namespace mql::inner {

namespace {

struct Fault {
  std::string function, pattern;
  long times;
  int error;
};

// Never destroyed: the last words of a program are written after its globals are gone.
struct State {
  bool prepared = false, describing = false, unknown_checked = false;
  std::map<std::string, std::string> options, inputs;
  std::map<std::string, bool> offered;
  Fields described;
  std::string pending;
  std::vector<Fault> faults;
  int last_error = 0;
};
State &state() {
  static State *one = new State;
  return *one;
}

std::string escaped(const std::string &field) {
  std::string out;
  for (char letter : field) {
    if (letter == '\\') out += "\\\\";
    else if (letter == '\t') out += "\\t";
    else if (letter == '\n') out += "\\n";
    else if (letter == '\r') out += "\\r";
    else out += letter;
  }
  return out;
}

Fields split(const std::string &line) {
  Fields fields(1);
  for (size_t i = 0; i < line.size(); i++) {
    char letter = line[i];
    if (letter == '\t') fields.emplace_back();
    else if (letter == '\\' && i + 1 < line.size()) {
      char next = line[++i];
      fields.back() += next == 't' ? "\t" : next == 'n' ? "\n" : next == 'r' ? "\r" : next == '\\' ? "\\" : std::string("\\") + next;
    } else fields.back() += letter;
  }
  return fields;
}

void write_raw(const std::string &bytes) {
  size_t done = 0;
  while (done < bytes.size()) {
    ssize_t count = ::write(1, bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) ::_exit(75);
    done += static_cast<size_t>(count);
  }
}

const std::string null_field = "\\0";

}  // namespace

// A field that is ready already: the NULL text is the one field whose backslash stays as it is.
void send(const Fields &fields) {
  std::string line;
  for (size_t i = 0; i < fields.size(); i++) {
    if (i > 0) line += '\t';
    line += fields[i] == std::string("\0", 1) ? std::string("\\0") : escaped(fields[i]);
  }
  write_raw(line + "\n");
}

bool receive(Fields &fields) {
  State &s = state();
  size_t end;
  while ((end = s.pending.find('\n')) == std::string::npos) {
    char buffer[4096];
    ssize_t count = ::read(0, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    s.pending.append(buffer, static_cast<size_t>(count));
  }
  std::string line = s.pending.substr(0, end);
  s.pending.erase(0, end + 1);
  if (!line.empty() && line.back() == '\r') line.pop_back();
  fields = split(line);
  return true;
}

bool describing() { return state().describing; }

const std::string &option(const std::string &name) { return state().options[name]; }

void prepare() {
  State &s = state();
  if (s.prepared) return;
  s.prepared = true;
  // Inputs are wanted before main() begins: the globals may be made of them.
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::string word, name;
  for (int i = 0; std::getline(file, word, '\0'); i++) {
    if (i == 0) continue;
    if (word == "--describe") s.describing = true;
    else if (word.rfind("--", 0) == 0) name = word.substr(2);
    else s.options[name] = word;
  }
  if (s.describing) return;
  Fields fields;
  while (receive(fields)) {
    if (fields[0] == "begin") return;
    if (fields[0] == "input" && fields.size() == 3) s.inputs[fields[1]] = fields[2];
    else if (fields[0] == "fault") take_fault(fields);
    else bad_line(fields, "expected input, fault or begin");
  }
  ::_exit(75);
}

void bad_line(const Fields &fields, const char *why) {
  std::string text = std::string(why) + ":";
  for (const std::string &field : fields) text += " " + field;
  critical("pipe", Where{"-", 0}, text.c_str());
}

void take_fault(const Fields &fields) {
  if (fields.size() < 4) bad_line(fields, "fault FUNCTION TIMES ERROR [PATTERN]");
  std::vector<Fault> &faults = state().faults;
  if (std::atol(fields[2].c_str()) == 0)
    faults.erase(std::remove_if(faults.begin(), faults.end(), [&](const Fault &one) { return one.function == fields[1]; }), faults.end());
  else faults.push_back({fields[1], fields.size() > 4 ? fields[4] : "", std::atol(fields[2].c_str()), std::atoi(fields[3].c_str())});
}

bool faulted(const char *function, const std::string &argument) {
  for (Fault &fault : state().faults)
    if (fault.times > 0 && fault.function == function && argument.find(fault.pattern) != std::string::npos) {
      fault.times--;
      set_error(fault.error);
      return true;
    }
  return false;
}

int &last_error() { return state().last_error; }
void set_error(int code) { state().last_error = code; }

std::string place(Where at) { return std::string(at.file) + ":" + std::to_string(at.line); }

void critical(const char *kind, Where at, const char *text) {
  send({"critical", kind, place(at), text});
  ::_exit(70);
}
void misuse(const char *kind, Where at, const char *text) { send({"misuse", kind, place(at), text}); }
void misuse(const char *kind, Where at, const char *text, const string &detail) {
  send({"misuse", kind, place(at), std::string(text) + " " + utf8(detail)});
}
void say(const char *channel, const string &text) {
  prepare();
  if (!describing()) send({channel, utf8(text)});
}

// ---- calls ----

struct Call::Line {
  const char *function;
  Where at;
  Fields sent, answer;
  size_t next = 2;
  bool failed = false, asked = false;
};

Call::Call(const char *function, Where at) : line_(new Line) {
  prepare();
  line_->function = function;
  line_->at = at;
  line_->sent = {"call", function};
}
Call::~Call() { delete line_; }
void Call::put(const string &value) { line_->sent.push_back(value.is_null() ? std::string("\0", 1) : utf8(value)); }
void Call::put(long value) { line_->sent.push_back(std::to_string(value)); }
void Call::put(ulong value) { line_->sent.push_back(std::to_string(value)); }
void Call::put(double value) { line_->sent.push_back(real_text(value)); }
void Call::put(bool value) { line_->sent.push_back(value ? "true" : "false"); }
void Call::put(datetime value) { line_->sent.push_back("@" + std::to_string(value.value)); }
void Call::put_enum(long value, const Enumeration &all) {
  for (int i = 0; i < all.count; i++)
    if (all.list[i].value == value) {
      line_->sent.push_back(all.list[i].name);
      return;
    }
  put(value);
}

bool Call::send() {
  Line &line = *line_;
  line.answer = {"error", "0"};
  line.failed = true;
  if (describing()) return false;  // globals are made, but there is no terminal to ask
  if (faulted(line.function, line.sent.size() > 2 ? line.sent[2] : "")) return false;
  inner::send(line.sent);
  if (!receive(line.answer)) ::_exit(75);
  line.failed = line.answer[0] != "ok";
  if (!line.failed) line.next = 1;
  else if (line.answer[0] != "error" || line.answer.size() < 2) bad_line(line.answer, "expected ok or error");
  else set_error(std::atoi(line.answer[1].c_str()));
  return !line.failed;
}
bool Call::failed() const { return line_->failed; }
bool Call::more() const { return line_->next < line_->answer.size(); }

namespace {
const std::string *next_of(Fields &answer, size_t &next, bool failed, const char *function) {
  if (next < answer.size()) return &answer[next++];
  if (failed) return nullptr;
  Fields told = answer;
  told.push_back("for");
  told.push_back(function);
  bad_line(told, "the answer ends too early");
}
template <class T, class P> T parsed(const Fields &answer, const std::string &field, P parse) {
  const char *start = field.c_str() + (field.rfind("@", 0) == 0 ? 1 : 0);
  char *end = nullptr;
  T value = parse(start, &end);
  if (end == start || *end != '\0') bad_line(answer, "not a number in the answer");
  return value;
}
}  // namespace

void Call::take(string &value) {
  const std::string *field = next_of(line_->answer, line_->next, line_->failed, line_->function);
  if (field == nullptr) value = string("", 0);
  else value = *field == null_field ? string() : from_utf8(*field);
}
void Call::take(long &value) {
  const std::string *field = next_of(line_->answer, line_->next, line_->failed, line_->function);
  if (field == nullptr) value = 0;
  else if (*field == "true" || *field == "false") value = *field == "true";
  else value = parsed<long>(line_->answer, *field, [](const char *text, char **end) { return std::strtol(text, end, 10); });
}
void Call::take(ulong &value) {
  const std::string *field = next_of(line_->answer, line_->next, line_->failed, line_->function);
  value = field == nullptr ? 0 : parsed<ulong>(line_->answer, *field, [](const char *text, char **end) { return std::strtoul(text, end, 10); });
}
void Call::take(double &value) {
  const std::string *field = next_of(line_->answer, line_->next, line_->failed, line_->function);
  value = field == nullptr ? 0 : parsed<double>(line_->answer, *field, [](const char *text, char **end) { return std::strtod(text, end); });
}
void Call::take(bool &value) {
  long number = 0;
  take(number);
  value = number != 0;
}
void Call::take(datetime &value) {
  long number = 0;
  take(number);
  value = number;
}
long Call::take_enum(const Enumeration &all) {
  if (line_->next < line_->answer.size())
    for (int i = 0; i < all.count; i++)
      if (line_->answer[line_->next] == all.list[i].name) {
        line_->next++;
        return all.list[i].value;
      }
  long number = 0;
  take(number);
  return number;
}
long Call::take_count() {
  long count = 0;
  take(count);
  if (count < 0 || (!line_->failed && static_cast<size_t>(count) > line_->answer.size())) bad_line(line_->answer, "a count that cannot be");
  return count;
}

// ---- inputs ----

void offered(const Slot &slot, const string &fallback) {
  prepare();
  state().offered[slot.name] = true;
  if (describing()) send({"input", slot.name, slot.type, utf8(fallback), slot.comment});
}
void input_group(const char *title) {
  prepare();
  if (describing()) send({"group", title});
}
bool given(const Slot &slot, string &text) {
  auto found = state().inputs.find(slot.name);
  if (found == state().inputs.end()) return false;
  text = from_utf8(found->second);
  return true;
}
void forget_unknown_inputs() {
  for (const auto &[name, value] : state().inputs)
    if (!state().offered.count(name)) critical("input", Where{"-", 0}, ("the program has no input " + name).c_str());
}
long input_whole(const Slot &slot, const string &text) {
  std::string field = utf8(text), type = slot.type;
  for (int i = 0; slot.members != nullptr && i < slot.members->count; i++)
    if (field == slot.members->list[i].name) return slot.members->list[i].value;
  if (field == "true" || field == "false") return field == "true";
  if (type == "datetime" && field.find('.') != std::string::npos) return StringToTime(text).value;
  if (type == "color" && field.find(',') != std::string::npos) return StringToColor(text).value;
  const char *start = field.c_str() + (field.rfind("@", 0) == 0 ? 1 : 0);
  char *end = nullptr;
  errno = 0;
  long value = type == "ulong" ? static_cast<long>(std::strtoull(start, &end, 10)) : std::strtol(start, &end, 10);
  if (end == start || *end != '\0' || errno != 0) critical("input", Where{"-", 0}, (std::string(slot.name) + " cannot be " + field).c_str());
  return value;
}
double input_real(const Slot &slot, const string &text) {
  std::string field = utf8(text);
  char *end = nullptr;
  double value = std::strtod(field.c_str(), &end);
  if (end == field.c_str() || *end != '\0') critical("input", Where{"-", 0}, (std::string(slot.name) + " cannot be " + field).c_str());
  return value;
}
string input_form(const string &value) { return value; }
string input_form(bool value) { return text_of(value); }
string input_form(double value) { return from_utf8(real_text(value)); }
string input_form(float value) { return from_utf8(real_text(static_cast<double>(value))); }
string input_form(datetime value) { return from_utf8("@" + std::to_string(value.value)); }
string member_name(long value, const Enumeration &all) {
  for (int i = 0; i < all.count; i++)
    if (all.list[i].value == value) return from_utf8(all.list[i].name);
  return from_utf8(std::string(all.name) + "::" + std::to_string(value));
}

}  // namespace mql::inner

namespace mql {
int GetLastError() { return inner::last_error(); }
void ResetLastError() { inner::set_error(0); }
void SetUserError(ushort code) { inner::set_error(65536 + code); }
void DebugBreak() {}
}  // namespace mql
