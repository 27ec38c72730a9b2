"""Which tokens of a text may be missing a space. Most are plain words and are recognised by a look-up.

A token is what is between white space. Chinese inside one ends a part of it, since no space is missing there.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache

import regex

from pipeline.lexicon import english
from pipeline.lexicon.english import POINTS_PER_NAT
from pipeline.segmentation.boundaries import (
    DASH_CHARACTERS,
    DASHES,
    LATIN_LETTER,
    LATIN_LETTERS,
    LETTER_RUN,
    possible_boundaries,
)
from pipeline.segmentation.lattice import read_run
from pipeline.segmentation.lattice_edges import NO_SCORE, edges_of
from pipeline.segmentation.unspaced_lines import MIN_LINE_LETTERS, has_lost_spaces
from pipeline.segmentation.word_scores import MAX_WORD_JOIN_SCORE, UNSEEN, join_score, lowered, word_facts

NOT_CJK = regex.compile(r"[^\u2e80-\U0010ffff]+")
CJK = regex.compile(r"[\u2e80-\U0010ffff]")
MAX_TOKEN_CHARS = 2000
"""Code points of the longest token that is looked at in a line with spaces."""
MAX_READ_LETTERS = 60
"""Letters of the longest run that is read as several words in a line with spaces."""
MIN_SPLIT_GAIN, DOUBTFUL_GAIN, CLEAR_GAIN = -7 * POINTS_PER_NAT, 2 * POINTS_PER_NAT, 12 * POINTS_PER_NAT
"""Gains under which a run is never split, or hardly ever, and from which its neighbours do not matter."""
LEADING_MARKS, TRAILING_MARKS = '(“"‘[', '.,;:!?"”’)]'
"""Marks at the edges of a token that say nothing about it."""

SUSPECT_MARKS = regex.compile(
    rf"""
      [{LATIN_LETTERS}\d.\]][)\]”\"’]*[,;:!?.…]+[“\"‘(\[]?{LATIN_LETTER}     # that,under  history.The
    | [{LATIN_LETTERS}\d.,!?][)\]”]+{LATIN_LETTER}                            # (GSI)and
    | {LATIN_LETTER}[“(\[][{LATIN_LETTERS}\d]                                 # friends(or
    | \d[“(\[]{LATIN_LETTER}{{3}}                                            # 5(about
    | {LATIN_LETTER}{{2}}\d                                                  # In2022
    | ^a\d                                                                  # a5
    | \d(?:{LATIN_LETTER}{{3}}|(?i:is|as|at|in|to|by|of|on|or|he|we|it|if|so|no|an|up|do)(?!{LATIN_LETTER}))  # 5is
    | %{LATIN_LETTER}                                                       # 80%of
    | [;!?)\]][“(]?\d                                                       # (WHO)5
    | (?<!\d),[“(]?\d                                                       # May,5
    | (?<!\d)\d{{1,2}},(?:1[5-9]|20)\d\d(?!\d)                              # 15,2008
    | [{LATIN_LETTERS}\d.,]\"[{LATIN_LETTERS}\d]                            # Trial"and
    | [{LATIN_LETTERS}\d.,\"”][–—]$                                         # well–
    | ^[–—][{LATIN_LETTERS}\d\"“]                                           # –and
    | [a-z]{{2}}[A-Z]\.                                                     # JohnF.
    | {LATIN_LETTER}\$                                                      # about$5
    | {LATIN_LETTER}--$ | ^--{LATIN_LETTER}                                 # well--  --and
    | {LATIN_LETTER}-$ | -[\"“(] | ^-{LATIN_LETTER}                         # well-  the-"  -and
    | {LATIN_LETTER}& | &{LATIN_LETTER}                                     # Hill&Son
    | ^[,;…)]+{LATIN_LETTER}                                                # ,under
    | \w\#\d | \#\d+{LATIN_LETTER}                                          # No#5  #5and
    """,
    regex.VERBOSE,
)
"""Marks, figures and dashes that touch what they should not."""
INITIALS = regex.compile(
    r"""
    [(\[“\"]?
    (?:[A-Za-z]\.)++                                  # U.S.
    (?:[A-Za-z]|(?<=\..\.)-[A-Za-z]++)?+              # U.S.A  U.S.-based
    [)\]”\",;:!?.]*+                                  # (e.g.,
    (?:['’]s)?                                        # U.N.'s
    """,
    regex.VERBOSE,
)
"""Initials, where no space is missing."""
PROTECTED_TOKEN = regex.compile(
    r"""
      (?i:
          https?: | ftp: | www\.                      # https://example.com
        | [\w.+-]+@[\w-]+\.\w                        # ann@example.com
        | ^[(\[“\"]?[@\#]                            # @ann  #topic
        | [\\/_{}<>=|~^*`]                           # docs/data  line_count
        | \w\(\) | :: | ->                           # run()  std::vector
        | \.(?:com|org|net|gov|edu|io|cn|uk|js|py|html?|php|exe|txt|pdf|jpe?g|png|gif|csv|json|xml|md|dev|ai|fm|co|app|
              xyz|info|me|tv|de|fr|ru|jp|hk|tw|docx?|xlsx?|zip|mp[34])(?![a-z])     # node.js
      )
    | (?:quot|amp|nbsp|apos|[lr][ds]quo|[mn]dash|hellip|[lg]t|\#\d+);              # what is left of an entity
    | &\w{1,10};                                                                  # &nbsp;
    | [′″]                                                                        # 5′
    | \d,\d[\d,]*-[a-z]                                                           # 1,000-metre
    """,
    regex.VERBOSE,
)
"""Tokens that are no prose: links, addresses, paths, handles, hashtags, code, file names, entities."""
AFTER_APOSTROPHE = frozenset(
    ["s", "re", "ve", "ll", "d", "m", "em", "all", "til", "clock", "er", "am", "n", "tis", "cause", "bout"]
)
"""What may follow the apostrophe of a word: `mill's`, `o'clock`."""
BEFORE_APOSTROPHE = frozenset(["o", "d", "l", "qu", "al", "ma", "y", "n", "t", "m"])
"""What may precede it: `O'Neill`, `l'eau`."""


@lru_cache(maxsize=1 << 14)
def is_suspect(token: str) -> bool:
    """Whether a token may be missing a space: `decadesof`, `history.The`, `In2022`."""
    return not is_of_words(token) and any(True for _ in suspect_parts(token))


def is_of_words(token: str, exclude: Callable[[str], bool] | None = None) -> bool:
    """Whether a token is a number, or known words with usual capitals, joined by hyphens.

    A word for which `exclude` is true does not count as known. This recognises most of a text quickly.
    """
    inside = strip_marks(token)
    if "-" in inside:
        return all(_is_word(run, exclude) for run in inside.split("-"))
    return _is_word(inside, exclude) or inside.isdigit()


def strip_marks(token: str) -> str:
    """A token without the marks at its edges."""
    return token.rstrip(TRAILING_MARKS).lstrip(LEADING_MARKS)


def _is_word(run: str, exclude: Callable[[str], bool] | None) -> bool:
    word = lowered(run)
    if word_facts(word) is UNSEEN:
        word = word.removesuffix("'s")
    facts = word_facts(word)
    if facts is UNSEEN or (exclude and exclude(word)) or not (run[1:].islower() or run.islower() or run.isupper()):
        return False
    return facts.join_score <= MAX_WORD_JOIN_SCORE or join_score(run, word) <= MAX_WORD_JOIN_SCORE


def suspect_parts(token: str) -> Iterator[tuple[int, str]]:
    """The parts of a token that may be missing a space, each with the offset at which it begins."""
    if token.isascii() or not CJK.search(token):
        if part_is_suspect(token):
            yield 0, token
        return
    for match in NOT_CJK.finditer(token):
        if part_is_suspect(match[0]):
            yield match.start(), match[0]


@lru_cache(maxsize=1 << 14)
def part_is_suspect(part: str) -> bool:
    """Whether a part, which has neither spaces nor Chinese, may be missing a space."""
    if len(part) < 2 or len(part) > MAX_TOKEN_CHARS:
        return False
    if len(part) >= MIN_LINE_LETTERS and has_lost_spaces(part):
        return True
    if part.isalpha() and part.isascii():
        return not is_plain_word(part) and not _is_one_word(part)
    if all(is_plain_word(run) for run in LETTER_RUN.findall(part)) and not SUSPECT_MARKS.search(part):
        return False
    if INITIALS.fullmatch(part) or PROTECTED_TOKEN.search(part):
        return False
    return bool(possible_boundaries(part)) or not all(_is_one_word(run) for run in LETTER_RUN.findall(part))


def _is_one_word(run: str) -> bool:
    """Whether a run cannot be read as several words, whatever is beside it. Most names are such runs."""
    return is_plain_word(run) or (len(run) <= MAX_READ_LETTERS and split_gain(run) < MIN_SPLIT_GAIN)


@lru_cache(maxsize=1 << 14)
def dash_of(token: str) -> str:
    """The dash of a token that is suspect for nothing else; empty if there is none.

    Between the dash and its word a space is missing only if the document has such dashes between spaces.
    """
    inside = strip_marks(token)
    dash = inside[:1] if inside[:1] in DASHES else inside[-1:]
    return dash if dash in DASHES and is_of_words(inside.strip(DASH_CHARACTERS)) else ""


@lru_cache(maxsize=1 << 14)
def is_doubtful(token: str) -> bool:
    """Whether a suspect token is a single run that reads as several words hardly better than as one.

    It is one word unless the document has a word inside it: `Tokayevsaid` may be two words only because of `Tokayev`.
    """
    run = strip_marks(token)
    if len(run) >= MIN_LINE_LETTERS or not run.isalpha() or is_plain_word(run) or SUSPECT_MARKS.search(token):
        return False
    return split_gain(run) < DOUBTFUL_GAIN


@lru_cache(maxsize=1 << 14)
def split_gain(run: str) -> int:
    """Points by which the best reading of a run as several words is better than as one, without its neighbours."""
    edges, size = edges_of(run), len(run)
    if len(edges) == 1:
        return NO_SCORE
    best_to = [0, *[NO_SCORE] * size]
    whole = NO_SCORE
    for start, end, _, points, extra, _ in edges:
        if end - start == size:
            whole = points + extra
        else:
            best_to[end] = max(best_to[end], best_to[start] + points + extra)
    # Pairs of words may cost a reading some points, but never so many.
    if best_to[size] - whole >= CLEAR_GAIN:
        return best_to[size] - whole
    reading = read_run(run, ".", ".", [])
    return max(reading.cut[1:-1]) - reading.whole


@lru_cache(maxsize=1 << 14)
def is_plain_word(run: str) -> bool:
    """Whether a run is one word as it is, by the lexicon or by its apostrophe."""
    word = lowered(run)
    if len(word) <= 2:
        return len(word) < 2 or not (run[0].islower() and run[1].isupper())
    if word in english.lexicon():
        if join_score(run, word) > MAX_WORD_JOIN_SCORE:
            return False
        inside = run[1:]
        return (
            inside.islower()
            or run.isupper()
            or not any(a.islower() and b.isupper() for a, b in zip(run, inside, strict=False))
        )
    head, apostrophe, tail = word.partition("'")
    if apostrophe:
        if tail == "t":
            return False
        if tail in AFTER_APOSTROPHE:
            return is_plain_word(run[: len(head)])
        return head in BEFORE_APOSTROPHE and is_plain_word(run[len(head) + 1 :])
    return False
