"""The encoding that most of some bytes are in, by how rare the characters of each reading are.

A sample is read in every encoding and weighed in bits (`rarity`), each reading in its own language. So Japanese and
Korean are told from Chinese, of which any two bytes are some character, too.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from pipeline.text.encodings.alignment import LANGUAGES, MAX_MEAN_BITS
from pipeline.text.encodings.rarity import CYRILLIC, REPLACEMENT, CharacterBits, bits_in, bits_in_any

SAMPLE_BYTES = 3000
MIN_SAMPLE_BYTES = 6
"""Bytes beyond ASCII that say enough."""
MIN_CYRILLIC_SHARE = 0.8
"""Share of the letters of Russian in the characters beyond ASCII: all other bytes are signs and quotes."""
UNDECODABLE_BITS = 24
MIN_LOST, MAX_LOST, MAX_LOST_SHARE = 3, 6, 0.1
"""Bytes that belong to no character in a text of one encoding: so many may always, no more, and at most this share."""
MIN_LEAD_BITS = 20
"""Bits by which a reading must be likelier than the next one, to say that it is the encoding."""
FOREIGN_MARGIN_SHARE = 0.05
"""Share of its bits by which an encoding of another language must be likelier too: this is a pipeline for Chinese."""
MIN_FOREIGN_KINDS = 4
"""Different characters beyond ASCII of a text in another language: any character may be written over and over."""
MIXED_WORD = re.compile("(?<=[A-Za-z])[\u0400-\u04ff]|[\u0400-\u04ff](?=[A-Za-z])|(?<=[\u0430-\u045f])[\u0400-\u042f]")
MIXED_WORD_BITS = 10
"""Bits of a Cyrillic letter beside a Latin one, and of a capital within a word: it is rather something else."""
CUT_BITS = 12
"""Bits of a first byte that belongs to a character that was cut."""


FOREIGN_LANGUAGES: Mapping[str, str] = {
    "cp932": "Japanese",
    "euc_jp": "Japanese",
    "cp949": "Korean",
    "cp1251": "Russian",
}
"""The languages of the encodings that are read only if most of a text is in them."""


class _Candidate(NamedTuple):
    encoding: str
    bits: CharacterBits
    is_foreign: bool


@cache
def _candidates() -> tuple[_Candidate, ...]:
    chinese = bits_in("Chinese")
    return (
        _Candidate("utf-8", bits_in_any(), is_foreign=False),
        _Candidate("gb18030", chinese, is_foreign=False),
        _Candidate("big5hkscs", chinese, is_foreign=False),
        _Candidate("cp1252", bits_in_any(), is_foreign=False),
        *(_Candidate(name, bits_in(language), is_foreign=True) for name, language in FOREIGN_LANGUAGES.items()),
    )


def dominant_encoding(data: bytes) -> str | None:
    """The encoding of most of `data`; None if that is not clear. Of UTF-16 and UTF-32 nothing is known."""
    sample = _sample(data)
    if sum(code >= 0x80 for code in sample) < MIN_SAMPLE_BYTES:
        return None
    weighed = sorted(((_bits(sample, candidate), candidate) for candidate in _candidates()), key=lambda pair: pair[0])
    (least, best), (next_least, _) = weighed[:2]
    beyond_ascii = least - best.bits["A"] * sum(code < 0x80 for code in sample)
    margin = max(MIN_LEAD_BITS, FOREIGN_MARGIN_SHARE * beyond_ascii if best.is_foreign else 0)
    if _may_be_cut(sample, best) and least < _whole_bits(sample, best):
        sample = sample[1:]
    if next_least - least < margin or _is_mixed(sample, best):
        return None
    return best.encoding if not best.is_foreign or _has_several(sample, best.encoding) else None


def _is_mixed(sample: bytes, candidate: _Candidate) -> bool:
    """Whether other parts of the sample are in another encoding: it has many bytes of none, or rare characters."""
    beyond_ascii = [character for character in sample.decode(candidate.encoding, "replace") if character > "\x7f"]
    lost = beyond_ascii.count(REPLACEMENT)
    if lost > max(MIN_LOST, min(MAX_LOST, MAX_LOST_SHARE * len(beyond_ascii))):
        return True
    letters = sum(map(CYRILLIC.__contains__, beyond_ascii))
    if candidate.encoding == "cp1251" and letters < MIN_CYRILLIC_SHARE * len(beyond_ascii):
        return True
    whole = (character for character in beyond_ascii if character != REPLACEMENT)
    return candidate.encoding in LANGUAGES and candidate.bits.of(whole) > MAX_MEAN_BITS * len(beyond_ascii)


def _has_several(sample: bytes, encoding: str) -> bool:
    """Whether a text is long enough to tell its language."""
    kinds = {character for character in sample.decode(encoding, "replace") if character > "\x7f"}
    return len(kinds) >= (MIN_FOREIGN_KINDS if encoding != "cp1251" else 3 * MIN_FOREIGN_KINDS)


def _bits(sample: bytes, candidate: _Candidate) -> int:
    """The bits of a sample, or of all but its first byte, if it was cut there."""
    bits = _whole_bits(sample, candidate)
    return min(bits, CUT_BITS + _whole_bits(sample[1:], candidate)) if _may_be_cut(sample, candidate) else bits


def _may_be_cut(sample: bytes, candidate: _Candidate) -> bool:
    return candidate.encoding in LANGUAGES and sample[0] >= 0x80


def _whole_bits(sample: bytes, candidate: _Candidate) -> int:
    text = sample.decode(candidate.encoding, "replace")
    lost = text.count(REPLACEMENT)
    mixed = len(MIXED_WORD.findall(text)) if candidate.encoding == "cp1251" else 0
    bits = candidate.bits.of(text.replace(REPLACEMENT, ""))
    return bits + UNDECODABLE_BITS * lost + MIXED_WORD_BITS * mixed


def _sample(data: bytes) -> bytes:
    """The first lines that are not ASCII, up to `SAMPLE_BYTES`, from three places."""
    if len(data) <= SAMPLE_BYTES:
        return data
    lines = []
    for third in range(3):
        start = data.find(b"\n", third * len(data) // 3) + 1 if third else 0
        size = 0
        for line in data[start : start + 4 * SAMPLE_BYTES].splitlines(keepends=True):
            if not line.isascii():
                lines.append(line[: SAMPLE_BYTES // 3])
                size += len(line)
            if size >= SAMPLE_BYTES // 3:
                break
    return b"".join(lines)
