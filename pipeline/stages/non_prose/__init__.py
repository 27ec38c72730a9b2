"""Find what is not prose in a text, so that repairs of prose leave it alone.

Marked code comes from the format (`document.evidence`), from fences and from backticks (`code_marks`). Code without
marks is found by its lines (`code_lines`). `mask` puts them together; every repair of prose asks it.
"""
