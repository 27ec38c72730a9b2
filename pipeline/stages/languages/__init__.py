"""The stage `languages`."""
