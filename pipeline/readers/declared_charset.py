"""Charsets that a header or an XML declaration states. They are often wrong, so the bytes must confirm them."""

VERIFIABLE = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "gb18030": "gb18030",
    "big5": "cp950",
    "big5-hkscs": "big5hkscs",
    "shift_jis": "cp932",
    "euc-jp": "euc_jp",
    "euc-kr": "cp949",
}
"""Charsets that can be verified, because other text is rarely valid in them. Latin ones accept anything, and servers
declare them for all pages, so they are ignored and the encoding is detected from the bytes.
"""
MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x84\x31\x95\x33")


def confirmed_encoding(charset: str, data: bytes) -> str | None:
    """Returns the encoding that a charset names, if the bytes confirm it; None to detect it from the bytes.

    >>> confirmed_encoding("GBK", "渡口".encode("gb18030")), confirmed_encoding("GBK", "渡口".encode())
    ('gb18030', None)
    """
    encoding = VERIFIABLE.get(charset.lower())
    if encoding is None or data.startswith(MARKS):
        return None
    if encoding != "utf-8" and _is_valid(data, "utf-8"):
        # Short Chinese text in UTF-8 is often valid GBK; the opposite is very rare.
        return None
    return encoding if _is_valid(data, encoding) else None


def _is_valid(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
