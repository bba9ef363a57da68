// The life of a program: described, or begun and driven by the host's events until it is told to quit.

#include "runtime.hpp"

using namespace mql;
using namespace mql::inner;

namespace {

struct Watch {
  std::map<int, Where> indicators;
  std::map<ulong, Where> objects;  // made by new and not deleted
  std::set<ulong> alive;
  ulong born = 0;
  bool timer = false, begun = false;
  Where timer_at{"-", 0};
};
Watch &watch() {
  static Watch *one = new Watch;
  return *one;
}

}  // namespace

namespace mql::inner {

ulong born() {
  Watch &w = watch();
  w.alive.insert(++w.born);
  return w.born;
}
void gone(ulong serial) {
  watch().alive.erase(serial);
  watch().objects.erase(serial);
}
bool alive(ulong serial) { return serial != 0 && watch().alive.count(serial) > 0; }
bool made_by_new(ulong serial) { return watch().objects.count(serial) > 0; }
void note_new(ulong serial, Where at) { watch().objects.insert({serial, at}); }
void bad_pointer(Where at, bool was_null) {
  critical("pointer", at, was_null ? "the pointer is NULL" : "the object behind the pointer is deleted");
}
void bad_delete(Where at, bool is_alive) {
  misuse("pointer", at, is_alive ? "delete of an object that was not made by new" : "delete of an object that is deleted already");
}
void out_of_range(Where at, long index, long size) {
  critical("array", at, ("index " + std::to_string(index) + " of an array of " + std::to_string(size)).c_str());
}
void no_memory(Where at) { critical("memory", at, "an array larger than any program of ours needs"); }
void poison(void *memory, unsigned long bytes) {
  // Not zero: a program that reads what it never wrote should be seen doing so.
  unsigned char *place = static_cast<unsigned char *>(memory);
  for (unsigned long i = 0; i < bytes; i++) place[i] = 0xCD;
}
bool clip(const char *function, long size, long start, long &count, Where at) {
  if (start < 0 || start > size || count < -1) {
    misuse("range", at, (std::string(function) + ": start " + std::to_string(start) + ", count " + std::to_string(count) + " of " + std::to_string(size)).c_str());
    return false;
  }
  if (count < 0 || start + count > size) count = size - start;
  return true;
}

void indicator_made(int handle, Where at) {
  if (handle >= 0) watch().indicators.insert({handle, at});
}
bool indicator_known(int handle, const char *function, Where at) {
  if (watch().indicators.count(handle) > 0) return true;
  misuse("handle", at, (std::string(function) + " with the indicator handle " + std::to_string(handle) + ", which is none").c_str());
  return false;
}
void indicator_released(int handle) { watch().indicators.erase(handle); }
void timer_set(bool on, Where at) {
  Watch &w = watch();
  w.timer = on;
  w.timer_at = at;
}
bool allowed(const char *kinds, const char *function, Where at) {
  std::string kind = mql_program_table.kind;
  if ((" " + std::string(kinds) + " ").find(" " + kind + " ") != std::string::npos || kind == "library") return true;
  misuse("event", at, (std::string(function) + " in a program of the kind " + kind).c_str());
  set_error(4014);
  return false;
}
void check_name(const string &name, Where at) {
  if (name.length() > 63) misuse("name", at, "a global variable's name has 63 characters at most:", name);
}
void report_handles() {
  Watch &w = watch();
  for (const auto &[handle, at] : w.indicators) misuse("leak", at, ("the indicator handle " + std::to_string(handle) + " was not released").c_str());
  w.indicators.clear();
  if (w.timer) misuse("leak", w.timer_at, "the timer was not stopped");
  w.timer = false;
}

}  // namespace mql::inner

// Runs after the destructors of the program's globals: what is left now was never deleted.
__attribute__((destructor)) static void last_words() {
  if (!watch().begun) return;
  for (const auto &[serial, at] : watch().objects) misuse("leak", at, "an object made by new was never deleted");
  report_open_files();
}

#ifndef MQL_SANITIZED
// The compiler's guard of whole-number division calls these; the first field of what it hands over is the place.
struct GuardPlace {
  const char *file;
  unsigned line, column;
};
extern "C" void __ubsan_handle_divrem_overflow_abort(GuardPlace *at, void *, void *) {
  critical("zero", Where{at->file, static_cast<int>(at->line)}, "division by zero");
}
extern "C" void __ubsan_handle_divrem_overflow(GuardPlace *at, void *left, void *right) {
  __ubsan_handle_divrem_overflow_abort(at, left, right);
}

static void on_fault(int) {
  static const char text[] = "critical\tstack\t-:0\tthe stack overflowed, or memory that is not the program's was touched\n";
  if (::write(1, text, sizeof text - 1) < 0) {}
  ::_exit(70);
}
static void guard_stack() {
  static char spare[65536];
  stack_t stack{};
  stack.ss_sp = spare;
  stack.ss_size = sizeof spare;
  sigaltstack(&stack, nullptr);
  struct sigaction action {};
  action.sa_handler = on_fault;
  action.sa_flags = SA_ONSTACK;
  sigaction(SIGSEGV, &action, nullptr);
}
#else
static void guard_stack() {}
#endif

static void describe(const Program &program) {
  send({"kind", program.kind});
  for (int i = 0; i < program.property_count; i++) send({"property", program.properties[i].name, program.properties[i].value});
  const struct { const char *name; bool there; } events[] = {
      {"OnInit", program.init != nullptr}, {"OnDeinit", program.deinit != nullptr}, {"OnTick", program.tick != nullptr},
      {"OnTimer", program.timer != nullptr}, {"OnTrade", program.trade != nullptr}, {"OnStart", program.start != nullptr},
      {"OnChartEvent", program.chart != nullptr}};
  for (const auto &event : events)
    if (event.there) send({"event", event.name});
}

static int run_event(const Program &program, const Fields &fields) {
  const std::string &name = fields[0];
  if (name == "init") return program.init ? program.init() : 0;
  if (name == "tick" && program.tick) program.tick();
  if (name == "timer" && program.timer) program.timer();
  if (name == "trade" && program.trade) program.trade();
  if (name == "start" && program.start) program.start();
  if (name == "chart" && fields.size() == 5 && program.chart)
    program.chart(std::atoi(fields[1].c_str()), std::atol(fields[2].c_str()), std::atof(fields[3].c_str()), from_utf8(fields[4]));
  if (name == "deinit") {
    if (program.deinit) program.deinit(fields.size() > 1 ? std::atoi(fields[1].c_str()) : 0);
    report_open_files();
    report_handles();
  }
  return 0;
}

int main() {
  guard_stack();
  prepare();
  const Program &program = mql_program_table;
  if (describing()) {
    describe(program);
    return 0;
  }
  forget_unknown_inputs();
  watch().begun = true;
  send({"done", "0"});
  static const std::set<std::string> events = {"init", "tick", "timer", "trade", "start", "chart", "deinit"};
  Fields fields;
  while (receive(fields)) {
    if (fields[0] == "quit") return 0;
    if (fields[0] == "fault") take_fault(fields);
    else if (events.count(fields[0])) send({"done", std::to_string(run_event(program, fields))});
    else bad_line(fields, "no event");
  }
  ::_exit(75);
}
