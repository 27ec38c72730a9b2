"""Columns: Parquet, Arrow files and streams."""
