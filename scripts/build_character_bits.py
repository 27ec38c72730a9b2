"""Writes `pipeline/text/encodings/characters.tsv`: how rare each character is in Chinese, Japanese and Korean.

python scripts/build_character_bits.py > pipeline/text/encodings/characters.tsv
needs: opencc-purepy, jieba, wordfreq (requirements-lexicon.txt)

The unit is the bit: a character of 5 bits is one of 32 in running text. Chinese is the mean of jieba's counts and those
of wordfreq; a traditional character has the bits of its simplified one, if that is commoner. What stands in no row is
rarer than all that do.
"""

import math
import sys
from collections import Counter, defaultdict

import wordfreq
from build_variants import frequencies, table

MAX_BITS = 19
"""Rarer characters are left out."""
WIDTH = 100
SCRIPTS = {
    "Chinese": (("\u4e00", "\u9fff"), ("\u3400", "\u4dbf")),
    "Japanese": (("\u3041", "\u30ff"), ("\u4e00", "\u9fff")),
    "Korean": (("\uac00", "\ud7a3"),),
}
HEADER = """\
# How rare characters are, in bits: a character of 5 bits is one of 32. Language, bits, characters.
# Built by scripts/build_character_bits.py from the counts of jieba (MIT), the character tables of OpenCC (Apache-2.0)
# and wordfreq (code Apache-2.0, data CC BY-SA 4.0)."""


def main() -> None:
    """Prints the table."""
    print(HEADER)
    for language, shares in (("Chinese", _chinese()), ("Japanese", _shares("ja")), ("Korean", _shares("ko"))):
        kept = {c: share for c, share in shares.items() if any(a <= c <= b for a, b in SCRIPTS[language])}
        total = sum(kept.values())
        rows = defaultdict(list)
        for character, share in kept.items():
            rows[max(1, round(-math.log2(share / total)))].append(character)
        for bits in sorted(rows):
            characters = "".join(sorted(rows[bits], key=lambda c: (-kept[c], c)))
            for start in range(0, len(characters) if bits <= MAX_BITS else 0, WIDTH):
                sys.stdout.write(f"{language}\t{bits}\t{characters[start : start + WIDTH]}\n")


def _shares(language: str) -> Counter[str]:
    """The share of each character in the words of wordfreq."""
    shares: Counter[str] = Counter()
    for word, share in wordfreq.get_frequency_dict(language, wordlist="best").items():
        for character in word:
            shares[character] += share
    return shares


def _chinese() -> dict[str, float]:
    to_traditional = table("STCharacters.txt")
    # The counts are of simplified text: what is traditional in them is noise, such as 鈥, which is mojibake.
    noise = {c for c, forms in table("TSCharacters.txt").items() if c not in forms}
    counts, listed = frequencies(), _shares("zh")
    totals = sum(counts.values()), sum(listed.values())
    shares: dict[str, float] = defaultdict(float)
    for simplified in counts | listed:
        if simplified in noise:
            continue
        share = counts[simplified] / totals[0] / 2 + listed[simplified] / totals[1] / 2
        for character in (simplified, *to_traditional.get(simplified, [])):
            if len(character) == 1:
                shares[character] = max(shares[character], share)
    return shares


if __name__ == "__main__":
    main()
