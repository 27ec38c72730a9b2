"""The stage `mojibake`."""
