"""What fills the window: the fleet and the pages of one terminal. Must not know: threads, the client or files."""
