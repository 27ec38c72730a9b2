"""A few characters of a text in their context, on one line: what messages and reports show of it."""

import unicodedata

from pipeline.text.escapes import escaped

WIDTH = 28
"""Code points of context on either side."""
LONGEST = 60
"""Code points of one side of an edit, or of a label's text, that are shown."""


def visible(text: str) -> str:
    """`text` on one line: line ends as `⏎`, what no reader or terminal shows as `<U+200B>`.

    A backslash escape would not do: articles hold those themselves.
    """
    text = escaped(text.replace("\n", "⏎"))
    return text if text.isascii() else "".join(map(_visible, text))


def _visible(char: str) -> str:
    """A blank of another width, or a character of somebody's own, looks like what it is not."""
    if char in {" ", "\u3000"} or unicodedata.category(char) not in {"Co", "Zs"}:
        return char
    return f"<U+{ord(char):04X}>"


def marked(old: str, new: str) -> str:
    """A replacement as wdiff shows it: `[-old-]{+new+}`."""
    return (f"[-{visible(old)}-]" if old else "") + (f"{{+{visible(new)}+}}" if new else "")


def shortened(text: str, most: int = LONGEST) -> str:
    """`text` with `…` for its middle where it is longer than `most` code points."""
    half = (most - 1) // 2
    return text if len(text) <= most else f"{text[:half]}…{text[-half:]}"


def replaced(text: str, start: int, old: str, new: str) -> str:
    """A replacement in `text`, which has `old` at `start`: marked, with the rest of its line on either side, cut."""
    before, after = around(text, start, start + len(old))
    return f"{before}{marked(shortened(old), shortened(new))}{after}"


def around(text: str, start: int, end: int, width: int = WIDTH) -> tuple[str, str]:
    """What stands before and behind a span on its lines, `width` code points of it, with `…` where more does."""
    # Only the context itself is searched: a text may be one line of a million code points.
    head = max(start - width, 0)
    line_end = text.rfind("\n", head, start)
    cut = line_end < 0 < head and text[head - 1] != "\n"
    before = ("…" if cut else "") + visible(text[max(head, line_end + 1) : start])
    tail = min(end + width, len(text))
    line_end = text.find("\n", end, tail)
    cut = line_end < 0 and tail < len(text) and text[tail] != "\n"
    return before, visible(text[end : tail if line_end < 0 else line_end]) + ("…" if cut else "")


def excerpt(text: str, start: int, end: int) -> str:
    """A span on one line, shortened; for an empty one the place, as `|` between its neighbours."""
    if start < end:
        return visible(shortened(text[start:end]))
    before, after = around(text, start, end, WIDTH // 2)
    return f"{before}|{after}"


def labelled(text: str, start: int, end: int, label: str) -> str:
    """A span of `text` and what it is called."""
    return f"{visible(label)}: {excerpt(text, start, end)}"


def noted(text: str, start: int, end: int, message: str, suggestion: str | None) -> str:
    """A note about a span of `text`: its message, and the place, with the suggestion marked as a replacement."""
    if suggestion is None:
        return f"{visible(message)} — {excerpt(text, start, end)}"
    return f"{visible(message)} — {replaced(text, start, text[start:end], suggestion)}"
