// Plain structs to and from binary files, inheritance of structs, nested structs
struct Point3 { double x; double y; double z; };
struct Header
  {
   uint  version;
   int   count;
   char  mark[4];
  };
struct Line { Point3 from; Point3 to; long id; };
struct NamedLine : public Line { string name; };

Line Make(const double length, const long id)
  {
   Line line = {};
   line.to.x = length;
   line.id = id;
   return(line);
  }

bool Save(const string file_name, const Line &lines[])
  {
   int file = FileOpen(file_name, FILE_WRITE | FILE_BIN);
   if(file == INVALID_HANDLE)
      return(false);
   Header header = {1, 0};
   header.count = ArraySize(lines);
   bool good = FileWriteStruct(file, header) == sizeof(Header);
   for(int i = 0; i < ArraySize(lines) && good; i++)
      good = FileWriteStruct(file, lines[i]) > 0;
   FileClose(file);
   return(good);
  }

int Load(const string file_name, Line &lines[])
  {
   int file = FileOpen(file_name, FILE_READ | FILE_BIN | FILE_SHARE_READ);
   if(file == INVALID_HANDLE)
      return(-1);
   Header header;
   int count = 0;
   if(FileReadStruct(file, header) > 0)
     {
      count = header.count;
      ArrayResize(lines, count);
      for(int i = 0; i < count; i++)
        {
         if(FileReadStruct(file, lines[i]) == 0)
            break;
        }
     }
   FileClose(file);
   return(count);
  }

void OnStart()
  {
   Line lines[];
   ArrayResize(lines, 2);
   lines[0] = Make(1.5, 1);
   lines[1] = Make(2.5, 2);
   Point3 corners[2] = {{0.0, 0.0, 0.0}, {1.0, 1.0, 1.0}};
   lines[1].from = corners[1];
   NamedLine named;
   named.name = "first";
   named.id = 7;
   if(Save("lines.bin", lines))
      Print(named.name, " ", Load("lines.bin", lines), " ", lines[0].to.x);
  }
