// Every kind of loop and branch
int table[] = {1, 2, 3, 5, 8, 13};
int Sum(const int &values[], int from = 0, int count = WHOLE_ARRAY)
{
   int sum = 0;
   int end = count < 0 ? ArraySize(values) : MathMin(ArraySize(values), from + count);
   for (int i = from; i < end; i++) sum += values[i];
   return sum;
}
int Gcd(int a, int b) { return b == 0 ? a : Gcd(b, a % b); }
bool IsPrime(const uint number)
{
   if (number < 2) return false;
   for (uint i = 2; i * i <= number; i++)
      if (number % i == 0) return false;
   return true;
}
string Name(const int value)
{
   if (value == 1) return "one";
   else if (value == 2) return "two";
   else
   {
      return "many";
   }
}
void Swap(int &a, int &b) { int c = a; a = b; b = c; }
void OnStart()
{
   int i, j;
   for (i = 0, j = 10; i < j; i++, j--) { if (i == 3) continue; if (j == 6) break; }
   Swap(i, j);
   int n = 5;
   while (n-- > 0) { Print(n); }
   do n += 2; while (n < 9);
   double x = 1.0;
   x /= 3; x *= -1; x -= .5; x = -x + 1e-3;
   long big = 5000000000;
   ulong mask = 0xFFFFFFFFFFFFFFFF;
   char c = -1; uchar u = 255; short s = -30000; ushort us = 'A'; float f = 0.5; uint ui = 0x80000000;
   int small = (int)big; int part = (int)MathRound(x);
   bool all = !(i > j) || (i != j && IsPrime(7));
   switch (Gcd(12, 18))
   {
      case 6: { int inside = 2; Print("six ", inside); break; }
      case 'A': Print("letter"); break;
      default: Print("else");
   }
   switch (us)
   {
      case 'A':
      case 'B': us = 'C'; break;
      case 'C': us++; break;
   }
   for (;;) { if (all || i > 0) break; }
   Print(Sum(table), Sum(table, 1), Sum(table, 1, 2), Name(3), c, u, s, us, f, ui, small, part, mask, big % 7, sizeof(int), sizeof(table));
   ;
}
