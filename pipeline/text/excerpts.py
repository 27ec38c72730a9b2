"""A few characters of a text in their context, on one line: what messages and reports show of it."""

import unicodedata

from pipeline.text.escapes import escape_hidden

CONTEXT_CHARS = 28
"""Code points of context on either side."""
MAX_SHOWN_CHARS = 60
"""Code points of one side of an edit, or of a label's text, that are shown."""


def visible(text: str) -> str:
    """`text` on one line: line ends as `⏎`, what no reader or terminal shows as `<U+200B>`.

    A backslash escape would not do: articles hold those themselves.
    """
    text = escape_hidden(text.replace("\n", "⏎"))
    return text if text.isascii() else "".join(map(_visible, text))


def _visible(char: str) -> str:
    """A blank of another width, or a character of somebody's own, looks like what it is not."""
    if char in {" ", "\u3000"} or unicodedata.category(char) not in {"Co", "Zs"}:
        return char
    return f"<U+{ord(char):04X}>"


def wdiff(old: str, new: str) -> str:
    """A replacement as wdiff shows it: `[-old-]{+new+}`."""
    return (f"[-{visible(old)}-]" if old else "") + (f"{{+{visible(new)}+}}" if new else "")


def shorten(text: str, most: int = MAX_SHOWN_CHARS) -> str:
    """`text` with `…` for its middle where it is longer than `most` code points."""
    half = (most - 1) // 2
    return text if len(text) <= most else f"{text[:half]}…{text[-half:]}"


def edit_excerpt(text: str, start: int, old: str, new: str) -> str:
    """A replacement in `text`, which has `old` at `start`: marked, with the rest of its line on either side, cut."""
    before, after = line_context(text, start, start + len(old))
    return f"{before}{wdiff(shorten(old), shorten(new))}{after}"


def line_context(text: str, start: int, end: int, width: int = CONTEXT_CHARS) -> tuple[str, str]:
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


def span_excerpt(text: str, start: int, end: int) -> str:
    """A span on one line, shortened; for an empty one the place, as `|` between its neighbours."""
    if start < end:
        return visible(shorten(text[start:end]))
    before, after = line_context(text, start, end, CONTEXT_CHARS // 2)
    return f"{before}|{after}"


def label_excerpt(text: str, start: int, end: int, label: str) -> str:
    """A span of `text` and what it is called."""
    return f"{visible(label)}: {span_excerpt(text, start, end)}"


def note_excerpt(text: str, start: int, end: int, message: str, suggestion: str | None) -> str:
    """A note about a span of `text`: its message, and the place, with the suggestion marked as a replacement."""
    if suggestion is None:
        return f"{visible(message)} — {span_excerpt(text, start, end)}"
    return f"{visible(message)} — {edit_excerpt(text, start, text[start:end], suggestion)}"
