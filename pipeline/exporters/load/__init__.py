"""Reads articles back from what a run or an export wrote."""
