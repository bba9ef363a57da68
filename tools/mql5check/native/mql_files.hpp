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
template <class T> constexpr bool plain = IsNumber<T>::value || Same<T, datetime>::value || Same<T, color>::value || __is_trivially_copyable(T);
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
  static_assert(inner::plain<T>, "FileWriteArray takes numbers and structs without text");
  long length = count;
  if (!inner::clip("FileWriteArray", array.size(), start, length, at)) return 0;
  unsigned long written = 0;
  if (!array.series() && length > 0)
    written = inner::write_bytes(file, &array.raw(start), sizeof(T) * static_cast<unsigned long>(length), "FileWriteArray", at);
  else
    for (long i = start; i < start + length; i++) written += inner::write_bytes(file, &array.seen(i), sizeof(T), "FileWriteArray", at);
  return static_cast<uint>(written / sizeof(T));
}
template <class T> uint FileReadArray(int file, Array<T> &array, int start = 0, int count = WHOLE_ARRAY, MQL_AT) {
  static_assert(inner::plain<T>, "FileReadArray takes numbers and structs without text");
  long length = static_cast<long>(inner::bytes_left(file, "FileReadArray", at) / sizeof(T));
  if (count >= 0 && count < length) length = count;
  if (start + length > array.size()) {
    if (array.fixed()) length = array.size() - start;
    else array.resize(start + length, 0, at);
  }
  if (length <= 0 || start < 0) return 0;
  return static_cast<uint>(inner::read_bytes(file, &array.raw(start), sizeof(T) * static_cast<unsigned long>(length), "FileReadArray", at) / sizeof(T));
}
template <class T> uint FileWriteStruct(int file, const T &value, int size = -1, MQL_AT) {
  static_assert(inner::plain<T>, "FileWriteStruct takes structs without text and arrays");
  return static_cast<uint>(inner::write_bytes(file, &value, size > 0 ? static_cast<unsigned long>(size) : sizeof(T), "FileWriteStruct", at));
}
template <class T> uint FileReadStruct(int file, T &value, int size = -1, MQL_AT) {
  static_assert(inner::plain<T>, "FileReadStruct takes structs without text and arrays");
  return static_cast<uint>(inner::read_bytes(file, &value, size > 0 ? static_cast<unsigned long>(size) : sizeof(T), "FileReadStruct", at));
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
