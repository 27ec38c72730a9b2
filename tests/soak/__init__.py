"""Tests that are too long for `make test`: `make soak` runs all of them, `make soak PARTS="kills memory"` some."""
