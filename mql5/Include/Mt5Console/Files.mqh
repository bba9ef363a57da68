// The files of protocol 1: UTF-8 without a mark, written beside and moved into place, below MQL5\Files.
// The console holds a file open for moments only: what fails is tried again, for some milliseconds and no longer.
// Needs Words.mqh.

#include <Mt5Console\Words.mqh>

#define MT5CONSOLE_TRIES         5
#define MT5CONSOLE_PAUSE_MS      2
#define MT5CONSOLE_LOCK_TRIES    50
#define MT5CONSOLE_LOCK_PAUSE_MS 20
#define MT5CONSOLE_LARGEST       262144

// The whole text of a file. False: it is not there, somebody holds it for longer, or it is none of ours.
bool Mt5ConsoleReadFile(const string name, string &text)
  {
   text = "";
   for(int i = 0; i < MT5CONSOLE_TRIES; i++)
     {
      if(!FileIsExist(name))
        {
         return(false);
        }
      int file = FileOpen(name, FILE_READ | FILE_BIN | FILE_SHARE_READ | FILE_SHARE_WRITE);
      if(file != INVALID_HANDLE)
        {
         return(Mt5ConsoleReadAll(file, text));
        }
      Sleep(MT5CONSOLE_PAUSE_MS);
     }
   return(false);
  }

// Reads an open file and closes it.
bool Mt5ConsoleReadAll(const int file, string &text)
  {
   uchar bytes[];
   ulong size = FileSize(file);
   if(size == 0 || size > MT5CONSOLE_LARGEST)
     {
      FileClose(file);
      return(false);
     }
   uint count = FileReadArray(file, bytes);
   FileClose(file);
   if(count == 0)
     {
      return(false);
     }
   text = CharArrayToString(bytes, 0, (int)count, CP_UTF8);
   return(true);
  }

bool Mt5ConsoleWriteBytes(const int file, const string text)
  {
   uchar bytes[];
   Mt5ConsoleBytes(text, bytes);
   uint written = FileWriteArray(file, bytes);
   return((int)written == ArraySize(bytes));
  }

// In place: a reader may see half of it. Opening for writing creates the folders.
bool Mt5ConsoleWriteFile(const string name, const string text)
  {
   int file = FileOpen(name, FILE_WRITE | FILE_BIN | FILE_SHARE_READ);
   if(file == INVALID_HANDLE)
     {
      return(false);
     }
   bool whole = Mt5ConsoleWriteBytes(file, text);
   FileClose(file);
   return(whole);
  }

// Beside and moved into place. While a reader holds the file the move fails: tried again, then written in place, which
// a reader that shares the file allows; half-read it is no news to the console, and the next beat mends it.
bool Mt5ConsoleReplaceFile(const string name, const string text)
  {
   string beside = name + ".new";
   if(!Mt5ConsoleWriteFile(beside, text))
     {
      return(false);
     }
   for(int i = 0; i < MT5CONSOLE_TRIES; i++)
     {
      if(FileMove(beside, 0, name, FILE_REWRITE))
        {
         return(true);
        }
      Sleep(MT5CONSOLE_PAUSE_MS);
     }
   if(!Mt5ConsoleWriteFile(name, text))
     {
      return(false);
     }
   FileDelete(beside);
   return(true);
  }

// One line at the end. Above half a megabyte the file is put aside and begun anew: a robot that complains at every
// tick must not fill the disk.
bool Mt5ConsoleAppendFile(const string name, const string line)
  {
   int flags = FILE_READ | FILE_WRITE | FILE_BIN | FILE_SHARE_READ | FILE_SHARE_WRITE;
   int file = FileOpen(name, flags);
   if(file == INVALID_HANDLE)
     {
      return(false);
     }
   if(FileSize(file) > 2 * MT5CONSOLE_LARGEST)
     {
      FileClose(file);
      if(!FileMove(name, 0, name + ".old", FILE_REWRITE))
        {
         return(false);
        }
      file = FileOpen(name, flags);
      if(file == INVALID_HANDLE)
        {
         return(false);
        }
     }
   bool whole = false;
   if(FileSeek(file, 0, SEEK_END))
     {
      whole = Mt5ConsoleWriteBytes(file, line);
     }
   FileClose(file);
   return(whole);
  }

// True when the file is gone; also when it never was.
bool Mt5ConsoleRemoveFile(const string name)
  {
   for(int i = 0; i < MT5CONSOLE_TRIES; i++)
     {
      if(!FileIsExist(name) || FileDelete(name))
        {
         return(true);
        }
      Sleep(MT5CONSOLE_PAUSE_MS);
     }
   return(false);
  }

// A file that is held open exclusively while its holder lives: without a share flag nobody else can open it, and the
// system frees it when the process dies. Tried for a second: who is refused is off its chart for good, and the agent, a
// virus scanner or the copy that just ends may hold the file for a moment.
int Mt5ConsoleTakeLock(const string name)
  {
   for(int i = 0; i < MT5CONSOLE_LOCK_TRIES; i++)
     {
      int file = FileOpen(name, FILE_READ | FILE_WRITE | FILE_BIN);
      if(file != INVALID_HANDLE)
        {
         return(file);
        }
      Sleep(MT5CONSOLE_LOCK_PAUSE_MS);
     }
   return(INVALID_HANDLE);
  }

// Whether somebody holds this lock now.
bool Mt5ConsoleIsLocked(const string name)
  {
   if(!FileIsExist(name))
     {
      return(false);
     }
   int file = FileOpen(name, FILE_READ | FILE_WRITE | FILE_BIN);
   if(file == INVALID_HANDLE)
     {
      return(true);
     }
   FileClose(file);
   return(false);
  }
