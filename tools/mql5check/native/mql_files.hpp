// Files of the sandbox.
#pragma once

#include "mql_text.hpp"

namespace mql {

int FileOpen(const string &name, int flags, short delimiter = '\t', uint codepage = 0, MQL_AT);
void FileClose(int file, MQL_AT);
void FileFlush(int file, MQL_AT);
bool FileIsExist(const string &name, int common = 0, MQL_AT);
bool FileDelete(const string &name, int common = 0, MQL_AT);
bool FileCopy(const string &source, int common, const string &target, int mode, MQL_AT);
bool FileMove(const string &source, int common, const string &target, int mode, MQL_AT);
bool FolderCreate(const string &name, int common = 0, MQL_AT);
bool FolderDelete(const string &name, int common = 0, MQL_AT);
bool FolderClean(const string &name, int common = 0, MQL_AT);
long FileFindFirst(const string &filter, string &found, int common = 0, MQL_AT);
bool FileFindNext(long search, string &found, MQL_AT);
void FileFindClose(long search, MQL_AT);

bool FileSeek(int file, long offset, ENUM_FILE_POSITION origin, MQL_AT);
ulong FileTell(int file, MQL_AT);
ulong FileSize(int file, MQL_AT);
bool FileIsEnding(int file, MQL_AT);
bool FileIsLineEnding(int file, MQL_AT);
long FileGetInteger(int file, ENUM_FILE_PROPERTY_INTEGER property, MQL_AT);
long FileGetInteger(const string &name, ENUM_FILE_PROPERTY_INTEGER property, bool common = false, MQL_AT);

string FileReadString(int file, int length = -1, MQL_AT);
double FileReadNumber(int file, MQL_AT);
bool FileReadBool(int file, MQL_AT);
datetime FileReadDatetime(int file, MQL_AT);
int FileReadInteger(int file, int size = 4, MQL_AT);
long FileReadLong(int file, MQL_AT);
double FileReadDouble(int file, MQL_AT);
float FileReadFloat(int file, MQL_AT);
uint FileWriteString(int file, const string &text, int length = -1, MQL_AT);
uint FileWriteInteger(int file, int value, int size = 4, MQL_AT);
uint FileWriteLong(int file, long value, MQL_AT);
uint FileWriteDouble(int file, double value, MQL_AT);
uint FileWriteFloat(int file, float value, MQL_AT);

namespace inner {
uint write_fields(int file, const string *fields, int count, Where at);
unsigned long write_bytes(int file, const void *data, unsigned long bytes, const char *function, Where at);
unsigned long read_bytes(int file, void *data, unsigned long bytes, const char *function, Where at);
unsigned long bytes_left(int file, const char *function, Where at);
template <class T> string field_of(const T &value) { return text_of(value); }
template <class T> constexpr bool simple = IsNumber<T>::value || IsScalar<T>::value;

// MQL5's bytes of a value: without gaps, the fields in their order, fixed arrays inside. A text has none.
struct Packer {
  uchar *place;
  long bytes = 0;
  bool back = false;  // from bytes to the value, which then takes what there is
  template <class T> void operator()(T &value) {
    if constexpr (simple<T>) {
      uchar *own = reinterpret_cast<uchar *>(&value);
      for (unsigned long i = 0; place != nullptr && i < sizeof(T); i++) (back ? own[i] : place[bytes + static_cast<long>(i)]) = back ? place[bytes + static_cast<long>(i)] : own[i];
      bytes += static_cast<long>(sizeof(T));
    } else {
      static_assert(!Same<T, string>::value, "a text has no bytes of its own: numbers and structs without text only");
      each(value);
    }
  }
  template <class T> void each(Array<T> &values) {
    for (int i = 0; i < values.size(); i++) (*this)(values.raw(i));
  }
  template <class T> void each(T &value) { value.mql_each(*this); }
  template <class T, long N> void each(Fixed<T, N> &values) { each(static_cast<Array<T> &>(values)); }
};
template <class T> int size_of() {
  T value{};
  Packer packer{nullptr};
  packer(value);
  return static_cast<int>(packer.bytes);
}
template <> inline int size_of<string>() { return 12; }
template <class T> int size_of(const T &) { return size_of<T>(); }
template <class T> int size_of(const Array<T> &values) { return values.size() * size_of<T>(); }
template <class T> unsigned long write_value(int file, const T &value, const char *function, Where at) {
  if constexpr (simple<T>) return write_bytes(file, &value, sizeof(T), function, at);
  Array<uchar> bytes;
  bytes.resize(size_of<T>(), 0, at);
  Packer packer{&bytes.raw(0)};
  packer(const_cast<T &>(value));
  return write_bytes(file, &bytes.raw(0), static_cast<unsigned long>(bytes.size()), function, at);
}
template <class T> unsigned long read_value_of(int file, T &value, const char *function, Where at) {
  if constexpr (simple<T>) return read_bytes(file, &value, sizeof(T), function, at);
  Array<uchar> bytes;
  bytes.resize(size_of<T>(), 0, at);
  unsigned long count = read_bytes(file, &bytes.raw(0), static_cast<unsigned long>(bytes.size()), function, at);
  if (count < static_cast<unsigned long>(bytes.size())) return count;
  Packer packer{&bytes.raw(0), 0, true};
  packer(value);
  return count;
}
struct FileHandle {
  int handle;
  Where at;
  FileHandle(int handle, const char *file = __builtin_FILE(), int line = __builtin_LINE()) : handle(handle), at{file, line} {}
};
}  // namespace inner

template <class... A> uint FileWrite(const inner::FileHandle &file, const A &...values) {
  const string fields[sizeof...(A) + 1] = {inner::field_of(values)..., string()};
  return inner::write_fields(file.handle, fields, sizeof...(A), file.at);
}
template <class T> uint FileWriteArray(int file, const Array<T> &array, int start = 0, int count = WHOLE_ARRAY, MQL_AT) {
  long length = count;
  if (!inner::clip("FileWriteArray", array.size(), start, length, at)) return 0;
  unsigned long written = 0, size = static_cast<unsigned long>(inner::size_of<T>());
  if constexpr (inner::simple<T>)
    if (!array.series()) {
      if (length > 0) written = inner::write_bytes(file, &array.raw(start), size * static_cast<unsigned long>(length), "FileWriteArray", at);
      return static_cast<uint>(written / size);
    }
  for (long i = start; i < start + length; i++) written += inner::write_value(file, array.seen(i), "FileWriteArray", at);
  return static_cast<uint>(written / size);
}
template <class T> uint FileReadArray(int file, Array<T> &array, int start = 0, int count = WHOLE_ARRAY, MQL_AT) {
  long size = inner::size_of<T>(), length = static_cast<long>(inner::bytes_left(file, "FileReadArray", at)) / size;
  if (count >= 0 && count < length) length = count;
  if (start + length > array.size()) {
    if (array.fixed()) length = array.size() - start;
    else array.resize(start + length, 0, at);
  }
  if (length <= 0 || start < 0) return 0;
  if constexpr (inner::simple<T>)
    return static_cast<uint>(inner::read_bytes(file, &array.raw(start), static_cast<unsigned long>(size * length), "FileReadArray", at) / static_cast<unsigned long>(size));
  uint whole = 0;
  while (whole < length && inner::read_value_of(file, array.seen(start + whole), "FileReadArray", at) == static_cast<unsigned long>(size)) whole++;
  return whole;
}
template <class T> uint FileWriteStruct(int file, const T &value, int = -1, MQL_AT) {
  return static_cast<uint>(inner::write_value(file, value, "FileWriteStruct", at));
}
template <class T> uint FileReadStruct(int file, T &value, int = -1, MQL_AT) {
  return static_cast<uint>(inner::read_value_of(file, value, "FileReadStruct", at));
}
template <class T> bool StructToCharArray(const T &value, Array<uchar> &chars, uint start = 0, MQL_AT) {
  if (chars.fixed() && chars.size() < static_cast<int>(start) + inner::size_of<T>()) return false;
  if (!chars.fixed() && chars.size() < static_cast<int>(start) + inner::size_of<T>()) chars.resize(static_cast<long>(start) + inner::size_of<T>(), 0, at);
  inner::Packer packer{&chars.raw(start)};
  packer(const_cast<T &>(value));
  return true;
}
template <class T> bool CharArrayToStruct(T &value, const Array<uchar> &chars, uint start = 0) {
  if (chars.size() < static_cast<int>(start) + inner::size_of<T>()) return false;
  inner::Packer packer{&const_cast<Array<uchar> &>(chars).raw(start), 0, true};
  packer(value);
  return true;
}
template <class T> long FileLoad(const string &name, Array<T> &buffer, int common_flag = 0, MQL_AT) {
  int file = FileOpen(name, 1 | 4 | 128 | common_flag, '\t', 0, at);
  if (file < 0) return -1;
  uint count = FileReadArray(file, buffer, 0, WHOLE_ARRAY, at);
  FileClose(file, at);
  return count;
}
template <class T> bool FileSave(const string &name, const Array<T> &buffer, int common_flag = 0, MQL_AT) {
  int file = FileOpen(name, 2 | 4 | common_flag, '\t', 0, at);
  if (file < 0) return false;
  uint count = FileWriteArray(file, buffer, 0, WHOLE_ARRAY, at);
  FileClose(file, at);
  return static_cast<int>(count) == buffer.size();
}

}  // namespace mql
