"""Mathematics and the limits of numbers.

Facts of the MQL5 reference in the notation of `notation`; it must not know what the checker does with them.
"""

from __future__ import annotations

from typing import Final

FUNCTIONS: Final = """
# mathematics
number MathAbs(number value)
double MathArccos(double val)
double MathArcsin(double val)
double MathArctan(double value)
double MathArctan2(double y, double x)
ENUM_FP_CLASS MathClassify(double value)
double MathCeil(double val)
double MathCos(double value)
double MathExp(double value)
double MathFloor(double val)
double MathLog(double val)
double MathLog10(double val)
number MathMax(number value1, number value2)
number MathMin(number value1, number value2)
double MathMod(double value, double value2)
double MathPow(double base, double exponent)
int MathRand()
double MathRound(double value)
double MathSin(double value)
double MathSqrt(double value)
void MathSrand(int seed)
double MathTan(double rad)
bool MathIsValidNumber(double number) must_use
double MathExpm1(double value)
double MathLog1p(double value)
double MathArccosh(double value)
double MathArcsinh(double value)
double MathArctanh(double value)
double MathCosh(double value)
double MathSinh(double value)
double MathTanh(double value)
ushort MathSwap(ushort value)
uint MathSwap(uint value)
ulong MathSwap(ulong value)
number fabs(number value)
double acos(double val)
double asin(double val)
double atan(double value)
double atan2(double y, double x)
double ceil(double val)
double cos(double value)
double exp(double value)
double floor(double val)
number fmax(number value1, number value2)
number fmin(number value1, number value2)
double fmod(double value, double value2)
double log(double val)
double log10(double val)
double pow(double base, double exponent)
int rand()
double round(double value)
double sin(double value)
double sqrt(double value)
void srand(int seed)
double tan(double rad)
double expm1(double value)
double log1p(double value)
double acosh(double value)
double asinh(double value)
double atanh(double value)
double cosh(double value)
double sinh(double value)
double tanh(double value)
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
