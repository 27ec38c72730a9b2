"""Reads Excel workbooks (XLSX): each row of a sheet is a document."""
