// What a translated program includes, and nothing else.
#ifndef MQL5CHECK_MQL
#define MQL5CHECK_MQL

#include "mql_files.hpp"
#include "mql_maths.hpp"

#endif
