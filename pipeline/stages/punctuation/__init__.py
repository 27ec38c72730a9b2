"""The stage `punctuation`."""
