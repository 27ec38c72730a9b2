"""Kinds of files that are no text, told by how they begin."""

from functools import cache
from importlib.resources import files

SHORT = 4
"""Bytes of a signature that a text may begin with, as `BM`: a control among the first bytes must bear it out."""
LOOKED_AT = 32


def binary_kind(head: bytes) -> str | None:
    """What a file is by its first bytes; None for what may be a text.

    >>> kind_of(b"%PDF-1.7"), kind_of(b"MZ: who are you?"), kind_of(b"Q: who are you?")
    ('a PDF file', None, None)
    """
    for offset, mark, kind in _signatures():
        if head.startswith(mark, offset) and not (_is_word(mark) and _is_plain(head[:LOOKED_AT])):
            return kind
    return None


@cache
def _signatures() -> tuple[tuple[int, bytes, str], ...]:
    lines = files("pipeline.text.encodings").joinpath("signatures.tsv").read_text("utf-8").splitlines()
    split = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return tuple((int(offset), bytes.fromhex(mark), kind) for offset, mark, kind in split)


def _is_word(mark: bytes) -> bool:
    return len(mark) <= SHORT and mark.isascii() and mark.isalnum()


def _is_plain(head: bytes) -> bool:
    return all(code >= 32 or code in b"\t\n\r" for code in head)
