"""Adapters for Linux (full) and macOS (slower fallbacks)."""
