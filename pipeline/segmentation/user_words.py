"""The words of a user's vocabulary: which are never split, and which a run may be made of."""

import msgspec

from pipeline.lexicon import english
from pipeline.lexicon.vocabulary import Vocabulary
from pipeline.segmentation.boundaries import LETTER_RUN
from pipeline.segmentation.word_scores import lowered

MAX_EDGE_LOGP = -10.5
"""log P above which a word needs no help from the user to be found in a run: any text has it."""
UNKNOWN_LOGP = -20.0


class UserWords(msgspec.Struct, frozen=True):
    """A user's words in small letters: `edges` may be found inside runs, `whole` are never split."""

    edges: frozenset[str] = frozenset()
    whole: frozenset[str] = frozenset()

    def keeps(self, run: str) -> bool:
        """Whether the user says that a run is one word, also with `'s` after it."""
        word = lowered(run) if self.whole else ""
        return word in self.whole or word.removesuffix("'s") in self.whole

    def breaks(self, run: str, cut: int) -> bool:
        """Whether a cut would split a word of the user: `thePo|st`, if `Post` is one."""
        small = lowered(run) if self.whole else ""
        return any(
            (start := small.find(word, max(0, cut - len(word) + 1))) >= 0 and start < cut < start + len(word)
            for word in self.whole
            if len(word) <= len(small)
        )


NO_USER_WORDS = UserWords()


def user_words_of(vocabulary: Vocabulary) -> UserWords:
    """The words of a vocabulary, computed once for each vocabulary."""
    return vocabulary.derived(_user_words) if vocabulary else NO_USER_WORDS


def _user_words(vocabulary: Vocabulary) -> UserWords:
    lexicon = english.lexicon()
    whole = frozenset(lowered(word) for word in vocabulary.lowered if LETTER_RUN.fullmatch(word))
    edges = frozenset(
        word for word in whole if (lexicon.logp(word) or UNKNOWN_LOGP) < MAX_EDGE_LOGP or lexicon.is_misjoined(word)
    )
    return UserWords(edges, whole)
