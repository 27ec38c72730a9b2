"""WARC: what a crawler stored."""
