"""Mistakes with names and calls: unknown, too early, twice, hidden, of the wrong number."""

from tests.mql5.mistakes.mistake import inside, outside, whole

NAMES = (
    inside("unknown variable", "Print(total);", "int total = 1;\nPrint(total);", "total is not declared"),
    inside(
        "variable before its declaration", "Print(x);\nint x = 1;\nPrint(x);", "int x = 1;\nPrint(x);", "not declared"
    ),
    inside(
        "variable after its block", "{ int x = 1; Print(x); }\nPrint(x);", "int x = 1;\nPrint(x);", "not declared", 2
    ),
    inside(
        "variable after its loop",
        "for(int i = 0; i < 2; i++) { Print(i); }\nPrint(i);",
        "for(int i = 0; i < 2; i++) { Print(i); }",
        "not declared",
        2,
    ),
    whole(
        "global declared below",
        "void OnStart()\n  {\n   Print(count);\n  }\nint count = 0;\n",
        "int count = 0;\nvoid OnStart()\n  {\n   Print(count);\n  }\n",
        "only below",
        3,
    ),
    whole(
        "type declared below",
        "void OnStart()\n  {\n   S s;\n   s.x = 1;\n   Print(s.x);\n  }\nstruct S { int x; };\n",
        "struct S { int x; };\nvoid OnStart()\n  {\n   S s;\n   s.x = 1;\n   Print(s.x);\n  }\n",
        "not declared before",
        3,
    ),
    inside("unknown function", 'Prnit("a");', 'Print("a");', "Prnit is not known"),
    inside("unknown type", "integer x = 1;\nPrint(1);", "int x = 1;\nPrint(x);", "type integer is not declared"),
    inside(
        "unknown constant",
        "Print(SymbolInfoDouble(_Symbol, SYMBOL_ASKK));",
        "Print(SymbolInfoDouble(_Symbol, SYMBOL_ASK));",
        "SYMBOL_ASKK",
    ),
    inside("a function of MQL4", "Print(OrderSelect(0, 0));", "Print(OrderSelect(1));", "OrderSelect takes 1"),
    inside("a variable of MQL4", "Print(Bid);", "Print(SymbolInfoDouble(_Symbol, SYMBOL_BID));", "Bid is not declared"),
    inside("function without parentheses", "Print(GetLastError);", "Print(GetLastError());", "parentheses"),
    inside("variable called", "int x = 1;\nPrint(x(2));", "int x = 1;\nPrint(x * 2);", "cannot be called", 2),
    inside("declared twice", "int x = 1;\nint x = 2;\nPrint(x);", "int x = 1;\nx = 2;\nPrint(x);", "twice", 2),
    inside(
        "hides a local",
        "int x = 1;\nif(x > 0)\n  { int x = 2; Print(x); }",
        "int x = 1;\nif(x > 0)\n  { int y = 2; Print(y); }",
        "hides",
        3,
    ),
    outside(
        "hides a global",
        "int total = 0;\nvoid F() { int total = 1; Print(total); }",
        "int total = 0;\nvoid F() { int other = 1; Print(other); }",
        "hides",
        2,
    ),
    outside(
        "hides a parameter",
        "void F(int x)\n  {\n   int x = 1;\n   Print(x);\n  }",
        "void F(int x)\n  {\n   x = 1;\n   Print(x);\n  }",
        "hides",
        3,
    ),
    outside("global declared twice", "int x = 0;\ndouble x = 0;", "int x = 0;\ndouble y = 0;", "already", 2),
    outside("global with a name of MQL5", "int Bars1 = 0;\nint PERIOD_H1 = 0;", "int Bars1 = 0;", "name of MQL5", 2),
    outside(
        "function defined twice",
        "void F() { Print(1); }\nvoid F() { Print(2); }",
        "void F() { Print(1); }\nvoid F(int x) { Print(x); }",
        "already",
        2,
    ),
    outside(
        "function with a name of MQL5",
        "void Print(int x) { Sleep(x); }",
        "void Print2(int x) { Sleep(x); }",
        "function of MQL5",
    ),
    outside(
        "forms that differ only by result",
        "int F() { return(1); }\ndouble F() { return(1.0); }",
        "int F() { return(1); }\ndouble F(int x) { return(x); }",
        "already",
        2,
    ),
    outside(
        "announced and never written",
        "void F(int x);",
        "void F(int x);\nvoid F(int x) { Print(x); }",
        "no body anywhere",
    ),
    inside("too few arguments", "Print(DoubleToString());", "Print(DoubleToString(1.5));", "DoubleToString takes"),
    inside("too many arguments", "Sleep(1, 2);", "Sleep(1);", "Sleep takes 1"),
    outside(
        "own function, arity",
        "int Add(int a, int b) { return(a + b); }\nint x = Add(1);",
        "int Add(int a, int b) { return(a + b); }\nint x = Add(1, 2);",
        "Add takes 2 arguments, 1 given",
        2,
    ),
    outside(
        "own function, types",
        'int Twice(int a) { return(a * 2); }\nint x = Twice("2");',
        "int Twice(int a) { return(a * 2); }\nint x = Twice(2);",
        "argument 1 of Twice",
        2,
    ),
    outside(
        "no form fits",
        "int F(int a) { return(a); }\nint F(string a) { return(StringLen(a)); }\nint x = F(1, 2);",
        "int F(int a) { return(a); }\nint F(string a) { return(StringLen(a)); }\nint x = F(1);",
        "no form of F",
        3,
    ),
)
