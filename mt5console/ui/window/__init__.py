"""The parts of the main window around its views: top bar, rail, banner, acts, news, tray, what is remembered.

Must not know: threads, sockets, or how a view paints.
"""
