"""A robot's inputs: their typed description, read from its source, and the values that people and files give them."""
