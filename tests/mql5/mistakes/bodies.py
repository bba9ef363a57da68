"""Mistakes in bodies and declarations: results, labels, formats, first values, parameters."""

from tests.mql5.mistakes.mistake import inside, outside

_WRITTEN = (
    'int f = FileOpen("a.bin", FILE_WRITE | FILE_BIN);\nif(f != INVALID_HANDLE)\n  {\n   FileWriteStruct(f, r);\n'
    "   FileClose(f);\n  }"
)

BODIES = (
    outside(
        "result missing on a path",
        "int F(int x)\n  {\n   if(x > 0)\n      return(1);\n  }",
        "int F(int x)\n  {\n   if(x > 0)\n      return(1);\n   return(0);\n  }",
        "without giving back",
        5,
    ),
    outside(
        "result missing in a switch",
        "int F(int x)\n  {\n   switch(x)\n     {\n      case 1: return(1);\n     }\n  }",
        "int F(int x)\n  {\n   switch(x)\n     {\n      case 1: return(1);\n      default: return(0);\n     }\n  }",
        "without giving back",
        7,
    ),
    outside("return without a value", "int F() { return; }", "int F() { return(1); }", "gives no value"),
    outside("value from void", "void F() { return(1); }", "int F() { return(1); }", "void function returns"),
    outside(
        "value of void used",
        "void F() { Print(1); }\nvoid G() { int x = F(); Print(x); }",
        "int F() { return(1); }\nvoid G() { int x = F(); Print(x); }",
        "gives no value",
        2,
    ),
    outside("text returned as a number", 'int F() { return("a"); }', 'string F() { return("a"); }', "StringToInteger"),
    outside(
        "double returned as int",
        "int F(double x) { return(x * 2); }",
        "double F(double x) { return(x * 2); }",
        "loses its fraction",
    ),
    inside("statement after return", "return;\nPrint(1);", "Print(1);\nreturn;", "never reached", 2),
    inside("break outside a loop", "break;", "for(;;) break;", "no loop"),
    inside("continue outside a loop", "continue;", "for(int i = 0; i < 2; i++) continue;", "no loop"),
    inside("continue in a switch", "switch(1) { case 1: continue; }", "switch(1) { case 1: break; }", "no loop"),
    inside(
        "label twice",
        "switch(1)\n  {\n   case 1: break;\n   case 1: break;\n  }",
        "switch(1)\n  {\n   case 1: break;\n   case 2: break;\n  }",
        "line 5 already",
        4,
    ),
    inside(
        "equal labels",
        "switch(5)\n  {\n   case 2 + 3: break;\n   case 5: break;\n  }",
        "switch(5)\n  {\n   case 2 + 3: break;\n   case 6: break;\n  }",
        "already",
        4,
    ),
    inside(
        "default twice",
        "switch(1) { default: break;\n default: break; }",
        "switch(1) { default: break; }",
        "already",
        2,
    ),
    inside(
        "label that is no constant",
        "int a = 1;\nswitch(a) { case a: break; }",
        "int a = 1;\nswitch(a) { case 1: break; }",
        "constant",
        2,
    ),
    inside(
        "label of another enumeration",
        "switch(Period()) { case ORDER_TYPE_BUY: break; }",
        "switch(Period()) { case PERIOD_H1: break; }",
        "another enumeration",
    ),
    inside(
        "switch on text",
        'string s = "a";\nswitch(s) { default: Print(s); }',
        "int s = 1;\nswitch(s) { default: Print(s); }",
        "whole number",
        2,
    ),
    inside(
        "variable between labels",
        "switch(1)\n  {\n   case 1:\n      int x = 1;\n      Print(x);\n      break;\n   default: break;\n  }",
        "switch(1)\n  {\n   case 1: { int x = 1; Print(x); break; }\n   default: break;\n  }",
        "braces",
        4,
    ),
    inside(
        "unknown member",
        "MqlTick t;\nZeroMemory(t);\nPrint(t.price);",
        "MqlTick t;\nZeroMemory(t);\nPrint(t.bid);",
        "no member price",
        3,
    ),
    inside("member of a number", "int x = 1;\nPrint(x.y);", "int x = 1;\nPrint(x);", "no members", 2),
    inside(
        "result that must be used",
        'FileOpen("a.txt", FILE_READ);',
        'int f = FileOpen("a.txt", FILE_READ);\nif(f != INVALID_HANDLE)\n   FileClose(f);',
        "not used",
    ),
    inside(
        "struct with text written whole",
        f"MqlTradeRequest r = {{}};\n{_WRITTEN}",
        f"MqlTick r = {{}};\n{_WRITTEN}",
        "symbol (string)",
        5,
    ),
    inside(
        "EnumToString of a number",
        "Print(EnumToString(5));",
        "Print(EnumToString(PERIOD_H1));",
        "enumeration is wanted",
    ),
    inside("format without its value", 'PrintFormat("%d %d", 1);', 'PrintFormat("%d %d", 1, 2);', "asks for 2"),
    inside(
        "format of a long", 'long n = 5;\nPrintFormat("%d", n);', 'long n = 5;\nPrintFormat("%I64d", n);', "%I64d", 2
    ),
    inside("format of text", 'PrintFormat("%s", 5);', 'PrintFormat("%d", 5);', "%s wants text"),
    inside("format of a double", 'PrintFormat("%f", 5);', 'PrintFormat("%f", 5.0);', "wants a double"),
    inside("two values of ?", 'Print(true ? 1 : "a");', 'Print(true ? "b" : "a");', "do not go together"),
    inside(
        "cast of text",
        'int x = (int)"5";\nPrint(x);',
        'int x = (int)StringToInteger("5");\nPrint(x);',
        "read by StringToInteger",
    ),
    inside("sign before text", 'Print(-"a");', "Print(-1);", "takes a number"),
    inside(
        "counting an enumeration",
        "ENUM_ORDER_TYPE t = ORDER_TYPE_BUY;\nt++;\nPrint(EnumToString(t));",
        "int t = 0;\nt++;\nPrint(t);",
        "counts whole numbers",
        2,
    ),
    inside(
        "adding to bool",
        "bool b = true;\nb += 1;\nPrint(b);",
        "bool b = true;\nb = !b;\nPrint(b);",
        "does not go with bool",
        2,
    ),
    inside(
        "static from a variable",
        "int x = GetLastError();\nstatic int y = x;\nPrint(y);",
        "static int y = 1;\nPrint(y);",
        "starts with a constant",
        2,
    ),
    inside("list for a number", "int x = {5};\nPrint(x);", "int x = 5;\nPrint(x);", "no value of int"),
    inside("NULL for a number", "int x = NULL;\nPrint(x);", "int x = 0;\nPrint(x);", "NULL is no int"),
    inside("void variable", "void x;\nPrint(1);", "int x = 1;\nPrint(x);", "cannot be void"),
    outside("input that is no constant", "input int X = GetLastError();", "input int X = 5;", "constant"),
    outside("input of a struct", "input MqlTick Tick;", "input double Tick = 1.0;", "an input is"),
    outside("input array", "input int X[3];", "input int X = 3;", "cannot be an array"),
    outside(
        "default before a parameter without",
        "void F(int a = 1, int b) { Print(a + b); }",
        "void F(int a, int b = 1) { Print(a + b); }",
        "has none",
    ),
    outside(
        "struct by value", "void F(MqlTick t) { Print(t.bid); }", "void F(MqlTick &t) { Print(t.bid); }", "by reference"
    ),
    outside("enum value twice", "enum E { A1, A1 };", "enum E { A1, A2 };", "already"),
    outside("enum value with a fraction", "enum E { A1 = 1.5 };", "enum E { A1 = 1 };", "whole number"),
    outside("define of a variable", "int x = 1;\n#define X x", "#define X 1", "constant", 2),
    outside("define twice", "#define X 1\n#define X 2", "#define X 1", "already", 2),
    outside(
        "template with two types",
        "template<typename T>\nT Top(T a, T b) { return(a > b ? a : b); }\ndouble x = Top(1, 2.5);",
        "template<typename T>\nT Top(T a, T b) { return(a > b ? a : b); }\ndouble x = Top(1.0, 2.5);",
        "one is wanted",
        3,
    ),
)
