"""Whether a document shows that it lost spaces, before a word of a dictionary is read as two.

`seethe` is a word in a sound text, and `see the` in one that also has `ofthe` and `decadesof`.
"""

from functools import lru_cache

import regex

from pipeline.lexicon.dictionary import is_dictionary_word
from pipeline.segmentation.boundaries import LETTER_RUN
from pipeline.segmentation.score import missing_spaces
from pipeline.segmentation.word_scores import is_common, lowered

MIN_SURE_CONFIDENCE = 0.9
"""Confidence from which another join shows that spaces were lost."""
KEY_CHARS = 4
"""Letters on each side of a place that tell one join from another."""
MIN_NAMES, NAMES_PER_JOIN = 3, 3
"""Different names in camel case that a text without joins has at least, and how many more for each join. Where 1 or
10 % of the spaces were removed, this cost no repair on the development half of the benchmark."""
CAMEL_NAME = regex.compile(r"(?<![\p{L}\d_.])\p{Lu}\p{Ll}+(?:\p{Lu}\p{Ll}+)+(?![\p{L}\d])")
WORD_REACH = 60
"""Letters on each side of a place that are looked at."""


def shows_lost_spaces(text: str, user_words: frozenset[str]) -> bool:
    """Whether a text has a sure join, see `sure_joins`."""
    return sure_joins(text, user_words) > 0


@lru_cache(maxsize=2)
def sure_joins(text: str, user_words: frozenset[str]) -> int:
    """How many different words surely miss a space in small letters of a text, other than those of a dictionary.

    Capitals within a token do not count: they may be the name of a product. `user_words` are those of the user.
    """
    return len(
        {
            text[max(0, space.at - KEY_CHARS) : space.at + KEY_CHARS]
            for space in missing_spaces(text, user_words)
            if space.inner and space.confidence >= MIN_SURE_CONFIDENCE and _is_join(text, space.at)
        }
    )


@lru_cache(maxsize=2)
def is_full_of_names(text: str, user_words: frozenset[str]) -> bool:
    """Whether a text has so many names in camel case beside its joins that they are names: `AssetManager`."""
    names = len(set(CAMEL_NAME.findall(text)))
    return names >= MIN_NAMES and names >= MIN_NAMES + NAMES_PER_JOIN * sure_joins(text, user_words)


def recurs(text: str, word: str) -> bool:
    """Whether a word is in the text more than once. What is torn the same way twice is a term or a name."""
    first = text.find(word)
    return text.find(word, first + 1) >= 0


def _is_join(text: str, at: int) -> bool:
    """Whether two words surely meet at `at`: in small letters, in no dictionary, and not as a term that recurs."""
    runs = LETTER_RUN.finditer(text, max(0, at - WORD_REACH), at + WORD_REACH)
    run = next((run for run in runs if run.start() < at < run.end()), None)
    if run is None or not run[0][1:].islower() or is_dictionary_word(lowered(run[0])):
        return False
    return not recurs(text, run[0]) or is_beside_small_word(text[run.start() : at], text[at : run.end()])


def is_beside_small_word(left: str, right: str) -> bool:
    """Whether one of two halves is a word that any text has: `ofthe`."""
    return is_common(lowered(left)) or is_common(lowered(right))
