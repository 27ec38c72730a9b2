"""Reads columnar files: Parquet, and Arrow files and streams."""
