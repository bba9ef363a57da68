// Reading and writing in open files: bytes, numbers, texts in the file's own encoding.

#include "files.hpp"

namespace mql {

using namespace inner;

namespace inner {

long OpenFile::size() const {
  struct stat about {};
  return ::fstat(descriptor, &about) == 0 ? static_cast<long>(about.st_size) : 0;
}

OpenFile *find_for(int handle, Use use, bool text, const char *function, Where at) {
  OpenFile *file = find(handle, function, at);
  if (file == nullptr) return nullptr;
  if (use == Use::read && !(file->flags & 1)) {
    misuse("mode", at, (std::string(function) + ": the file was not opened for reading").c_str());
    return set_error(5010), nullptr;
  }
  if (use == Use::write && !(file->flags & 2)) {
    misuse("mode", at, (std::string(function) + ": the file was not opened for writing").c_str());
    return set_error(5009), nullptr;
  }
  if (text != file->text()) {
    misuse("mode", at, (std::string(function) + (text ? ": the file is binary" : ": the file is a text")).c_str());
    return set_error(text ? 5013 : 5011), nullptr;
  }
  return file;
}

unsigned long write_at_position(OpenFile &file, const std::string &bytes) {
  ssize_t count = ::pwrite(file.descriptor, bytes.data(), bytes.size(), file.position);
  if (count < 0) return set_error(5026), 0;
  file.position += count;
  if (static_cast<size_t>(count) < bytes.size()) set_error(5026);
  return static_cast<unsigned long>(count);
}

unsigned long write_bytes(int handle, const void *data, unsigned long bytes, const char *function, Where at) {
  OpenFile *file = find(handle, function, at);
  // Arrays and structs go into binary files only; a text opened for reading too would not be one any more.
  if (file == nullptr || (file = find_for(handle, Use::write, false, function, at)) == nullptr) return 0;
  if (faulted(function, file->name)) return 0;
  return write_at_position(*file, std::string(static_cast<const char *>(data), bytes));
}
unsigned long read_bytes(int handle, void *data, unsigned long bytes, const char *function, Where at) {
  OpenFile *file = find_for(handle, Use::read, false, function, at);
  if (file == nullptr || faulted(function, file->name)) return 0;
  ssize_t count = ::pread(file->descriptor, data, bytes, file->position);
  if (count < 0) return set_error(5015), 0;
  file->position += count;
  if (static_cast<unsigned long>(count) < bytes) set_error(5027);
  return static_cast<unsigned long>(count);
}
unsigned long bytes_left(int handle, const char *function, Where at) {
  OpenFile *file = find(handle, function, at);
  return file == nullptr ? 0 : static_cast<unsigned long>(std::max(0L, file->size() - file->position));
}

}  // namespace inner

namespace {

std::string encoded(const OpenFile &file, const std::u16string &text) {
  if (file.ansi()) return encode(text, file.codepage);
  return std::string(reinterpret_cast<const char *>(text.data()), text.size() * 2);
}
std::u16string with_line_ends(const std::u16string &text) {
  std::u16string out;
  for (size_t i = 0; i < text.size(); i++) {
    if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r')) out += u'\r';
    out += text[i];
  }
  return out;
}

// The next piece of a text: up to the delimiter of a CSV or the end of the line, both taken and left out.
std::u16string next_piece(OpenFile &file, bool to_delimiter) {
  const size_t unit = file.ansi() ? 1 : 2;
  std::string bytes(static_cast<size_t>(std::max(0L, file.size() - file.position)), '\0');
  ssize_t count = ::pread(file.descriptor, bytes.data(), bytes.size(), file.position);
  bytes.resize(count < 0 ? 0 : static_cast<size_t>(count) / unit * unit);
  auto at = [&](size_t place) -> char16_t {
    unsigned char low = static_cast<unsigned char>(bytes[place]);
    return unit == 1 ? low : static_cast<char16_t>(low | static_cast<unsigned char>(bytes[place + 1]) << 8);
  };
  file.line_ended = false;
  size_t end = 0, next = bytes.size();
  for (; end < bytes.size(); end += unit) {
    char16_t letter = at(end);
    if (letter == '\r' || letter == '\n') {
      next = end + unit;
      if (letter == '\r' && next < bytes.size() && at(next) == '\n') next += unit;
      file.line_ended = true;
      break;
    }
    if (to_delimiter && letter == file.delimiter) {
      next = end + unit;
      break;
    }
  }
  file.position += static_cast<long>(next);
  if (unit == 1) return decode(std::string_view(bytes).substr(0, end), file.codepage);
  std::u16string out;
  for (size_t place = 0; place < end; place += unit) out += at(place);
  return out;
}

template <class T> T read_value(int handle, const char *function, Where at, unsigned long size = sizeof(T)) {
  T value{};
  read_bytes(handle, &value, std::min(size, sizeof(T)), function, at);
  return value;
}
string read_field(int handle, const char *function, Where at) {
  OpenFile *file = find_for(handle, Use::read, true, function, at);
  if (file == nullptr || faulted(function, file->name)) return string("", 0);
  return from_units(next_piece(*file, file->csv()));
}

}  // namespace

bool FileSeek(int handle, long offset, ENUM_FILE_POSITION origin, Where at) {
  OpenFile *file = find(handle, "FileSeek", at);
  if (file == nullptr || faulted("FileSeek", file->name)) return false;
  long place = offset + (origin == SEEK_SET ? 0 : origin == SEEK_CUR ? file->position : file->size());
  if (place < 0) {
    misuse("range", at, "FileSeek before the file's beginning");
    return set_error(5015), false;
  }
  file->position = place;
  return true;
}
ulong FileTell(int handle, Where at) {
  OpenFile *file = find(handle, "FileTell", at);
  return file == nullptr ? 0 : static_cast<ulong>(file->position);
}
ulong FileSize(int handle, Where at) {
  OpenFile *file = find(handle, "FileSize", at);
  return file == nullptr ? 0 : static_cast<ulong>(file->size());
}
bool FileIsEnding(int handle, Where at) {
  OpenFile *file = find(handle, "FileIsEnding", at);
  return file == nullptr || file->position >= file->size();
}
bool FileIsLineEnding(int handle, Where at) {
  OpenFile *file = find(handle, "FileIsLineEnding", at);
  return file == nullptr || file->line_ended || file->position >= file->size();
}

string FileReadString(int handle, int length, Where at) {
  OpenFile *file = find(handle, "FileReadString", at);
  if (file == nullptr) return string("", 0);
  if (file->text()) return read_field(handle, "FileReadString", at);
  if (length < 0) {
    misuse("mode", at, "FileReadString from a binary file needs a length");
    return set_error(5016), string("", 0);
  }
  std::string bytes(static_cast<size_t>(length) * (file->ansi() ? 1 : 2), '\0');
  bytes.resize(read_bytes(handle, bytes.data(), bytes.size(), "FileReadString", at));
  if (file->ansi()) return from_units(decode(bytes, file->codepage));
  return from_units(std::u16string(reinterpret_cast<const char16_t *>(bytes.data()), bytes.size() / 2));
}
double FileReadNumber(int handle, Where at) { return StringToDouble(read_field(handle, "FileReadNumber", at)); }
bool FileReadBool(int handle, Where at) {
  string word = read_field(handle, "FileReadBool", at);
  StringToLower(word);
  return utf8(word) == "true" || StringToInteger(word) != 0;
}
datetime FileReadDatetime(int handle, Where at) { return StringToTime(read_field(handle, "FileReadDatetime", at)); }
int FileReadInteger(int handle, int size, Where at) {
  return read_value<int>(handle, "FileReadInteger", at, static_cast<unsigned long>(size));
}
long FileReadLong(int handle, Where at) { return read_value<long>(handle, "FileReadLong", at); }
double FileReadDouble(int handle, Where at) { return read_value<double>(handle, "FileReadDouble", at); }
float FileReadFloat(int handle, Where at) { return read_value<float>(handle, "FileReadFloat", at); }

uint FileWriteString(int handle, const string &text, int length, Where at) {
  OpenFile *file = find(handle, "FileWriteString", at);
  if (file == nullptr || find_for(handle, Use::write, file->text(), "FileWriteString", at) == nullptr || faulted("FileWriteString", file->name)) return 0;
  std::u16string all = units(text);
  if (length >= 0) all.resize(static_cast<size_t>(length));
  return static_cast<uint>(write_at_position(*file, encoded(*file, file->text() ? with_line_ends(all) : all)));
}
uint FileWriteInteger(int handle, int value, int size, Where at) {
  return static_cast<uint>(write_bytes(handle, &value, std::min<unsigned long>(static_cast<unsigned long>(size), 4), "FileWriteInteger", at));
}
uint FileWriteLong(int handle, long value, Where at) { return static_cast<uint>(write_bytes(handle, &value, 8, "FileWriteLong", at)); }
uint FileWriteDouble(int handle, double value, Where at) { return static_cast<uint>(write_bytes(handle, &value, 8, "FileWriteDouble", at)); }
uint FileWriteFloat(int handle, float value, Where at) { return static_cast<uint>(write_bytes(handle, &value, 4, "FileWriteFloat", at)); }

namespace inner {
uint write_fields(int handle, const string *fields, int count, Where at) {
  OpenFile *file = find_for(handle, Use::write, true, "FileWrite", at);
  if (file == nullptr || faulted("FileWrite", file->name)) return 0;
  std::u16string line;
  for (int i = 0; i < count; i++) {
    if (i > 0 && file->csv()) line += file->delimiter;
    line += with_line_ends(units(fields[i]));
  }
  return static_cast<uint>(write_at_position(*file, encoded(*file, line + u"\r\n")));
}
}  // namespace inner

}  // namespace mql
