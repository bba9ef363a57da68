// Files and folders of the sandbox: opened, locked, moved, deleted, found.
#include "files.hpp"

namespace fs = std::filesystem;

namespace mql {

using namespace inner;

namespace {

constexpr int read_flag = 1, write_flag = 2, share_read = 128, share_write = 256, rewrite_flag = 512, common_flag = 4096;
constexpr size_t most_files = 64;

struct Search {
  std::vector<std::string> names;
  size_t next = 0;
  Where at;
};
struct Table {
  std::map<int, OpenFile> files;
  std::map<long, Search> searches;
  int last = 0;
};
Table &table() {
  static Table *one = new Table;
  return *one;
}

bool fails(int code) {
  set_error(code);
  return false;
}

// As on Windows, a name is found whatever the case of its letters.
fs::path child(const fs::path &folder, const std::string &name) {
  std::error_code none;
  if (fs::exists(folder / name, none)) return folder / name;
  for (fs::directory_iterator entry(folder, none), end; !none && entry != end; entry.increment(none))
    if (strcasecmp(entry->path().filename().c_str(), name.c_str()) == 0) return entry->path();
  return folder / name;
}

// The real place of a name in the sandbox; false when the name leaves it or cannot be a file's.
bool locate(const string &text, bool common, const char *function, Where at, fs::path &path) {
  std::string name = utf8(text), part;
  if (name.empty()) return fails(5002);
  fs::path found = option(common ? "common" : "files");
  bool escapes = name[0] == '/' || name[0] == '\\' || found.empty();
  for (char letter : name) escapes = escapes || letter == ':';
  for (size_t i = 0; i <= name.size() && !escapes; i++) {
    if (i < name.size() && name[i] != '\\' && name[i] != '/') {
      if (static_cast<unsigned char>(name[i]) < 32 || std::string("<>\"|?*").find(name[i]) != std::string::npos) return fails(5002);
      part += name[i];
      continue;
    }
    if (part == "..") escapes = true;
    else if (!part.empty() && part != ".") found = child(found, part);
    part.clear();
  }
  if (escapes) {
    misuse("sandbox", at, (std::string(function) + ": " + name).c_str());
    return fails(5002);
  }
  path = found;
  return true;
}

// Whether nobody holds the file at all; a missing one is free.
bool is_free(const fs::path &path) {
  int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return true;
  bool free = ::flock(descriptor, LOCK_EX | LOCK_NB) == 0;
  ::close(descriptor);
  return free;
}

int open_locked(const fs::path &path, int flags) {
  int mode = (flags & write_flag) ? O_RDWR | O_CREAT : O_RDONLY;
  std::error_code none;
  if (flags & write_flag) fs::create_directories(path.parent_path(), none);
  int descriptor = ::open(path.c_str(), mode | O_CLOEXEC, 0600);
  if (descriptor < 0) return -1;
  struct stat about {};
  bool shared = (flags & (share_read | share_write)) != 0;
  if (::fstat(descriptor, &about) != 0 || S_ISDIR(about.st_mode) || ::flock(descriptor, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB) != 0) {
    ::close(descriptor);
    return -1;
  }
  return descriptor;
}

// Two writers inside one program: the operating system's shared lock would let both in, Windows does not.
bool shares_with_open(const fs::path &path, int flags) {
  std::error_code none;
  for (const auto &[handle, file] : table().files) {
    fs::path other = fs::path("/proc/self/fd") / std::to_string(file.descriptor);
    if (!fs::equivalent(path, other, none) || none) continue;
    if ((flags & write_flag) && !(file.flags & share_write)) return false;
    if ((file.flags & write_flag) && !(flags & share_write)) return false;
  }
  return true;
}

void put_mark(OpenFile &file) {
  if (!file.text() || file.ansi()) return;
  if (file.size() == 0 && (file.flags & write_flag)) write_at_position(file, "\xFF\xFE");
  unsigned char mark[2] = {0, 0};
  if (::pread(file.descriptor, mark, 2, 0) == 2 && mark[0] == 0xFF && mark[1] == 0xFE) file.position = 2;
}

}  // namespace

namespace inner {

OpenFile *find(int handle, const char *function, Where at) {
  auto found = table().files.find(handle);
  if (found != table().files.end()) return &found->second;
  bool closed = handle > 0 && handle <= table().last;
  misuse("handle", at, (std::string(function) + (closed ? " after FileClose, handle " : " with what is no handle: ") + std::to_string(handle)).c_str());
  set_error(closed ? 5008 : 5007);
  return nullptr;
}

void report_open_files() {
  for (auto &[handle, file] : table().files) {
    misuse("leak", file.opened, ("the file " + file.name + " was not closed").c_str());
    ::close(file.descriptor);
  }
  table().files.clear();
  for (auto &[handle, search] : table().searches) misuse("leak", search.at, "a search by FileFindFirst was not closed");
  table().searches.clear();
}

}  // namespace inner

int FileOpen(const string &name, int flags, short delimiter, uint codepage, Where at) {
  prepare();
  fs::path path;
  if (!(flags & (read_flag | write_flag))) misuse("mode", at, "FileOpen with neither FILE_READ nor FILE_WRITE");
  if (faulted("FileOpen", utf8(name)) || !locate(name, flags & common_flag, "FileOpen", at, path)) return -1;
  std::error_code none;
  if ((flags & write_flag) && !fs::exists(path, none) && faulted("FileCreate", utf8(name))) return -1;
  if (table().files.size() >= most_files) return set_error(5001), -1;
  if (!shares_with_open(path, flags)) return set_error(5004), -1;
  int descriptor = open_locked(path, flags);
  if (descriptor < 0) return set_error(5004), -1;
  if ((flags & write_flag) && !(flags & read_flag) && ::ftruncate(descriptor, 0) != 0) return ::close(descriptor), set_error(5004), -1;
  OpenFile file;
  file.descriptor = descriptor;
  file.name = utf8(name);
  file.flags = flags;
  file.delimiter = static_cast<char16_t>(delimiter);
  file.codepage = codepage;
  file.opened = at;
  put_mark(file);
  table().files[++table().last] = file;
  return table().last;
}

void FileClose(int handle, Where at) {
  if (OpenFile *file = find(handle, "FileClose", at)) {
    ::close(file->descriptor);
    table().files.erase(handle);
  }
}
void FileFlush(int handle, Where at) { find(handle, "FileFlush", at); }

bool FileIsExist(const string &name, int common, Where at) {
  fs::path path;
  std::error_code none;
  if (faulted("FileIsExist", utf8(name)) || !locate(name, common & common_flag, "FileIsExist", at, path)) return false;
  if (fs::is_directory(path, none)) return fails(5018);
  return fs::exists(path, none) || fails(5019);
}
bool FileDelete(const string &name, int common, Where at) {
  fs::path path;
  std::error_code error;
  if (faulted("FileDelete", utf8(name)) || !locate(name, common & common_flag, "FileDelete", at, path)) return false;
  if (!fs::exists(path, error)) return fails(5019);
  if (fs::is_directory(path, error)) return fails(5018);
  if (!is_free(path)) return fails(5006);
  return fs::remove(path, error) || fails(5006);
}

static bool both_places(const char *function, const string &source, int common, const string &target, int mode, Where at, fs::path &from, fs::path &to) {
  std::error_code none;
  if (faulted(function, utf8(source))) return false;
  if (!locate(source, common & common_flag, function, at, from) || !locate(target, mode & common_flag, function, at, to)) return false;
  if (!fs::exists(from, none)) return fails(5019);
  if (fs::is_directory(from, none) || fs::is_directory(to, none)) return fails(5018);
  if (fs::exists(to, none) && !(mode & rewrite_flag)) return fails(5020);
  if (!is_free(from) || !is_free(to)) return fails(5004);
  fs::create_directories(to.parent_path(), none);
  return true;
}
bool FileMove(const string &source, int common, const string &target, int mode, Where at) {
  fs::path from, to;
  std::error_code error;
  if (!both_places("FileMove", source, common, target, mode, at, from, to)) return false;
  fs::rename(from, to, error);
  return !error || fails(5004);
}
bool FileCopy(const string &source, int common, const string &target, int mode, Where at) {
  fs::path from, to;
  std::error_code error;
  if (!both_places("FileCopy", source, common, target, mode, at, from, to)) return false;
  return fs::copy_file(from, to, fs::copy_options::overwrite_existing, error) || fails(5004);
}

bool FolderCreate(const string &name, int common, Where at) {
  fs::path path;
  std::error_code error;
  if (faulted("FolderCreate", utf8(name)) || !locate(name, common & common_flag, "FolderCreate", at, path)) return false;
  fs::create_directories(path, error);
  return !error || fails(5021);
}
bool FolderDelete(const string &name, int common, Where at) {
  fs::path path;
  std::error_code error;
  if (faulted("FolderDelete", utf8(name)) || !locate(name, common & common_flag, "FolderDelete", at, path)) return false;
  if (!fs::is_directory(path, error)) return fails(5022);
  return fs::remove(path, error) || fails(5024);
}
bool FolderClean(const string &name, int common, Where at) {
  fs::path path;
  std::error_code error;
  if (faulted("FolderClean", utf8(name)) || !locate(name, common & common_flag, "FolderClean", at, path)) return false;
  if (!fs::is_directory(path, error)) return fails(5022);
  bool all = true;
  for (const auto &entry : fs::directory_iterator(path, error)) all = (entry.is_directory() || is_free(entry.path())) && fs::remove_all(entry.path(), error) > 0 && all;
  return all || fails(5025);
}

// ---- searching ----

static bool next_found(Search &search, string &found) {
  if (search.next >= search.names.size()) return false;
  found = from_utf8(search.names[search.next++]);
  return true;
}
long FileFindFirst(const string &filter, string &found, int common, Where at) {
  prepare();
  std::string text = utf8(filter);
  std::replace(text.begin(), text.end(), '\\', '/');
  size_t slash = text.rfind('/');
  std::string folder = slash == std::string::npos ? "." : text.substr(0, slash), pattern = text.substr(slash == std::string::npos ? 0 : slash + 1);
  fs::path path;
  if (faulted("FileFindFirst", text) || !locate(from_utf8(folder), common & common_flag, "FileFindFirst", at, path)) return -1;
  Search search;
  search.at = at;
  std::error_code error;
  for (fs::directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error)) {
    std::string name = entry->path().filename().string();
    if (::fnmatch(pattern == "*.*" ? "*" : pattern.c_str(), name.c_str(), FNM_NOESCAPE | FNM_CASEFOLD) == 0)
      search.names.push_back(entry->is_directory() ? name + "\\" : name);
  }
  std::sort(search.names.begin(), search.names.end());
  if (!next_found(search, found)) return set_error(5019), -1;
  table().searches[++table().last] = search;
  return table().last;
}
static Search *find_search(long handle, const char *function, Where at) {
  auto open = table().searches.find(handle);
  if (open != table().searches.end()) return &open->second;
  misuse("handle", at, (std::string(function) + " with what is no search: " + std::to_string(handle)).c_str());
  set_error(5007);
  return nullptr;
}
bool FileFindNext(long handle, string &found, Where at) {
  Search *search = find_search(handle, "FileFindNext", at);
  return search != nullptr && next_found(*search, found);
}
void FileFindClose(long handle, Where at) {
  if (find_search(handle, "FileFindClose", at) != nullptr) table().searches.erase(handle);
}

long FileGetInteger(const string &name, ENUM_FILE_PROPERTY_INTEGER property, bool common, Where at) {
  int handle = FileOpen(name, read_flag | 4 | share_read | share_write | (common ? common_flag : 0), '\t', 0, at);
  if (property == FILE_EXISTS) {
    if (handle > 0) FileClose(handle, at);
    return handle > 0;
  }
  if (handle < 0) return -1;
  long value = FileGetInteger(handle, property, at);
  FileClose(handle, at);
  return value;
}
long FileGetInteger(int handle, ENUM_FILE_PROPERTY_INTEGER property, Where at) {
  OpenFile *file = find(handle, "FileGetInteger", at);
  if (file == nullptr) return -1;
  struct stat about {};
  ::fstat(file->descriptor, &about);
  switch (property) {
    case FILE_EXISTS: return 1;
    case FILE_CREATE_DATE: return about.st_ctime;
    case FILE_MODIFY_DATE: return about.st_mtime;
    case FILE_ACCESS_DATE: return about.st_atime;
    case FILE_SIZE: return file->size();
    case FILE_POSITION: return file->position;
    case FILE_END: return file->position >= file->size();
    case FILE_LINE_END: return file->line_ended;
    case FILE_IS_COMMON: return (file->flags & common_flag) != 0;
    case FILE_IS_TEXT: return (file->flags & 16) != 0;
    case FILE_IS_BINARY: return !file->text();
    case FILE_IS_CSV: return file->csv();
    case FILE_IS_ANSI: return file->ansi();
    case FILE_IS_READABLE: return (file->flags & read_flag) != 0;
    case FILE_IS_WRITABLE: return (file->flags & write_flag) != 0;
  }
  return -1;
}

}  // namespace mql
