"""What the lexicon says of the words of a run, in whole numbers, and which of two words that meet is likely."""

from functools import lru_cache

from pipeline.lexicon import english
from pipeline.lexicon.english import MIN_NAME_ODDS, POINTS_PER_NAT, UNKNOWN_POINTS

COMMON_POINTS = -7.5 * POINTS_PER_NAT
"""log P of a word that is found in any text: articles, prepositions, pronouns, the most frequent verbs."""
RARE_POINTS, RARE_NAME_POINTS = -14 * POINTS_PER_NAT, -12 * POINTS_PER_NAT
"""log P under which a word, or a name, is rare in any text: `gazebo`, `Ingrid`."""
MAX_WORD_JOIN_SCORE = 8
"""Slips up to that are words all the same: `notable`, `healthcare`."""
UNSEEN = (UNKNOWN_POINTS, 0, 0, 0, 0)


def lowered(run: str) -> str:
    """The form in which the lexicon knows a word; letters whose lower case is longer stay as they are."""
    small = run.lower()
    if "’" in small:
        small = small.replace("’", "'")
    return small if len(small) == len(run) else run


@lru_cache(maxsize=1 << 14)
def word_facts(word: str) -> tuple[int, int, int, int, int]:
    """`Lexicon.facts`, of an unknown word those of one never seen."""
    return english.lexicon().facts(word) or UNSEEN


def is_common(word: str) -> bool:
    """Whether a word is found in any text."""
    return word_facts(word)[0] > COMMON_POINTS


def is_rare(word: str) -> bool:
    """Whether a word is rare in any text, so that it says something of a document that it stands in."""
    points, odds, _, _, _ = word_facts(word)
    return points < RARE_POINTS or (points < RARE_NAME_POINTS and odds > MIN_NAME_ODDS)


def join_score(run: str, word: str) -> int:
    """How surely `run`, of which `word` is the lowered form, is two words that lost their space; 0 for a word."""
    _, odds, _, found, _ = word_facts(word)
    return 0 if found and odds > MIN_NAME_ODDS and run[0].isupper() else found


@lru_cache(maxsize=1 << 14)
def bigram_points(before: str, word: str, alone: int) -> int:
    """Log P(word | before) in points, where `alone` is that of the word by itself."""
    seen = english.lexicon().pair(before, word)
    return alone + word_facts(before)[4] if seen is None else seen
