"""What a line says about the marks in it: whether it is code or Chinese, and where its quotation marks are."""

import msgspec
import regex

from pipeline.model.document import Document
from pipeline.text.lines import Line

STRAIGHT_QUOTE = regex.compile('"')
CALL = regex.compile(r"\w\(\w*(?:, ?\w+)*\);")
"""`close(file);`."""
STATEMENT = regex.compile(r"\s*(?:import|def|class|return|var|let|const|#include)\b")
CODE_OPERATORS = ("()", "=>", "->", "::", "==", "!=")
CODE_LINE_ENDS = ("{", "}", "`", ";")


class PunctuatedLine(msgspec.Struct, frozen=True):
    """The line of a text at `[start, end)`."""

    start: int
    end: int
    is_code: bool
    """Nothing is changed in a line of code."""
    is_chinese: bool
    """Only sentences of another script that the line quotes are changed."""
    straight_quotes: tuple[int, ...]
    """Offsets of its straight quotation marks in the text."""
    opening_quote: int
    """Offset of its first curly opening quotation mark, or -1."""

    @classmethod
    def empty(cls) -> "PunctuatedLine":
        """A line before the first line of a text."""
        return cls(0, -1, is_code=True, is_chinese=False, straight_quotes=(), opening_quote=-1)


def punctuated_line(document: Document, line: Line) -> PunctuatedLine:
    """What a line of `document` says about its marks."""
    quotes = tuple(match.start() for match in STRAIGHT_QUOTE.finditer(document.text, line.start, line.end))
    opening = document.text.find("“", line.start, line.end)
    return PunctuatedLine(line.start, line.end, is_code(line.text), document.script(line) == "han", quotes, opening)


def is_code(line: str) -> bool:
    """Whether a line looks like a program.

    >>> is_code("return total"), is_code("We return to total silence.")
    (True, False)
    """
    return (
        line.rstrip().endswith(CODE_LINE_ENDS)
        or any(operator in line for operator in CODE_OPERATORS)
        or STATEMENT.match(line) is not None
        or (");" in line and CALL.search(line) is not None)
    )
