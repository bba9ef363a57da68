"""Mistakes with classes, structs, interfaces and pointers."""

from tests.mql5.mistakes.mistake import inside, outside

_FOO = """class CFoo
  {
private:
   int m_x;
public:
   CFoo(int x) { m_x = x; }
   int X() const { return(m_x); }
   void Set(int x) { m_x = x; }
  };
"""


def _foo(name, wrong, right, fragment):
    return outside(name, _FOO + wrong, _FOO + right, fragment, 10)


CLASSES = (
    _foo("private member", "void F(CFoo &f) { Print(f.m_x); }", "void F(CFoo &f) { Print(f.X()); }", "m_x is private"),
    _foo("unknown method", "void F(CFoo &f) { f.Get(); }", "void F(CFoo &f) { f.Set(1); }", "no method Get"),
    _foo(
        "method without parentheses",
        "void F(CFoo &f) { Print(f.X); }",
        "void F(CFoo &f) { Print(f.X()); }",
        "parentheses",
    ),
    _foo(
        "arguments of a method", "void F(CFoo &f) { f.Set(); }", "void F(CFoo &f) { f.Set(1); }", "Set takes 1 argument"
    ),
    _foo(
        "type of a method's argument",
        'void F(CFoo &f) { f.Set("1"); }',
        "void F(CFoo &f) { f.Set(1); }",
        "argument 1 of Set",
    ),
    _foo("constructor without arguments", "CFoo foo;", "CFoo foo(1);", "CFoo takes 1 argument"),
    _foo("constructor with too many", "CFoo foo(1, 2);", "CFoo foo(1);", "CFoo takes 1 argument"),
    _foo(
        "method changes a const object",
        "void F(const CFoo &f) { f.Set(1); }",
        "void F(CFoo &f) { f.Set(1); }",
        "not a const method",
    ),
    _foo("object by value", "void F(CFoo f) { f.Set(1); }", "void F(CFoo &f) { f.Set(1); }", "by reference"),
    _foo(
        "object returned",
        "CFoo F() { CFoo f(1); return(f); }",
        "CFoo *F() { return(new CFoo(1)); }",
        "return a pointer",
    ),
    _foo(
        "object for a pointer",
        "void F(CFoo &f) { CFoo *p = f; Print(p.X()); }",
        "void F(CFoo &f) { CFoo *p = GetPointer(f); Print(p.X()); }",
        "GetPointer",
    ),
    _foo(
        "pointer arithmetic",
        "void F(CFoo *f) { f = f + 1; }",
        "void F(CFoo *f) { f = NULL; }",
        "no arithmetic with pointers",
    ),
    _foo(
        "pointer compared with a number",
        "bool F(CFoo *f) { return(f == 0); }",
        "bool F(CFoo *f) { return(f == NULL); }",
        "cannot be compared",
    ),
    _foo(
        "objects compared",
        "bool F(CFoo &a, CFoo &b) { return(a == b); }",
        "bool F(CFoo &a, CFoo &b) { return(a.X() == b.X()); }",
        "cannot be compared",
    ),
    _foo(
        "objects copied",
        "void F(CFoo &a, CFoo &b) { a = b; }",
        "void F(CFoo &a, CFoo &b) { a.Set(b.X()); }",
        "not copied",
    ),
    _foo(
        "delete of an object",
        "void F(CFoo &a) { delete a; }",
        "void F(CFoo *a) { delete a; }",
        "delete takes a pointer",
    ),
    _foo("new that is lost", "void F() { new CFoo(1); }", "CFoo *F() { return(new CFoo(1)); }", "is lost"),
    _foo(
        "new of a number",
        "void F() { CFoo *p = new int; Print(p.X()); }",
        "CFoo *F() { return(new CFoo(1)); }",
        "new makes objects of classes",
    ),
    _foo("class as a value", "void F() { Print(CFoo); }", "void F() { CFoo f(1); Print(f.X()); }", "CFoo is a type"),
    _foo(
        "base that needs arguments",
        "class CBar : public CFoo\n  {\npublic:\n   CBar() { }\n  };",
        "class CBar : public CFoo\n  {\npublic:\n   CBar() : CFoo(1) { }\n  };",
        "the base CFoo needs arguments",
    )._replace(line=13),
    _foo(
        "private member of the base",
        "class CBar : public CFoo\n  {\npublic:\n   CBar() : CFoo(1) { }\n   int Y() { return(m_x); }\n  };",
        "class CBar : public CFoo\n  {\npublic:\n   CBar() : CFoo(1) { }\n   int Y() { return(X()); }\n  };",
        "m_x is private",
    )._replace(line=14),
    _foo(
        "member named twice",
        "struct S\n  {\n   int x;\n   double x;\n  };",
        "struct S\n  {\n   int x;\n   double y;\n  };",
        "declared twice",
    )._replace(line=13),
    _foo(
        "method outside that is not declared", "int CFoo::Y() { return(1); }", "int Y() { return(1); }", "declares no Y"
    ),
    _foo(
        "method of an unknown class", "int CBar::Y() { return(1); }", "int Y() { return(1); }", "CBar is not declared"
    ),
    _foo(
        "pointer to another class",
        "class CBar { };\nvoid F(CBar *b) { CFoo *f = b; Print(f.X()); }",
        "class CBar { };\nvoid F(CFoo *b) { CFoo *f = b; Print(f.X()); }",
        "no pointer to CFoo",
    )._replace(line=11),
    outside(
        "const method that writes",
        "class A1\n  {\n   int x;\n   void F() const { x = 1; }\n  };",
        "class A1\n  {\n   int x;\n   void F() { x = 1; }\n  };",
        "the method is const",
        4,
    ),
    outside(
        "static method that uses the object",
        "class A1\n  {\n   int x;\n   static int F() { return(x); }\n  };",
        "class A1\n  {\n   int x;\n   int F() { return(x); }\n  };",
        "no object",
        4,
    ),
    outside(
        "static member never defined",
        "class A1\n  {\n   static int s_x;\n  };",
        "class A1\n  {\n   static int s_x;\n  };\nint A1::s_x = 0;",
        "never defined",
        3,
    ),
    outside(
        "override of nothing",
        "class A1\n  {\npublic:\n   void F() override { Print(1); }\n  };",
        "class A1\n  {\npublic:\n   void F() { Print(1); }\n  };",
        "no base class has a virtual F",
        4,
    ),
    outside(
        "override without const",
        "class A1\n  {\npublic:\n   virtual int F() const { return(1); }\n  };\n"
        "class B1 : public A1\n  {\npublic:\n   int F() override { return(2); }\n  };",
        "class A1\n  {\npublic:\n   virtual int F() const { return(1); }\n  };\n"
        "class B1 : public A1\n  {\npublic:\n   int F() const override { return(2); }\n  };",
        "no base class has a virtual F",
        9,
    ),
    outside(
        "object of a pure class",
        "class A1\n  {\npublic:\n   virtual int F() = 0;\n  };\nA1 a;",
        "class A1\n  {\npublic:\n   virtual int F() { return(1); }\n  };\nA1 a;",
        "F() has no body",
        6,
    ),
    outside(
        "object of an interface",
        "interface I1\n  {\n   int F();\n  };\nI1 a;",
        "interface I1\n  {\n   int F();\n  };\nI1 *a = NULL;",
        "no object of I1",
        5,
    ),
    outside(
        "interface with a field",
        "interface I1\n  {\n   int x;\n  };",
        "interface I1\n  {\n   int X();\n  };",
        "methods only",
        3,
    ),
    outside(
        "destructor of another name",
        "class A1\n  {\npublic:\n   ~B1() { }\n  };",
        "class A1\n  {\npublic:\n   ~A1() { }\n  };",
        "is named ~A1",
        4,
    ),
    outside(
        "method without a type",
        "class A1\n  {\npublic:\n   F() { }\n  };",
        "class A1\n  {\npublic:\n   void F() { }\n  };",
        "no type before it",
        4,
    ),
    outside(
        "method without a body",
        "class A1\n  {\npublic:\n   void F();\n  };",
        "class A1\n  {\npublic:\n   void F();\n  };\nvoid A1::F() { Print(1); }",
        "no body anywhere",
        4,
    ),
    outside(
        "unknown base",
        "class A1 : public B1 { };",
        "class B1 { };\nclass A1 : public B1 { };",
        "B1 is not declared before",
    ),
    outside(
        "class on a struct",
        "struct S { int x; };\nclass A1 : public S { };",
        "class S { int x; };\nclass A1 : public S { };",
        "cannot be built on",
        2,
    ),
    outside(
        "a class that holds itself",
        "class A1\n  {\n   A1 m_a;\n  };",
        "class A1\n  {\n   A1 *m_a;\n  };",
        "object of itself",
        3,
    ),
    outside(
        "member that does not exist in the list",
        "class A1\n  {\n   int m_x;\npublic:\n   A1() : m_y(1) { m_x = 0; }\n  };",
        "class A1\n  {\n   int m_x;\npublic:\n   A1() : m_x(1) { }\n  };",
        "neither a member",
        5,
    ),
    outside(
        "virtual variable",
        "class A1\n  {\n   virtual int x;\n  };",
        "class A1\n  {\n   int x;\n  };",
        "only methods are virtual",
        3,
    ),
    outside(
        "pointer to a struct",
        "struct S { int x; };\nS *s = NULL;",
        "struct S { int x; };\nS s;",
        "pointers to classes only",
        2,
    ),
    outside(
        "too many values for a struct",
        "struct S { int x; };\nS s = {1, 2};",
        "struct S { int x; };\nS s = {1};",
        "2 values",
        2,
    ),
    outside(
        "name taken by a type", "struct S { int x; };\nint S = 1;", "struct S { int x; };\nint T = 1;", "already", 2
    ),
    outside("const function", "int F() const { return(1); }", "int F() { return(1); }", "only methods"),
    inside("this outside a class", "Print(GetPointer(this) == NULL);", "Print(1);", "in methods only"),
)
