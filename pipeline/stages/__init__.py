"""The built-in stages, a folder each."""
