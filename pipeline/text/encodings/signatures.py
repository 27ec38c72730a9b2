"""Recognises files that are not text by their first bytes."""

from functools import cache

from pipeline.lexicon.lists import table

WORD_SIGNATURE_BYTES = 4
"""Length of a signature that may be a word, such as `BM`: it counts only if a control character follows."""
HEAD_BYTES = 32


def binary_kind(head: bytes) -> str | None:
    """The kind of a binary file, such as `a PDF file`, by its first bytes; None if it may be text.

    >>> binary_kind(b"%PDF-1.7"), binary_kind(b"MZ: who are you?"), binary_kind(b"Q: who are you?")
    ('a PDF file', None, None)
    """
    for offset, mark, kind in _signatures():
        if head.startswith(mark, offset) and not (_is_word(mark) and _is_plain(head[:HEAD_BYTES])):
            return kind
    return None


@cache
def _signatures() -> tuple[tuple[int, bytes, str], ...]:
    """The offset of each signature, the signature, and the kind of file."""
    signatures = table(__package__, "signatures.tsv")
    return tuple((int(offset), bytes.fromhex(mark), kind) for offset, mark, kind in signatures)


def _is_word(mark: bytes) -> bool:
    return len(mark) <= WORD_SIGNATURE_BYTES and mark.isascii() and mark.isalnum()


def _is_plain(head: bytes) -> bool:
    return all(code >= 32 or code in b"\t\n\r" for code in head)
