"""Makes control and invisible characters visible, so that they are safe to print."""

import re

# Written as ranges because every command pays for this import; a test compares them with Unicode's categories.
HIDDEN_RANGES = {
    "controls, which move the cursor, set the title, end the line": "\0-\x1f\x7f-\x9f",
    "soft hyphen, joiners, fillers, Mongolian selectors": r"\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f",
    "zero width, direction, ends of lines and paragraphs": r"\u200b-\u200f\u2028-\u202e\u2060-\u206f",
    "fillers, byte order mark, annotations": r"\u3164\ufeff\uffa0\ufff0-\ufffb",
    "lone surrogates, which no encoding has": r"\ud800-\udfff",
    "shorthand and music": r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a",
    "tags, which are invisible text": r"\U000e0000-\U000e00ff\U000e01f0-\U000e0fff",
}
HIDDEN = re.compile(f"[{''.join(HIDDEN_RANGES.values())}]")
"""The categories Cc, Cf, Cs, Zl and Zp, and what Unicode ignores by default.

Variation selectors are kept, which emoji and Chinese names need, and so are the signs around Arabic numbers.
"""
RAW_IN_JSON = re.compile(HIDDEN.pattern.replace("\0-\x1f", ""))


def escape_hidden(text: str, keep: str = "") -> str:
    r"""The text with control and invisible characters as `<U+001B>`, except those in `keep`.

    It does not use backslash escapes, because articles contain them as text.

    >>> escape_hidden("a\x1b[2J\nb\u202e", keep="\n")
    'a<U+001B>[2J\nb<U+202E>'
    """
    if text.isascii() and text.isprintable():
        return text
    return HIDDEN.sub(lambda match: match[0] if match[0] in keep else f"<U+{ord(match[0]):04X}>", text)


def escape_hidden_json(data: bytes) -> bytes:
    r"""JSON with the same meaning, in which these characters are escaped as `\u202e`.

    >>> escape_hidden_json('"a\u202e\U000e0041\u706f"'.encode()).decode()
    '"a\\u202e\\udb40\\udc41灯"'
    """
    if data.isascii() and b"\x7f" not in data:
        # In JSON, the only control characters outside escapes are the line ends between values.
        return data
    return RAW_IN_JSON.sub(_in_json, data.decode("utf-8")).encode("utf-8")


def _in_json(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))
