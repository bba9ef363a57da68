// What a translated program includes, and nothing else.
#pragma once

#include "mql_files.hpp"
#include "mql_maths.hpp"
