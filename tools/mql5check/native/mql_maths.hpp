// Mathematics. Whole results follow the arguments' common type, as MQL5's do.
#pragma once

#include "mql_base.hpp"

namespace mql {

namespace inner {
template <class A, class B> struct Common { using type = decltype(true ? A() : B()); };
template <class A> struct Common<A, A> { using type = A; };
}  // namespace inner

template <class A, class B> typename inner::Common<A, B>::type MathMax(A a, B b) {
  using T = typename inner::Common<A, B>::type;
  return static_cast<T>(a) > static_cast<T>(b) ? static_cast<T>(a) : static_cast<T>(b);
}
template <class A, class B> typename inner::Common<A, B>::type MathMin(A a, B b) {
  using T = typename inner::Common<A, B>::type;
  return static_cast<T>(a) < static_cast<T>(b) ? static_cast<T>(a) : static_cast<T>(b);
}
template <class A> A MathAbs(A a) { return a < A(0) ? static_cast<A>(-a) : a; }
template <class A, class B> typename inner::Common<A, B>::type fmax(A a, B b) { return MathMax(a, b); }
template <class A, class B> typename inner::Common<A, B>::type fmin(A a, B b) { return MathMin(a, b); }
template <class A> A fabs(A a) { return MathAbs(a); }
template <class A> void MathSwap(A &a, A &b) { A kept = a; a = b; b = kept; }

#define MQL_MATHS_1(Long, Short, of)                        \
  inline double Long(double a) { return __builtin_##of(a); } \
  inline double Short(double a) { return __builtin_##of(a); }
#define MQL_MATHS_2(Long, Short, of)                                       \
  inline double Long(double a, double b) { return __builtin_##of(a, b); } \
  inline double Short(double a, double b) { return __builtin_##of(a, b); }
MQL_MATHS_1(MathSqrt, sqrt, sqrt)
MQL_MATHS_1(MathExp, exp, exp)
MQL_MATHS_1(MathLog, log, log)
MQL_MATHS_1(MathLog10, log10, log10)
MQL_MATHS_1(MathSin, sin, sin)
MQL_MATHS_1(MathCos, cos, cos)
MQL_MATHS_1(MathTan, tan, tan)
MQL_MATHS_1(MathArcsin, asin, asin)
MQL_MATHS_1(MathArccos, acos, acos)
MQL_MATHS_1(MathArctan, atan, atan)
MQL_MATHS_1(MathSinh, sinh, sinh)
MQL_MATHS_1(MathCosh, cosh, cosh)
MQL_MATHS_1(MathTanh, tanh, tanh)
MQL_MATHS_1(MathFloor, floor, floor)
MQL_MATHS_1(MathCeil, ceil, ceil)
MQL_MATHS_1(MathRound, round, round)
MQL_MATHS_1(MathExpm1, expm1, expm1)
MQL_MATHS_1(MathLog1p, log1p, log1p)
MQL_MATHS_1(MathArcsinh, asinh, asinh)
MQL_MATHS_1(MathArccosh, acosh, acosh)
MQL_MATHS_1(MathArctanh, atanh, atanh)
MQL_MATHS_2(MathPow, pow, pow)
MQL_MATHS_2(MathMod, fmod, fmod)
MQL_MATHS_2(MathArctan2, atan2, atan2)
inline bool MathIsValidNumber(double value) { return __builtin_isfinite(value); }
int MathRand();
void MathSrand(int seed);
inline int rand() { return MathRand(); }
inline void srand(int seed) { MathSrand(seed); }

namespace inner {
// What the compiler's guard of `%` does not see: MQL5 ends a program that divides reals by zero too.
template <class A, class B> constexpr auto divided(A a, B b, MQL_AT) -> decltype(a / b) {
  if (b == B(0)) critical("zero", at, "division by zero");
  return a / b;
}
template <class A, class B> A &divide_into(A &a, B b, MQL_AT) {
  if (b == B(0)) critical("zero", at, "division by zero");
  return a = static_cast<A>(a / b);
}
}  // namespace inner

}  // namespace mql
