"""Short excerpts of a text, on one line, for messages and reports."""

import unicodedata

from pipeline.text.escapes import escape_hidden

CONTEXT_CHARS = 28
"""Code points of context on either side."""
MAX_SHOWN_CHARS = 60
"""Code points shown of each side of an edit, or of the text of a label."""


def visible(text: str) -> str:
    """`text` on one line: line ends as `⏎`, invisible characters as `<U+200B>`."""
    text = escape_hidden(text.replace("\n", "⏎"))
    return text if text.isascii() else "".join(map(_visible, text))


def _visible(char: str) -> str:
    """Other white space, and characters of private use, are escaped: they look like something else."""
    if char in {" ", "\u3000"} or unicodedata.category(char) not in {"Co", "Zs"}:
        return char
    return f"<U+{ord(char):04X}>"


def wdiff(old: str, new: str) -> str:
    """A replacement in the notation of wdiff: `[-old-]{+new+}`."""
    return (f"[-{visible(old)}-]" if old else "") + (f"{{+{visible(new)}+}}" if new else "")


def shorten(text: str, max_chars: int = MAX_SHOWN_CHARS) -> str:
    """`text`, with `…` for its middle if it is longer than `max_chars` code points."""
    half = (max_chars - 1) // 2
    return text if len(text) <= max_chars else f"{text[:half]}…{text[-half:]}"


def edit_excerpt(text: str, start: int, old: str, new: str) -> str:
    """A replacement of `old` at `start` of `text` by `new`, with some context of its line on either side."""
    before, after = line_context(text, start, start + len(old))
    return f"{before}{wdiff(shorten(old), shorten(new))}{after}"


def line_context(text: str, start: int, end: int, width: int = CONTEXT_CHARS) -> tuple[str, str]:
    """The text before and after a span on its lines, up to `width` code points, with `…` if there is more."""
    # Only the context is searched for line ends: a text may be one line of a million code points.
    head = max(start - width, 0)
    line_end = text.rfind("\n", head, start)
    cut = line_end < 0 < head and text[head - 1] != "\n"
    before = ("…" if cut else "") + visible(text[max(head, line_end + 1) : start])
    tail = min(end + width, len(text))
    line_end = text.find("\n", end, tail)
    cut = line_end < 0 and tail < len(text) and text[tail] != "\n"
    return before, visible(text[end : tail if line_end < 0 else line_end]) + ("…" if cut else "")


def span_excerpt(text: str, start: int, end: int) -> str:
    """A span on one line, shortened. An empty span is shown as `|` between its neighbours."""
    if start < end:
        return visible(shorten(text[start:end]))
    before, after = line_context(text, start, end, CONTEXT_CHARS // 2)
    return f"{before}|{after}"


def label_excerpt(text: str, start: int, end: int, label: str) -> str:
    """A span of `text` with its label."""
    return f"{visible(label)}: {span_excerpt(text, start, end)}"


def note_excerpt(text: str, start: int, end: int, message: str, suggestion: str | None) -> str:
    """A note about a span of `text`: the message and the span, with the suggestion as a replacement."""
    if suggestion is None:
        return f"{visible(message)} — {span_excerpt(text, start, end)}"
    return f"{visible(message)} — {edit_excerpt(text, start, text[start:end], suggestion)}"
