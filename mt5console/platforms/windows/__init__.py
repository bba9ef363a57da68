"""Adapters for Windows; the only place that imports pywin32. Its modules can be imported on Windows only."""
