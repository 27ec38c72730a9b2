"""What the lexicon knows about the words of a run, in whole numbers, and how likely two words are to meet."""

from functools import cache, lru_cache

from pipeline.lexicon import english
from pipeline.lexicon.english import MIN_NAME_ODDS, POINTS_PER_NAT, UNKNOWN_POINTS, WordFacts
from pipeline.lexicon.lists import rows

COMMON_POINTS = -7.5 * POINTS_PER_NAT
"""log P of a word that any text has: articles, prepositions, pronouns, the most frequent verbs."""
RARE_POINTS, RARE_NAME_POINTS = -14 * POINTS_PER_NAT, -12 * POINTS_PER_NAT
"""log P under which a word, or a name, is rare in any text: `gazebo`, `Ingrid`."""
MAX_WORD_JOIN_SCORE = 8
"""Join score up to which a run is a word all the same: `notable`, `healthcare`."""
UNSEEN = WordFacts(UNKNOWN_POINTS, 0, 0, 0, 0)
"""The facts of every word that is not in the lexicon."""

MIN_PREFIX_LETTERS, MAX_PREFIX_LETTERS = 2, 7
MIN_SUFFIX_LETTERS, MAX_SUFFIX_LETTERS = 1, 8
MIN_BASE_LETTERS = 3
"""Letters of a word that an affix may be added to; after a prefix it has one more."""


def lowered(run: str) -> str:
    """The form in which the lexicon has a word: small letters, a straight apostrophe, the same length.

    >>> lowered("Harbour’s")
    "harbour's"
    """
    small = run.lower()
    if "’" in small:
        small = small.replace("’", "'")
    # The lower case of a few letters, such as U+0130, is longer; offsets would shift.
    return small if len(small) == len(run) else run


@lru_cache(maxsize=1 << 14)
def word_facts(word: str) -> WordFacts:
    """`Lexicon.facts` of a word; `UNSEEN` for a word that is not in the lexicon."""
    return english.lexicon().facts(word) or UNSEEN


def is_common(word: str) -> bool:
    """Whether any text has the word."""
    return word_facts(word).points > COMMON_POINTS


def is_rare(word: str) -> bool:
    """Whether a word is so rare that its presence says something about a document."""
    facts = word_facts(word)
    return facts.points < RARE_POINTS or (facts.points < RARE_NAME_POINTS and facts.capital_odds > MIN_NAME_ODDS)


def join_score(run: str, word: str) -> int:
    """How surely `run`, of which `word` is the lowered form, is two words without their space; 0 for one word."""
    facts = word_facts(word)
    if facts.join_score and facts.capital_odds > MIN_NAME_ODDS and run[0].isupper():
        return 0
    return facts.join_score


@lru_cache(maxsize=1 << 14)
def bigram_points(before: str, word: str, alone: int) -> int:
    """Log P(word | before) in points; `alone` is the log P of `word` by itself."""
    seen = english.lexicon().pair(before, word)
    return alone + word_facts(before).backoff_points if seen is None else seen


def is_affixed(word: str) -> bool:
    """Whether a word is a known one with a prefix or a suffix: `nondemocratic`, `explainability`.

    >>> is_affixed("nondemocratic"), is_affixed("nonthe")
    (True, False)
    """
    for length in range(MIN_PREFIX_LETTERS, min(MAX_PREFIX_LETTERS + 1, len(word) - MIN_BASE_LETTERS)):
        if word[:length] in _affixes("prefixes.txt") and _is_base(word[length:]):
            return True
    for length in range(MIN_SUFFIX_LETTERS, min(MAX_SUFFIX_LETTERS + 1, len(word) - MIN_BASE_LETTERS + 1)):
        if word[-length:] in _affixes("suffixes.txt"):
            stem = word[:-length]
            # `usable` comes from `use`, `happiness` from `happy`.
            if _is_base(stem) or _is_base(stem + "e") or (stem[-1] == "i" and _is_base(stem[:-1] + "y")):
                return True
    return False


def _is_base(word: str) -> bool:
    lexicon = english.lexicon()
    return len(word) >= MIN_BASE_LETTERS and word in lexicon and not lexicon.is_misjoined(word)


@cache
def _affixes(name: str) -> frozenset[str]:
    return frozenset(rows("pipeline.lexicon", name))
