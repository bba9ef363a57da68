"""Mathematics and the limits of numbers.

Facts of the MQL5 reference in the notation of `notation`; it must not know what the checker does with them.
"""

from __future__ import annotations

from typing import Final

FUNCTIONS: Final = """
# mathematics
number MathAbs(number value) must_use
double MathArccos(double val) must_use
double MathArcsin(double val) must_use
double MathArctan(double value) must_use
double MathArctan2(double y, double x) must_use
ENUM_FP_CLASS MathClassify(double value) must_use
double MathCeil(double val) must_use
double MathCos(double value) must_use
double MathExp(double value) must_use
double MathFloor(double val) must_use
double MathLog(double val) must_use
double MathLog10(double val) must_use
number MathMax(number value1, number value2) must_use
number MathMin(number value1, number value2) must_use
double MathMod(double value, double value2) must_use
double MathPow(double base, double exponent) must_use
int MathRand()
double MathRound(double value) must_use
double MathSin(double value) must_use
double MathSqrt(double value) must_use
void MathSrand(int seed)
double MathTan(double rad) must_use
bool MathIsValidNumber(double number) must_use
double MathExpm1(double value) must_use
double MathLog1p(double value) must_use
double MathArccosh(double value) must_use
double MathArcsinh(double value) must_use
double MathArctanh(double value) must_use
double MathCosh(double value) must_use
double MathSinh(double value) must_use
double MathTanh(double value) must_use
ushort MathSwap(ushort value) must_use
uint MathSwap(uint value) must_use
ulong MathSwap(ulong value) must_use
number fabs(number value) must_use
double acos(double val) must_use
double asin(double val) must_use
double atan(double value) must_use
double atan2(double y, double x) must_use
double ceil(double val) must_use
double cos(double value) must_use
double exp(double value) must_use
double floor(double val) must_use
number fmax(number value1, number value2) must_use
number fmin(number value1, number value2) must_use
double fmod(double value, double value2) must_use
double log(double val) must_use
double log10(double val) must_use
double pow(double base, double exponent) must_use
int rand()
double round(double value) must_use
double sin(double value) must_use
double sqrt(double value) must_use
void srand(int seed)
double tan(double rad) must_use
double expm1(double value) must_use
double log1p(double value) must_use
double acosh(double value) must_use
double asinh(double value) must_use
double atanh(double value) must_use
double cosh(double value) must_use
double sinh(double value) must_use
double tanh(double value) must_use
"""

ENUMS: Final = """
ENUM_FP_CLASS: FP_SUBNORMAL FP_NORMAL FP_ZERO FP_INFINITE FP_NAN
"""

CONSTANTS: Final = """
double: M_E=2.71828182845904523536 M_LOG2E=1.44269504088896340736 M_LOG10E=0.434294481903251827651
   M_LN2=0.693147180559945309417 M_LN10=2.30258509299404568402 M_PI=3.14159265358979323846
   M_PI_2=1.57079632679489661923 M_PI_4=0.785398163397448309616 M_1_PI=0.318309886183790671538
   M_2_PI=0.636619772367581343076 M_2_SQRTPI=1.12837916709551257390 M_SQRT2=1.41421356237309504880
   M_SQRT1_2=0.707106781186547524401 DBL_MIN=2.2250738585072014e-308 DBL_MAX=1.7976931348623158e+308
   DBL_EPSILON=2.2204460492503131e-16
int: CHAR_MIN=-128 CHAR_MAX=127 UCHAR_MAX=255 SHORT_MIN=-32768 SHORT_MAX=32767 USHORT_MAX=65535 INT_MIN=-2147483648
   INT_MAX=2147483647 DBL_DIG=15 DBL_MANT_DIG=53 DBL_MAX_10_EXP=308 DBL_MAX_EXP=1024 DBL_MIN_10_EXP=-307
   DBL_MIN_EXP=-1021 FLT_DIG=6 FLT_MANT_DIG=24 FLT_MAX_10_EXP=38 FLT_MAX_EXP=128 FLT_MIN_10_EXP=-37
   FLT_MIN_EXP=-125
uint: UINT_MAX=4294967295
long: LONG_MIN=-9223372036854775808 LONG_MAX=9223372036854775807
ulong: ULONG_MAX=18446744073709551615
float: FLT_MIN=1.175494351e-38 FLT_MAX=3.402823466e+38 FLT_EPSILON=1.192092896e-07
"""
