"""The window's dialogs: what a person decides, confirms or types. Must not know: threads, the main window."""
