"""Qt item models over the pictures: what lists and tables show. Must not know: views, threads, the engine."""
