/* The Windows interpreter: the embedded library under the name that everybody calls. */
#include <windows.h>

__declspec(dllimport) int Py_Main(int argc, wchar_t **argv);

int wmain(int argc, wchar_t **argv) { return Py_Main(argc, argv); }
