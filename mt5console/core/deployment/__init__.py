"""Deployment with proof, as a pure and resumable state machine. No clock, no I/O, no thread."""
