"""What is known about English words: how frequent they are, which stand side by side, which are slips.

Read from memory-mapped tries that `scripts/build_lexicon.py` builds; that file names the sources. The data derives
from the word lists of `wordfreq` (data CC BY-SA 4.0, https://github.com/rspeer/wordfreq) and from counts over
freely licensed English prose. Words are lower-case, with a straight apostrophe.
"""

import math
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

import marisa_trie

ALPHABET = "^abcdefghijklmnopqrstuvwxyz"
"""The letters of the letter model; the first stands for the edge of a word."""
LETTER_CODES = {letter: place for place, letter in enumerate(ALPHABET)}
LETTER_COUNT = len(ALPHABET)
ORDER = 4
"""Letters that the letter model sees at once."""
CONTEXTS = LETTER_COUNT ** (ORDER - 1)
CONTEXT_SYMBOLS = ("^", "0", "-", ".")
"""What stands for an edge of a line, a number, a hyphen and any other mark, where words and pairs are counted."""
POINTS_PER_NAT = 20
"""Log probabilities are whole numbers of points, twenty to the natural unit: sums of them are the same everywhere."""
LOGP_STEP = 11.0
"""Steps a natural logarithm takes in the first byte of a word: probabilities down to 1e-10."""
MIN_NAME_ODDS = 16
"""Odds of a capital from which on a word is a name, so that only its small form is a slip: `togo`, but not `Togo`."""
CAPITAL_STEP, COUNT_STEP, JOIN_STEP = 12.0, 16.0, 16.0
FOREIGN_LOGP = -20.0
"""log P of a word that only other languages, or maps, know."""
FOREIGN_POINTS = round(FOREIGN_LOGP * POINTS_PER_NAT)
BYTES_PER_WORD = 5
"""Bytes of a word."""
LOGP = tuple(-round(byte * POINTS_PER_NAT / LOGP_STEP) for byte in range(256))
UNKNOWN_POINTS = -22 * POINTS_PER_NAT
"""What stands for the log P of a word that nobody knows, where one is needed."""


class Lexicon:
    """English words and pairs of words, read from `folder`, by default the data of this package."""

    __slots__ = ("_foreign", "_letters", "_pair_values", "_pairs", "_values", "_words")

    def __init__(self, folder: Traversable | None = None) -> None:
        folder = folder or resources.files(__package__)
        self._words, self._values = _trie(folder / "words.marisa"), (folder / "words.bytes").read_bytes()
        self._pairs, self._pair_values = _trie(folder / "pairs.marisa"), (folder / "pairs.bytes").read_bytes()
        self._foreign = _trie(folder / "foreign.marisa")
        self._letters = (folder / "letters.bytes").read_bytes()

    def __contains__(self, word: str) -> bool:
        return word in self._words

    def points(self, word: str) -> int | None:
        """Log P of `word` in points, or None where it is unknown."""
        number = self._words.get(word)
        return None if number is None else LOGP[self._values[BYTES_PER_WORD * number]]

    def logp(self, word: str) -> float | None:
        """Natural logarithm of the probability of `word`, or None where it is unknown."""
        points = self.points(word)
        return None if points is None else points / POINTS_PER_NAT

    def zipf(self, word: str) -> float:
        """Base-10 logarithm of the occurrences in a thousand million words; 0 where it is unknown."""
        logp = self.logp(word)
        return 0.0 if logp is None else 9 + logp / 2.302585092994046

    def facts(self, word: str) -> tuple[int, int, int, int, int] | None:
        """Log P, odds of a capital, times seen, slip and backoff of a word, each in its steps, or None."""
        number = self._words.get(word)
        if number is None:
            return None
        at = BYTES_PER_WORD * number
        logp, capital, seen, join, backoff = self._values[at : at + BYTES_PER_WORD]
        return LOGP[logp], capital - 128, seen, join, -backoff

    def capital(self, word: str) -> float:
        """How often `word` is capitalised, from 0 to 1; 0.5 where that was never seen."""
        number = self._words.get(word)
        return (
            0.5
            if number is None
            else 1 / (1 + math.exp((128 - self._values[BYTES_PER_WORD * number + 1]) / CAPITAL_STEP))
        )

    def pair(self, first: str, second: str) -> int | None:
        """Log P(second | first) in points, or None where the two were hardly ever seen side by side."""
        number = self._pairs.get(f"{first} {second}")
        return None if number is None else -self._pair_values[number]

    def join(self, word: str) -> bool:
        """True for a word of the lists that is rarer in edited prose than its halves, and no name: `ofthe`, `alot`."""
        number = self._words.get(word)
        if number is None:
            return False
        at = BYTES_PER_WORD * number
        capital, _, slip = self._values[at + 1 : at + 4]
        return slip > 0 and capital - 128 <= MIN_NAME_ODDS

    def starts(self, text: str) -> list[tuple[str, int, int, int]]:
        """The words that `text` starts with: each with its log P in points, its odds of a capital and its slip.

        Those of other languages come last.
        """
        values = self._values
        found = []
        for word, number in self._words.iter_prefixes_with_ids(text):
            at = BYTES_PER_WORD * number
            found.append((word, LOGP[values[at]], values[at + 1] - 128, values[at + 3]))
        found += [(word, FOREIGN_POINTS, 0, 0) for word in self._foreign.iter_prefixes(text)]
        return found

    def foreign(self, word: str) -> bool:
        """True for a word that only other languages in Latin script know."""
        return word in self._foreign

    def spelling(self, word: str) -> int:
        """Log P(letters of `word`) in points: how likely an unknown word is to be spelt so."""
        return Spelling(self._letters, word).between(0, len(word)) if word else 0

    def spellings(self, text: str) -> "Spelling":
        """`spelling` of every part of `text`."""
        return Spelling(self._letters, text)


class Spelling:
    """How likely unknown words are to be spelt as the parts of a text are."""

    __slots__ = ("_codes", "_table", "_totals")

    def __init__(self, table: bytes, text: str) -> None:
        self._table = table
        self._codes = codes = [LETTER_CODES.get(letter, 0) for letter in text]
        state, total, totals = 0, 0, [0]
        for code in codes:
            state = state % CONTEXTS * LETTER_COUNT + code
            total += table[state]
            totals.append(total)
        self._totals = totals

    def between(self, start: int, end: int) -> int:
        """Log P, in points, of the letters `[start, end)` as a word of its own."""
        table, codes, size = self._table, self._codes, LETTER_COUNT
        # The first letters do not see what stands before the word, and the last is followed by an edge.
        state, total = 0, 0
        for code in codes[start : min(end, start + ORDER - 1)]:
            state = state * size + code
            total += table[state]
        if end - start >= ORDER:
            total += self._totals[end] - self._totals[start + ORDER - 1]
            state = (codes[end - 3] * size + codes[end - 2]) * size + codes[end - 1]
        return -(total + table[state * size])


@cache
def lexicon() -> Lexicon:
    """The lexicon, mapped once per process."""
    return Lexicon()


def _trie(file: Traversable) -> marisa_trie.Trie:
    trie = marisa_trie.Trie()
    if isinstance(file, Path):
        return trie.mmap(str(file))
    return trie.frombytes(file.read_bytes())
