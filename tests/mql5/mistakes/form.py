"""Mistakes of form: what the lexer and the parser refuse."""

from tests.mql5.mistakes.mistake import inside, outside, whole

FORM = (
    inside("semicolon after an expression", 'Print("a")\nPrint("b");', 'Print("a");\nPrint("b");', "';' is missing"),
    inside("semicolon after a declaration", "int x = 1\nPrint(x);", "int x = 1;\nPrint(x);", "';' is missing"),
    inside("semicolon after return", "return", "return;", "';' is missing"),
    inside("semicolon after break", "for(;;)\n  { break }", "for(;;)\n  { break; }", "';' is missing", 2),
    inside(
        "semicolon after do",
        "int i = 0;\ndo { i++; } while(i < 3)\nPrint(i);",
        "int i = 0;\ndo { i++; } while(i < 3);\nPrint(i);",
        "';' is missing",
        2,
    ),
    inside(
        "semicolons in for",
        "for(int i = 0, i < 3; i++)\n   Print(i);",
        "for(int i = 0; i < 3; i++)\n   Print(i);",
        "';' is missing",
    ),
    inside("closing parenthesis of a call", 'Print("a";', 'Print("a");', "')' is missing"),
    inside("closing parenthesis of a condition", "if(1 > 0\n   Print(1);", "if(1 > 0)\n   Print(1);", "')' is missing"),
    inside(
        "opening parenthesis of a condition", "if 1 > 0)\n   Print(1);", "if(1 > 0)\n   Print(1);", "'(' is missing"
    ),
    inside("unbalanced grouping", "int x = (1 + 2;\nPrint(x);", "int x = (1 + 2);\nPrint(x);", "')' is missing"),
    inside("closing bracket", "int a[3];\na[0 = 1;", "int a[3];\na[0] = 1;", "']' is missing", 2),
    inside("empty index", "int a[3];\na[] = 1;", "int a[3];\na[0] = 1;", "index is missing", 2),
    whole(
        "closing brace of a function",
        "void OnStart()\n  {\n   Print(1);\n",
        "void OnStart()\n  {\n   Print(1);\n  }\n",
        "a } is missing",
        2,
    ),
    whole(
        "closing brace between functions",
        "void F()\n  {\n   Print(1);\n\nvoid OnStart()\n  {\n   F();\n  }\n",
        "void F()\n  {\n   Print(1);\n  }\nvoid OnStart()\n  {\n   F();\n  }\n",
        "is a } missing above",
        5,
    ),
    whole("a brace too many", "void OnStart()\n  {\n  }\n}\n", "void OnStart()\n  {\n  }\n", "closes nothing", 4),
    whole(
        "a statement outside",
        'Print("a");\nvoid OnStart()\n  {\n  }\n',
        'void OnStart()\n  {\n   Print("a");\n  }\n',
        "outside",
        1,
    ),
    inside("else without if", "else\n   Print(1);", "if(true)\n   Print(2);\nelse\n   Print(1);", "no if before"),
    inside(
        "empty body of if",
        "int x = 1;\nif(x > 0);\n   Print(x);",
        "int x = 1;\nif(x > 0)\n   Print(x);",
        "empty statement",
        2,
    ),
    inside(
        "empty body of for", "for(int i = 0; i < 3; i++);", "for(int i = 0; i < 3; i++)\n  {\n  }", "empty statement"
    ),
    inside("case outside a switch", "case 1: Print(1);", "switch(1) { case 1: Print(1); }", "no switch"),
    inside(
        "statement before the first case",
        "switch(1)\n  {\n   Print(1);\n   case 1: break;\n  }",
        "switch(1)\n  {\n   case 1: break;\n  }",
        "before the first case",
        3,
    ),
    inside("colon after case", "switch(1) { case 1 break; }", "switch(1) { case 1: break; }", "':' is missing"),
    inside("half a conditional", "int x = true ? 1;\nPrint(x);", "int x = true ? 1 : 2;\nPrint(x);", "':' is missing"),
    inside("operator without a value", "int x = 1 + ;\nPrint(x);", "int x = 1 + 2;\nPrint(x);", "a value is missing"),
    inside("argument without a value", "Print(1, );", "Print(1, 2);", "a value is missing"),
    inside("open string", 'Print("a);', 'Print("a");', "not closed"),
    inside("open comment", "Print(1); /* never", "Print(1); /* ever */", "never closed"),
    inside("unknown escape", 'Print("a\\q");', 'Print("a\\\\q");', "no escape sequence"),
    inside("empty character", "ushort c = '';\nPrint(c);", "ushort c = 'a';\nPrint(c);", "character constant"),
    inside("two characters", "ushort c = 'ab';\nPrint(c);", "ushort c = 'a';\nPrint(c);", "character constant"),
    inside(
        "a date that does not exist",
        "datetime d = D'2026.02.30';\nPrint(d);",
        "datetime d = D'2026.02.28';\nPrint(d);",
        "no date",
    ),
    inside(
        "a colour out of range", "color c = C'300,0,0';\nPrint(c);", "color c = C'255,0,0';\nPrint(c);", "no colour"
    ),
    inside(
        "a number too large",
        "ulong n = 99999999999999999999;\nPrint(n);",
        "ulong n = 9999999999999999999;\nPrint(n);",
        "64 bits",
    ),
    inside("octal", "int n = 010;\nPrint(n);", "int n = 10;\nPrint(n);", "octal"),
    inside("suffix u", "uint n = 1u;\nPrint(n);", "uint n = 1;\nPrint(n);", "suffix"),
    inside("suffix L", "long n = 2L;\nPrint(n);", "long n = 2;\nPrint(n);", "suffix"),
    inside("suffix f", "float n = 1.0f;\nPrint(n);", "float n = 1.0;\nPrint(n);", "suffix"),
    inside("digit separators", "int n = 1'000;\nPrint(n);", "int n = 1000;\nPrint(n);", "separators"),
    inside("raw string", 'Print(R"(a)");', 'Print("a");', "prefixes"),
    inside("wide string", 'Print(L"a");', 'Print("a");', "prefixes"),
    inside("a letter outside ASCII", "int größe = 1;\nPrint(1);", "int groesse = 1;\nPrint(groesse);", "no meaning"),
    inside("a stray character", "int x = 1 @ 2;\nPrint(x);", "int x = 1 + 2;\nPrint(x);", "no meaning"),
    inside(
        "a name too long",
        f"int {'x' * 64} = 1;\nPrint(1);",
        f"int {'x' * 63} = 1;\nPrint({'x' * 63});",
        "longer than 63",
    ),
    inside("a reserved word as a name", "int class = 1;\nPrint(1);", "int kind = 1;\nPrint(kind);", "reserved word"),
    inside("a function in a function", "void G() { }", "Print(1);", "is a } missing above"),
    inside("an input in a function", "input int x = 1;\nPrint(1);", "int x = 1;\nPrint(x);", "outside functions"),
    inside("a struct in a function", "struct S { int x; };", "Print(1);", "outside functions"),
    inside("a directive in a function", "#define X 1\nPrint(1);", "Print(1);", "outside functions"),
    outside(
        "semicolon after a struct",
        "struct S\n  {\n   int x;\n  }\nint y = 0;",
        "struct S\n  {\n   int x;\n  };\nint y = 0;",
        "';' is missing",
        4,
    ),
    outside(
        "semicolon after an enum", "enum E { A1, B1 }\nint y = 0;", "enum E { A1, B1 };\nint y = 0;", "';' is missing"
    ),
    outside("comma in an enum", "enum E { A1 B1 };", "enum E { A1, B1 };", "'}' is missing"),
    outside("two mistakes, the second", "int x = ;\nint y = ;", "int x = 1;\nint y = 2;", "a value is missing", 2),
)
