/* Stands where terminal64.exe and metaeditor64.exe stand in a simulated terminal's directory on Windows.

   Runs Python inside this very process, so that one process is one terminal, as with the real one: its path is what the
   console watches, killing it ends everything. Beside `name.exe` lies `name.launch` (UTF-8, a line each): Python's
   library and its home; the script is `name.exe.py`. A terminal gets the window that a real one has; WM_CLOSE and the
   algo button's command reach the script as signals. Built by:
     x86_64-w64-mingw32-gcc -Os -s -municode -mwindows -Wall -Wextra -Werror -Wl,--no-insert-timestamp \
         -o program.exe program.c */
#include <signal.h>
#include <stdio.h>
#include <wchar.h>
#include <windows.h>

#define ROOM 32768
#define ALGO_BUTTON 32851
#define NOT_STARTED 71
#define ASKED_TO_CLOSE 1
#define AGAIN_MS 100

typedef int (*python_main)(int, wchar_t **);
typedef void (*python_set_home)(const wchar_t *);
typedef int (*python_interrupt)(int);
typedef int (*python_is_up)(void);
typedef int (*python_take_turn)(void);
typedef void (*python_end_turn)(int);

static python_interrupt interrupt;
static python_is_up is_up;
static python_take_turn take_turn;
static python_end_turn end_turn;
static wchar_t self[ROOM], library[ROOM], home[ROOM], script[ROOM];

/* What went wrong, in a file: there is no console to say it on. */
static int fail(const wchar_t *what)
{
    wchar_t path[ROOM + 16];
    swprintf(path, ROOM + 16, L"%ls.failed.txt", self);
    FILE *file = _wfopen(path, L"w");
    if (file != NULL) {
        fwprintf(file, L"%ls (error %lu)\n", what, GetLastError());
        fclose(file);
    }
    return NOT_STARTED;
}

static int read_line(FILE *file, wchar_t *into)
{
    static char line[ROOM];
    if (fgets(line, ROOM, file) == NULL)
        return 0;
    line[strcspn(line, "\r\n")] = 0;
    return MultiByteToWideChar(CP_UTF8, 0, line, -1, into, ROOM) > 1;
}

static int read_launch(void)
{
    wchar_t path[ROOM + 16];
    wcscpy(path, self);
    wchar_t *dot = wcsrchr(path, L'.');
    if (dot == NULL)
        return 0;
    wcscpy(dot, L".launch");
    FILE *file = _wfopen(path, L"rb");
    if (file == NULL)
        return 0;
    int whole = read_line(file, library) && read_line(file, home);
    fclose(file);
    swprintf(script, ROOM, L"%ls.py", self);
    return whole;
}

/* Raise a signal in the script; nothing while Python is not up. It compares objects: that takes the interpreter's lock. */
static void raise_in_script(int number)
{
    if (!is_up())
        return;
    int turn = take_turn();
    interrupt(number);
    end_turn(turn);
}

static LRESULT CALLBACK on_message(HWND window, UINT message, WPARAM word, LPARAM extra)
{
    if (message == WM_CLOSE || (message == WM_TIMER && word == ASKED_TO_CLOSE)) {
        /* Said again until it has ended: a script that is only starting does not listen yet. */
        SetTimer(window, ASKED_TO_CLOSE, AGAIN_MS, NULL);
        raise_in_script(SIGTERM);
        return 0;
    }
    if (message == WM_COMMAND && LOWORD(word) == ALGO_BUTTON) {
        raise_in_script(SIGBREAK);
        return 0;
    }
    return DefWindowProcW(window, message, word, extra);
}

/* The main window, in a thread of its own: Python's loop never waits for messages. */
static DWORD WINAPI show_window(void *ready)
{
    WNDCLASSW class = {0};
    class.lpfnWndProc = on_message;
    class.hInstance = GetModuleHandleW(NULL);
    class.lpszClassName = L"MetaQuotes::MetaTrader::5.00";
    RegisterClassW(&class);
    HWND window = CreateWindowW(class.lpszClassName, L"Simulated terminal", WS_OVERLAPPEDWINDOW, CW_USEDEFAULT,
                                CW_USEDEFAULT, 320, 120, NULL, NULL, class.hInstance, NULL);
    if (window != NULL)
        ShowWindow(window, SW_SHOWMINNOACTIVE);
    SetEvent(ready);
    MSG message;
    while (window != NULL && GetMessageW(&message, NULL, 0, 0) > 0)
        DispatchMessageW(&message);
    return 0;
}

static void open_window(void)
{
    HANDLE ready = CreateEventW(NULL, TRUE, FALSE, NULL);
    HANDLE thread = CreateThread(NULL, 0, show_window, ready, 0, NULL);
    if (thread != NULL) {
        WaitForSingleObject(ready, 10000);
        CloseHandle(thread);
    }
    CloseHandle(ready);
}

static int is_terminal(void)
{
    const wchar_t *name = wcsrchr(self, L'\\');
    return _wcsicmp(name == NULL ? self : name + 1, L"terminal64.exe") == 0;
}

int wmain(int count, wchar_t **words)
{
    if (GetModuleFileNameW(NULL, self, ROOM) == 0 || !read_launch())
        return fail(L"the launch file beside this program is missing or incomplete");
    HMODULE python = LoadLibraryExW(library, NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
    if (python == NULL)
        return fail(L"Python's library could not be loaded");
    python_main run = (python_main)(void *)GetProcAddress(python, "Py_Main");
    python_set_home set_home = (python_set_home)(void *)GetProcAddress(python, "Py_SetPythonHome");
    interrupt = (python_interrupt)(void *)GetProcAddress(python, "PyErr_SetInterruptEx");
    is_up = (python_is_up)(void *)GetProcAddress(python, "Py_IsInitialized");
    take_turn = (python_take_turn)(void *)GetProcAddress(python, "PyGILState_Ensure");
    end_turn = (python_end_turn)(void *)GetProcAddress(python, "PyGILState_Release");
    if (run == NULL || set_home == NULL || interrupt == NULL || is_up == NULL || take_turn == NULL || end_turn == NULL)
        return fail(L"Python's library lacks a function");
    set_home(home);
    static wchar_t *given[1024];
    int total = 0;
    given[total++] = self;
    given[total++] = L"-I";
    given[total++] = L"-S";
    given[total++] = script;
    for (int index = 1; index < count && total < 1000; index++)
        given[total++] = words[index];
    if (is_terminal())
        open_window();
    return run(total, given);
}
