"""What is known about English words: how frequent they are, which stand side by side, which are slips.

Read from memory-mapped tries that `scripts/build_lexicon.py` builds; that file names the sources. The data derives
from the word lists of `wordfreq` (data CC BY-SA 4.0, https://github.com/rspeer/wordfreq) and from counts over
freely licensed English prose. Words are lower-case, with a straight apostrophe.
"""

from functools import cache
from importlib import resources
from pathlib import Path

import marisa_trie

ALPHABET = "^abcdefghijklmnopqrstuvwxyz"
"""The letters of the letter model; the first stands for the edge of a word."""
LETTERS = {letter: place for place, letter in enumerate(ALPHABET)}
ORDER = 4
"""Letters that the letter model sees at once."""
STEP = 11.0
"""Steps a natural logarithm takes in a byte of `words.bytes`: probabilities down to 1e-10."""
PAIR_STEP = 20.0
LETTER_STEP = 20.0


class Lexicon:
    """English words and pairs of words, read from `folder`."""

    __slots__ = ("_foreign", "_joins", "_letters", "_pair_values", "_pairs", "_values", "_words")

    def __init__(self) -> None:
        self._words, self._values = _trie("words"), _bytes("words")
        self._pairs, self._pair_values = _trie("pairs"), _bytes("pairs")
        self._joins, self._foreign = _trie("joins"), _trie("foreign")
        self._letters = _bytes("letters")

    def __contains__(self, word: str) -> bool:
        return word in self._words

    def logp(self, word: str) -> float | None:
        """Natural logarithm of the probability of `word`, or None where it is unknown."""
        number = self._words.get(word)
        return None if number is None else -self._values[2 * number] / STEP

    def zipf(self, word: str) -> float:
        """Base-10 logarithm of the occurrences in a thousand million words; 0 where it is unknown."""
        logp = self.logp(word)
        return 0.0 if logp is None else 9 + logp / 2.302585092994046

    def capital(self, word: str) -> float:
        """How often `word` is capitalised inside a sentence, from 0 to 1; 0.5 where that was never seen."""
        number = self._words.get(word)
        return 0.5 if number is None else self._values[2 * number + 1] / 255

    def pair(self, first: str, second: str) -> float | None:
        """Log P(second | first), or None where the two were hardly ever seen side by side."""
        number = self._pairs.get(f"{first} {second}")
        return None if number is None else -self._pair_values[number] / PAIR_STEP

    def join(self, word: str) -> bool:
        """True for a word of the lists that is much rarer in edited prose than its two halves: `ofthe`, `alot`."""
        return word in self._joins

    def starts(self, text: str) -> list[tuple[str, float, float]]:
        """The words that `text` starts with, joins left out: each with its log P and its share of capitals."""
        values = self._values
        return [
            (word, -values[2 * number] / STEP, values[2 * number + 1] / 255)
            for word, number in self._words.iter_prefixes_with_ids(text)
            if word not in self._joins
        ]

    def foreign(self, word: str) -> bool:
        """True for a word that only other languages in Latin script know."""
        return word in self._foreign

    def spelling(self, word: str) -> float:
        """Log P(letters of `word`): how likely an unknown word is to be spelt so."""
        return self.spellings(word)[-1] if word else 0.0

    def spellings(self, text: str) -> list[float]:
        """`spelling` of the first letter of `text`, of the first two, and so on."""
        size, edge = len(ALPHABET), len(ALPHABET) ** (ORDER - 1)
        state, total, found = 0, 0, []
        for letter in text:
            state = state % edge * size + LETTERS.get(letter, 0)
            total += self._letters[state]
            found.append(-(total + self._letters[state % edge * size]) / LETTER_STEP)
        return found


@cache
def words() -> Lexicon:
    """The lexicon, mapped once per process."""
    return Lexicon()


def _trie(name: str) -> marisa_trie.Trie:
    file = resources.files(__package__) / f"{name}.marisa"
    trie = marisa_trie.Trie()
    if isinstance(file, Path):
        return trie.mmap(str(file))
    return trie.frombytes(file.read_bytes())


def _bytes(name: str) -> bytes:
    return (resources.files(__package__) / f"{name}.bytes").read_bytes()
