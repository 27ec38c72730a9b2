"""The stage `words`."""
