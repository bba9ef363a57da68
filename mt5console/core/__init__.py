"""What the product decides and knows. It must not know Qt, MetaTrader5, FastAPI, pywin32 or the wall clock."""
