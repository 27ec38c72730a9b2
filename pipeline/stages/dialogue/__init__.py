"""The stage `dialogue`."""
