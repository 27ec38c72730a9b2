"""What the user says about words: which are never taken apart, and which may be a piece of a run."""

import msgspec

from pipeline.lexicon import english
from pipeline.lexicon.vocabulary import Vocabulary
from pipeline.segmentation.boundaries import LETTER_RUN
from pipeline.segmentation.word_scores import lowered

COMMON_NAME = -10.5
"""log P above which a word needs no help of the user's to be a piece: it is in any text."""


class UserWords(msgspec.Struct, frozen=True):
    """Words of the user's, in small letters: `pieces` of runs, and those `kept` whole wherever they stand."""

    pieces: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()

    def keeps(self, run: str) -> bool:
        """True for a run that the user says is one word, also with `'s` behind it."""
        word = lowered(run) if self.kept else ""
        return word in self.kept or word.removesuffix("'s") in self.kept

    def breaks(self, run: str, cut: int) -> bool:
        """Whether a cut would take a word of the user's apart: `thePost` in `callthePost`."""
        small = lowered(run) if self.kept else ""
        return any(
            (start := small.find(word, max(0, cut - len(word) + 1))) >= 0 and start < cut < start + len(word)
            for word in self.kept
            if len(word) <= len(small)
        )


def user_words(vocabulary: Vocabulary) -> UserWords:
    """What a user's vocabulary makes known."""
    words, kept = (
        english.lexicon(),
        frozenset(lowered(word) for word in vocabulary.lowered if LETTER_RUN.fullmatch(word)),
    )
    pieces = frozenset(word for word in kept if (words.logp(word) or -20.0) < COMMON_NAME or words.join(word))
    return UserWords(pieces, kept)


NO_USER_WORDS = UserWords()


def user_words_of(vocabulary: Vocabulary) -> UserWords:
    """`user_words`, made once for a vocabulary."""
    return vocabulary.derived(user_words) if vocabulary else NO_USER_WORDS
