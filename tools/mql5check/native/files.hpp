// What the two rooms of files share: an open file, and how one is found by its handle.
#pragma once

#include "runtime.hpp"

namespace mql::inner {

struct OpenFile {
  int descriptor = -1;
  std::string name;  // as the program wrote it
  int flags = 0;
  char16_t delimiter = '\t';
  uint codepage = 0;
  long position = 0;
  bool line_ended = false;
  Where opened{"-", 0};

  bool text() const { return (flags & 4) == 0; }
  bool csv() const { return text() && (flags & 16) == 0; }
  bool ansi() const { return (flags & 32) != 0; }
  long size() const;
};

// The open file, or null after having said what is wrong with the handle.
OpenFile *find(int handle, const char *function, Where at);
// The same for a function that reads or writes, and for binary files or texts only.
enum class Use { read, write };
OpenFile *find_for(int handle, Use use, bool text, const char *function, Where at);
unsigned long write_at_position(OpenFile &file, const std::string &bytes);
void leave_error(int code);

}  // namespace mql::inner
