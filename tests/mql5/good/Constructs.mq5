// Constructs of the subset side by side; test_translate_constructs.py holds what they show
#define SIZE 4
#define HALF (SIZE / 2)
const int Width = 3;
enum ENUM_KIND { KIND_NONE = -1, KIND_A, KIND_B };
struct Inner { double values[SIZE]; string names[]; };
struct Outer { Inner inner[2]; datetime when; ENUM_KIND kind; void Reset() { kind = KIND_NONE; this.when = 0; } };
struct Derived : public Outer { color shade; Derived() { shade = clrRed; } };
class Node
  {
public:
   Node *next;
   int   value;
         Node(const int v) : next(NULL), value(v) { }
        ~Node() { if(CheckPointer(next) == POINTER_DYNAMIC) delete next; }
   Node *Self() { return(GetPointer(this)); }
   int   Sum() const { return(value + (next == NULL ? 0 : next.Sum())); }
   static int made;
  };
int Node::made = 0;
class Holder
  {
private:
   Node  *nodes[];
   Outer  outer;
   Node   own;
public:
   Holder() : own(5) { ArrayResize(nodes, 0); }
   void Add(Node *node) { int n = ArraySize(nodes); ArrayResize(nodes, n + 1, 16); nodes[n] = node; Node::made++; }
   Node *At(const int i) { return(nodes[i]); }
   int Own() { return(own.value); }
   ~Holder() { for(int i = 0; i < ArraySize(nodes); i++) delete nodes[i]; ArrayFree(nodes); }
  };
void Change(Node &node) { node.value = 42; }
double Mean(const double &list[]) { double sum = 0; int n = ArraySize(list); for(int i = 0; i < n; i++) sum += list[i]; return(n > 0 ? sum / n : 0.0); }
void Out(string &text, double &value, datetime &when) { text += "!"; value *= 2; when = D'2024.01.01'; }
bool Both(const bool a, const bool b) { return((a && b) || (!a && !b)); }
string Describe(const ENUM_KIND kind)
  {
   switch(kind)
     {
      case KIND_A: return("a");
      case KIND_B: { string t = "b"; return(t); }
      default: break;
     }
   return("none");
  }
template<typename T> T Clamp(const T v, const T lo, const T hi) { return(v < lo ? lo : v > hi ? hi : v); }
int counter = 0;
int Next() { static int n = 10; n++; counter = n; return(n); }
void OnStart()
  {
   int sized[HALF], other[Width];
   sized[1] = Next(); other[2] = Next();
   Print(ArraySize(sized), ArraySize(other), " ", sized[1], " ", other[2]);
   Outer o = {};
   o.Reset();
   o.inner[1].values[2] = 7.5;
   ArrayResize(o.inner[0].names, 2);
   o.inner[0].names[1] = "x";
   Outer copy = o;
   copy.inner[1].values[2] += 1;
   Print(o.inner[1].values[2], " ", copy.inner[1].values[2], " ", copy.inner[0].names[1], " ", EnumToString(o.kind), " ", o.when == 0);
   Derived d;
   d.Reset();
   Print(d.shade, " ", (int)d.kind);
   Holder holder;
   Node *first = new Node(1);
   first.next = new Node(2);
   holder.Add(first);
   first.value = 42;
   Print(holder.At(0).Sum(), " ", holder.Own(), " ", Node::made, " ", first.Self() == first, " ", first != NULL);
   Node local(3);
   Change(local);
   Print(local.value);
   double list[] = {1, 2, 6};
   Print(Mean(list), " ", Mean(o.inner[1].values));
   string text = "t"; double value = 1.5; datetime when = 0;
   Out(text, value, when);
   Print(text, value, " ", when);
   Print(Both(true, false), Describe(KIND_B), Describe(KIND_NONE), Clamp(5, 1, 3), Clamp(0.5, 1.0, 3.0));
   long big = 5; big <<= 33; big |= 1; uint u = 0xFFFFFFFF; u >>= 4; ushort letter = 'a';
   letter = (ushort)(letter + 1);
   Print(big, " ", u, " ", ShortToString(letter), " ", letter == 'b');
   datetime t = when + 3600; long seconds = t - when; int hours = (int)(t - when) / 3600;
   datetime chosen = hours > 0 ? t : 0;
   Print(seconds, hours, " ", chosen, " ", t >= when && t != 0, " ", (string)t);
   int nul = 0; double dn = 0; string sn = NULL;
   Print(nul == 0, dn, sn == NULL, " ", MathMax(nul, 3), " ", -nul - -3);
   string s = text == "t!" ? "yes" : "no";
   s += " " + (string)5 + " " + DoubleToString(1.0 / 3, 3);
   Print(s, " ", __FUNCTION__, " ", __LINE__ > 0);
   if(first.next) Print("has next");
   if(!first.next.next) Print("no more");
   ENUM_TIMEFRAMES frame = (ENUM_TIMEFRAMES)16385;
   ENUM_KIND kinds[] = {KIND_A, KIND_B};
   for(int i = 0; i < ArraySize(kinds); i++) { if(kinds[i] == KIND_B) break; else continue; }
   int a = 1, b = 2, c;
   c = a = b;
   a += b *= 2; c -= -a; c %= 4; c ^= 1; b = ~b;
   Print(a, " ", b, " ", c, " ", a > b ? a : b, " ", (a & 2) != 0, " ", frame == PERIOD_H1);
   MqlTick ticks[]; MqlDateTime parts; TimeToStruct(when, parts);
   ZeroMemory(parts); ZeroMemory(list); ZeroMemory(o);
   Print(parts.year, list[0], o.inner[1].values[2], ArraySize(ticks));
   uchar bytes[4]; ArrayInitialize(bytes, 200); bytes[0] += 100; char signed_one = (char)200;
   Print(bytes[0], " ", signed_one, " ", (float)0.1, " ", 1e-5, " ", 100000000.0, " ", 123456789.125);
   Alert("x", 1); Comment("y"); PrintFormat("%s %d", "z", 3); printf("%5.1f", 2.25);
   return;
  }
