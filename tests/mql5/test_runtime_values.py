"""What compiled programs compute by themselves is what MQL5's reference says: texts, numbers, arrays, times, hashes."""

import base64
import hashlib

import pytest

from tests.mql5.small_workshop import Workshop

VALUES = {
    # Print's own forms
    'true, "|", false': "true|false",
    '1.0, " ", 0.1, " ", 2.5, " ", -3.0': "1.0 0.1 2.5 -3.0",
    "0.1 + 0.2": "0.3",
    '1e20, " ", 1e-7': "1e+20 1e-07",
    "D'2024.02.29 23:59:58'": "2024.02.29 23:59:58",
    "C'255,128,0'": "255,128,0",
    "PERIOD_H1": "16385",
    # texts
    '"a" + "b" + IntegerToString(7)': "ab7",
    'StringLen("naïve→")': "6",
    'StringSubstr("abcdef", 2)': "cdef",
    'StringSubstr("abcdef", 2, 3)': "cde",
    'StringSubstr("abc", 3)': "",
    'StringFind("abcabc", "c", 3)': "5",
    'StringFind("abc", "x")': "-1",
    'string s = "aXbXc"; int n = StringReplace(s, "X", "--"); n, s': "2a--b--c",
    "string p[]; int n = StringSplit(\"a;;b\", ';', p); n, p[0], p[1], p[2]": "3ab",
    'string s = " \\t x \\n"; int l = StringTrimLeft(s); int r = StringTrimRight(s); l, r, "[", s, "]"': "32[x]",
    'string s = "aB"; StringToUpper(s); s': "AB",
    'string s = "ÄB"; StringToLower(s); s': "äb",
    'StringGetCharacter("→", 0)': "8594",
    "string s = \"abc\"; bool ok = StringSetCharacter(s, 1, 'X'); s": "aXc",
    'string s = "abc"; bool ok = StringSetCharacter(s, 1, 0); s': "a",
    'StringCompare("a", "B"), StringCompare("A", "a", false)': "10",
    "ShortToString(0x20AC), CharToString(65)": "€A",
    'string a = "x"; string b = a; b += "y"; a, b': "xxy",
    'string s; string t = ""; s == NULL, " ", t == NULL, " ", s == t, " ", StringLen(s)': "true false false 0",
    '"tab\\there \\"q\\" \\\\ \\x41"': 'tab\there "q" \\ A',
    # numbers as text
    "DoubleToString(1.5)": "1.50000000",
    "DoubleToString(1234.5678, 2)": "1234.57",
    "DoubleToString(2.0, 0)": "2",
    "DoubleToString(1.5, -2)": "1.50e+00",
    "IntegerToString(-5)": "-5",
    "IntegerToString(7, 3, '0')": "007",
    "NormalizeDouble(1.23456, 2)": "1.23",
    'StringToDouble("1.5abc")': "1.5",
    'StringToDouble(" -2e2")': "-200.0",
    'StringToInteger("42abc")': "42",
    "(int)3.9, (int)-3.9": "3-3",
    '(string)5, (int)"12", (double)"2.5", (bool)"true"': "5122.5true",
    # formats
    'StringFormat("%02x|%5d|%-5d|%+d", 255, 42, 42, 7)': "ff|   42|42   |+7",
    'StringFormat("%I64d %I64u", (long)9223372036854775807, (ulong)18446744073709551615)': (
        "9223372036854775807 18446744073709551615"
    ),
    'StringFormat("%.2f|%8.3f|%g|%e", 1.005, 3.14159, 0.5, 12345.678)': "1.00|   3.142|0.5|1.234568e+04",
    'StringFormat("%s|%5s|%-5s|%.2s|%c|%%", "→", "ab", "ab", "abc", 65)': "→|   ab|ab   |ab|A|%",
    'StringFormat("%X %o", 48879, 8)': "BEEF 10",
    # whole numbers
    "2147483647 + 1": "-2147483648",
    "(uchar)300, (short)40000": "44-25536",
    "(long)2147483647 + 1": "2147483648",
    "7 / 2, -7 / 2, -7 % 3": "3-3-1",
    "1 << 4, 255 >> 4, 6 & 3, 6 | 3, 6 ^ 3, ~0": "1615275-1",
    "0xFF": "255",
    "'A' + 1": "66",
    # mathematics
    "MathMax(1, 2), MathMin(1.5, 2), MathAbs(-4), MathAbs(-4.5)": "21.544.5",
    "MathSqrt(16.0), MathPow(2, 10), MathFloor(-1.5), MathCeil(1.2), MathRound(2.5)": "4.01024.0-2.02.03.0",
    "MathMod(7.5, 2), MathIsValidNumber(MathSqrt(-1.0))": "1.5false",
    # arrays
    "int a[] = {3, 1, 2}; ArraySort(a); a[0], a[1], a[2]": "123",
    "int a[]; int n = ArrayResize(a, 3); int m = ArrayInitialize(a, 7); n, a[2]": "37",
    "double a[]; ArrayResize(a, 3); ArraySetAsSeries(a, true); a[0] = 9; ArraySetAsSeries(a, false); a[2]": "9.0",
    "int a[4] = {1, 2}; int b[]; int n = ArrayCopy(b, a, 1, 1, 2); n, ArraySize(b), b[1], b[2]": "2320",
    "int a[] = {5, 9, 2}; ArrayMaximum(a), ArrayMinimum(a)": "12",
    "int a[] = {1, 3, 5}; ArrayBsearch(a, 3)": "1",
    "int a[]; ArrayResize(a, 4); ArrayFill(a, 0, 4, 1); bool ok = ArrayRemove(a, 1, 2); ArraySize(a)": "2",
    "string a[]; ArrayResize(a, 2); a[0] == NULL": "true",
    "int a[2]; ArrayIsDynamic(a)": "false",
    # times
    "(long)D'1970.01.02'": "86400",
    "TimeToString(D'2024.02.29 03:04:05')": "2024.02.29 03:04",
    "TimeToString(D'2024.02.29 03:04:05', TIME_DATE), TimeToString(D'2024.02.29 03:04:05', TIME_SECONDS)": (
        "2024.02.2903:04:05"
    ),
    "StringToTime(\"2024.02.29 03:04:05\") == D'2024.02.29 03:04:05'": "true",
    "StringToTime(\"03:30\") == D'2026.01.01 03:30'": "true",
    "MqlDateTime t; bool b = TimeToStruct(D'2024.12.31 10:20', t); t.year, t.mon, t.day, t.hour, t.min": "202412311020",
    "MqlDateTime t; bool ok = TimeToStruct(D'2024.12.31 10:20:30', t); t.sec, t.day_of_week, t.day_of_year": "302365",
    "MqlDateTime t = {}; t.year = 2023; t.mon = 3; t.day = 1; StructToTime(t)": "2023.03.01 00:00:00",
    "datetime t = D'2024.01.01'; t += 60; t + 60, \" \", t > D'2024.01.01'": "2024.01.01 00:02:00 true",
    'PeriodSeconds(PERIOD_M5), " ", PeriodSeconds(PERIOD_D1), " ", PeriodSeconds(PERIOD_CURRENT)': "300 86400 3600",
    # enumerations
    "EnumToString(PERIOD_H4), EnumToString((ENUM_TIMEFRAMES)77)": "PERIOD_H4ENUM_TIMEFRAMES::77",
    # bytes
    'uchar b[]; int n = StringToCharArray("é", b, 0, -1, CP_UTF8); n, ArraySize(b), b[0], b[1], b[2]': "331951690",
    "uchar b[] = {65, 66, 0, 67}; CharArrayToString(b), CharArrayToString(b, 1, 1)": "ABB",
    "uchar b[] = {195, 169}; CharArrayToString(b, 0, WHOLE_ARRAY, CP_UTF8)": "é",
    "sizeof(int), sizeof(MqlDateTime), sizeof(MqlTick)": "43260",
}


@pytest.fixture(scope="module")
def shown(compiler, native_cache):
    """Every expression's value, from one compiled program."""
    lines = list(VALUES)
    return dict(zip(lines, Workshop(native_cache).values(lines), strict=True))


@pytest.mark.parametrize("line", VALUES)
def test_a_value_is_what_the_reference_says(shown, line):
    assert shown[line] == VALUES[line]


HASHES = """
string Hex(const uchar &bytes[])
  {
   string text = "";
   for(int i = 0; i < ArraySize(bytes); i++) text += StringFormat("%02x", bytes[i]);
   return(text);
  }
input string Text = "";
void OnStart()
  {
   uchar data[], key[], digest[], coded[], back[];
   int size = StringToCharArray(Text, data, 0, WHOLE_ARRAY, CP_UTF8);
   ArrayResize(data, size - 1);
   int hashed = CryptEncode(CRYPT_HASH_SHA256, data, key, digest);
   Print(hashed, " ", Hex(digest));
   int written = CryptEncode(CRYPT_BASE64, data, key, coded);
   Print(written, " ", CharArrayToString(coded));
   int read = CryptDecode(CRYPT_BASE64, coded, key, back);
   Print(read, " ", CharArrayToString(back, 0, WHOLE_ARRAY, CP_UTF8));
  }
"""


@pytest.mark.parametrize("text", ["a", "ab", "abc", "x" * 55, "x" * 56, "x" * 64, "größer→" * 30])
def test_hashes_and_base64_are_those_of_the_standard(compiler, native_cache, text):
    told = Workshop(native_cache).run(HASHES, "start", inputs={"Text": text})
    data = text.encode()
    coded = base64.b64encode(data).decode()
    assert told.prints == [f"32 {hashlib.sha256(data).hexdigest()}", f"{len(coded)} {coded}", f"{len(data)} {text}"]


def test_a_hash_of_nothing_is_an_error_as_in_the_terminal(compiler, native_cache):
    source = """
    void OnStart()
      {
       uchar data[], key[], digest[];
       int size = CryptEncode(CRYPT_HASH_SHA256, data, key, digest);
       Print(size, " ", GetLastError());
      }
    """
    assert Workshop(native_cache).run(source, "start").prints == ["0 4003"]
