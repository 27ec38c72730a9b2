"""Reads WARC files of web crawlers."""
