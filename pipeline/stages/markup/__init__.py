"""The stage `markup`."""
