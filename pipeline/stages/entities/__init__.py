"""The stage `entities`."""
