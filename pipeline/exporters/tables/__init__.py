"""Articles as tables: flat rows, the columns of their types, and what finds a Chinese word in a text."""
