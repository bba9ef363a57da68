// What the runtime's rooms share. Translated programs never see this file, so it may name the library.
#ifndef MQL5CHECK_RUNTIME
#define MQL5CHECK_RUNTIME

#include <fcntl.h>
#include <fnmatch.h>
#include <strings.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cfloat>
#include <climits>
#include <cmath>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <cwctype>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

// The library's macros that carry names of MQL5's constants must be gone before those are declared.
#include "mql_undefs.hpp"

#include "mql.hpp"

namespace mql::inner {

using Fields = std::vector<std::string>;

// ---- text ----
std::string utf8(const string &text);
string from_utf8(std::string_view bytes);
std::u16string units(const string &text);
string from_units(const std::u16string &text);
std::u16string decode(std::string_view bytes, uint codepage);
std::string encode(const std::u16string &text, uint codepage);
std::string real_text(double value);

// ---- the pipe ----
// The command line and the lines before `begin`; harmless when done before.
void prepare();
bool describing();
const std::string &option(const std::string &name);
bool receive(Fields &fields);
void send(const Fields &fields);
void take_fault(const Fields &fields);
// Whether the host wants this call to fail; the error is then the program's last one.
bool faulted(const char *function, const std::string &argument);
[[noreturn]] void bad_line(const Fields &fields, const char *why);
void forget_unknown_inputs();

// ---- what is left at the end ----
void report_open_files();
void report_handles();
std::string place(Where at);

}  // namespace mql::inner

#endif
