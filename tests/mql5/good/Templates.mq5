#property script_show_confirm

template<typename T>
T Larger(const T a, const T b)
  {
   if(a > b)
      return(a);
   return(b);
  }

template<typename T>
void Push(T &list[], const T value)
  {
   int size = ArraySize(list);
   ArrayResize(list, size + 1);
   list[size] = value;
  }

template <typename T1, typename T2>
string Pair(T1 first, T2 second) { return((string)first + "/" + (string)second); }

template<typename T>
int IndexOf(const T &list[], const T value)
  {
   for(int i = 0; i < ArraySize(list); i++)
      if(list[i] == value)
         return(i);
   return(-1);
  }

void OnStart()
  {
   int numbers[];
   string words[];
   Push(numbers, 3);
   Push(numbers, 5);
   Push(words, "a");
   int found = IndexOf(numbers, 5);
   double top = Larger(1.5, 2.5);
   Print(found, " ", top, " ", Larger(numbers[0], numbers[1]), " ", Pair(1, "x"), " ", IndexOf(words, "b"));
  }
