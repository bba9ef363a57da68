struct S { int a; string b[]; S() { a = 1; } ~S() { } void Clear() { ArrayFree(b); a = 0; } };
struct P { double x, y; };
enum Color2 { RED2 = 1, GREEN2 = RED2 << 1, BLUE2 = (RED2 | GREEN2) };
class Node
{
public:
  Node *next; int value;
  Node(int v, Node *n = NULL) : next(n), value(v) {}
  virtual void Visit(Node &other) {}
};
class Leaf : public Node
{
public:
  Leaf() : Node(5) {}
  void Visit(Node &other) override { other.value++; Node::Visit(other); }
};
class Stack
{
private:
  Node *head;
  int count;
public:
  Stack() { head = NULL; count = 0; }
  ~Stack() { Clear(); }
  void Push(int v) { head = new Node(v, head); count++; }
  bool Pop(int &v)
  {
    if (head == NULL) return false;
    Node *old = head;
    v = old.value;
    head = old.next;
    delete old;
    count--;
    return true;
  }
  void Clear() { int v = 0; while (Pop(v)) { } }
  int Count() const { return count; }
};
P Mid(const P &a, const P &b) { P m; m.x = (a.x + b.x) / 2; m.y = (a.y + b.y) / 2; return m; }
void Fill(P &list[], const int n)
{
  ArrayResize(list, n);
  for (int i = 0; i < n; i++) { list[i].x = i; list[i].y = i * i; }
}
int Find(const string &list[], const string what)
{
  for (int i = ArraySize(list) - 1; i >= 0; i--) { if (list[i] == what) return i; }
  return -1;
}
bool Odd(int n) { return n % 2 != 0; }
double Power(double b, uint e) { double r = 1; while (e > 0) { if ((e & 1) == 1) r *= b; b *= b; e >>= 1; } return r; }
string Bin(uint n) { string s = ""; do { s = ((n & 1) != 0 ? "1" : "0") + s; n /= 2; } while (n != 0); return s; }
int Fact(int n) { return n <= 1 ? 1 : n * Fact(n - 1); }
uchar Check(const uchar &d[]) { uchar c = 0; for (int i = 0; i < ArraySize(d); i++) c ^= d[i]; return c; }
ENUM_TIMEFRAMES Next(ENUM_TIMEFRAMES t)
{
  switch (t)
  {
    case PERIOD_M1: return PERIOD_M5;
    case PERIOD_M5: return PERIOD_M15;
    default: break;
  }
  return PERIOD_H1;
}
datetime Midnight(datetime t) { return t - t % 86400; }
color Mix(color a, color b) { return (color)(((int)a + (int)b) / 2); }
long Total(const long &v[]) { long s = 0; for (int i = 0; i < ArraySize(v); ++i) s += v[i]; return s; }
void Both(double a, double b, double &lo, double &hi) { lo = a < b ? a : b; hi = a < b ? b : a; }
float Half(float f) { return f / 2; }
void OnStart()
{
  S s; s.Clear(); ArrayResize(s.b, 2); s.b[0] = "q"; s.b[1] = "w";
  Print(Find(s.b, "q"));
  P p[]; Fill(p, 3); P m = Mid(p[0], p[2]); P z = {1.0, 2.0}; P w[2] = {{1, 2}, {3, 4}}; z = w[1];
  Stack st; st.Push(1); st.Push(2); int v; if (st.Pop(v)) Print(v); Print(st.Count());
  Leaf leaf; Node root(1); leaf.Visit(root); Node *n = GetPointer(leaf); n.Visit(root);
  Print(m.x, z.y, root.value, Odd(3), Power(2, 10), Bin(5), Fact(5), EnumToString(Next(PERIOD_M1)), GREEN2, BLUE2);
  long lv[] = {1, 2, 3}; uchar uv[] = {1, 2, 0xFF}; double lo, hi; Both(1, 2, lo, hi);
  Print(Total(lv), Check(uv), lo, hi, Half(3), Midnight(TimeCurrent()), Mix(clrRed, clrBlue), TimeToString(D'2026.01.01 12'));

  int i = 0; i += i++ + 2; i = -i; i = +i; i = ~i; bool b = !i; b = i > 0; b = b || i == 3; double d = i; d = 5; d = i / 2.0; d++;
  ulong u = 1; u = u << 40; int sh = 1 << 5; Print(u, sh, b, d);
  for (double x = 0; x < 1; x += 0.25) Print(x);
  string parts[] = {"a", "b"}; string j = ""; for (int k = 0; k < 2; k++) j += (k > 0 ? "," : "") + parts[k];
  if (j == "a,b") { Print("ok"); } else if (j > "b") Print("gt"); else Print("lt");
  MqlRates r[]; int c = CopyRates(_Symbol, PERIOD_D1, 0, 5, r); if (c > 0) { MqlRates last = r[c - 1]; Print(last.close - last.open, last.tick_volume); }
  while (true) { if (IsStopped()) break; if (i++ > 5) return; }
}
