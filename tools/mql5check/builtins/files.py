"""Files and folders of the sandbox.

Facts of the MQL5 reference in the notation of `notation`; it must not know what the checker does with them.
"""

from __future__ import annotations

from typing import Final

FUNCTIONS: Final = """
# files
int FileSelectDialog(string caption, string folder, string filter, uint flags, string &names[], string
   default_name) only:expert,script
long FileFindFirst(string filter, string &found, int common=) must_use
bool FileFindNext(long search, string &found)
void FileFindClose(long search)
bool FileIsExist(string name, int common=) must_use
int FileOpen(string name, int flags, short delimiter=, uint codepage=) must_use
void FileClose(int file)
bool FileCopy(string source, int common, string target, int mode)
bool FileDelete(string name, int common=)
bool FileMove(string source, int common, string target, int mode) must_use
void FileFlush(int file)
long FileGetInteger(int file, ENUM_FILE_PROPERTY_INTEGER property)
long FileGetInteger(string name, ENUM_FILE_PROPERTY_INTEGER property, bool common_folder=)
bool FileIsEnding(int file) must_use
bool FileIsLineEnding(int file) must_use
uint FileReadArray(int file, any &array[], int start=, int count=)
bool FileReadBool(int file)
datetime FileReadDatetime(int file)
double FileReadDouble(int file)
float FileReadFloat(int file)
int FileReadInteger(int file, int size=)
long FileReadLong(int file)
double FileReadNumber(int file)
string FileReadString(int file, int length=)
uint FileReadStruct(int file, struct &target, int size=)
bool FileSeek(int file, long offset, ENUM_FILE_POSITION origin)
ulong FileSize(int file) must_use
ulong FileTell(int file) must_use
uint FileWrite(int file, any first, ...)
uint FileWriteArray(int file, const any &array[], int start=, int count=)
uint FileWriteDouble(int file, double value)
uint FileWriteFloat(int file, float value)
uint FileWriteInteger(int file, int value, int size=)
uint FileWriteLong(int file, long value)
uint FileWriteString(int file, string text, int length=)
uint FileWriteStruct(int file, const struct &source, int size=)
long FileLoad(string name, any &buffer[], int common=)
bool FileSave(string name, const any &buffer[], int common=)
bool FolderCreate(string folder, int common=)
bool FolderDelete(string folder, int common=)
bool FolderClean(string folder, int common=)
"""

ENUMS: Final = """
ENUM_FILE_PROPERTY_INTEGER:
   FILE_EXISTS FILE_CREATE_DATE FILE_MODIFY_DATE FILE_ACCESS_DATE FILE_SIZE FILE_POSITION FILE_END FILE_LINE_END
   FILE_IS_COMMON FILE_IS_TEXT FILE_IS_BINARY FILE_IS_CSV FILE_IS_ANSI FILE_IS_READABLE FILE_IS_WRITABLE
ENUM_FILE_POSITION: SEEK_SET SEEK_CUR SEEK_END
"""

CONSTANTS: Final = """
int: FILE_READ=1 FILE_WRITE=2 FILE_BIN=4 FILE_CSV=8 FILE_TXT=16 FILE_ANSI=32 FILE_UNICODE=64 FILE_SHARE_READ=128
   FILE_SHARE_WRITE=256 FILE_REWRITE=512 FILE_COMMON=4096 CHAR_VALUE=1 SHORT_VALUE=2 INT_VALUE=4 FSD_WRITE_FILE
   FSD_SELECT_FOLDER FSD_ALLOW_MULTISELECT FSD_FILE_MUST_EXIST FSD_COMMON_FOLDER
"""
