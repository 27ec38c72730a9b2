"""The stage `credits`."""
