"""Which tokens of a text may be missing a space. Most are not, and are told at the speed of a look-up.

A token is what stands between blanks; Chinese inside one ends a part of it, since no space is missing there.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache

import regex

from pipeline.lexicon import english
from pipeline.lexicon.english import POINTS_PER_NAT
from pipeline.segmentation.boundaries import DASHES, LATIN_LETTER, LATIN_LETTERS, LETTER_RUN, possible_boundaries
from pipeline.segmentation.lattice import read_run
from pipeline.segmentation.lattice_edges import NO_SCORE, edges_of
from pipeline.segmentation.unspaced_lines import MIN_LINE_LETTERS as LETTERS_OF_LINE
from pipeline.segmentation.unspaced_lines import has_lost_spaces
from pipeline.segmentation.word_scores import MAX_WORD_JOIN_SCORE, UNSEEN, join_score, lowered, word_facts

NOT_CJK = regex.compile(r"[^\u2e80-\U0010ffff]+")
CJK = regex.compile(r"[\u2e80-\U0010ffff]")
MAX_READ_LETTERS = 60
"""Letters of the longest run that is read as several words inside a line."""
HOPELESS, DOUBTFUL, CLEAR = -7 * POINTS_PER_NAT, 2 * POINTS_PER_NAT, 12 * POINTS_PER_NAT
"""Gains under which a run is never several words, and hardly ever; from `CLEAR` on there is no need to look closer."""
LEADING_MARKS, TRAILING_MARKS = '(“"‘[', '.,;:!?"”’)]'
"""Marks at the edges of a token that say nothing of it."""
MAX_TOKEN_CHARS = 2000
"""Code points of the longest token that is looked at inside a line of words."""

SUSPECT_MARKS = regex.compile(
    rf"[{LATIN_LETTERS}\d.\]][)\]”\"’]*[,;:!?.…]+[“\"‘(\[]?{LATIN_LETTER}|[{LATIN_LETTERS}\d.,!?][)\]”]+{LATIN_LETTER}"
    rf"|{LATIN_LETTER}[“(\[][{LATIN_LETTERS}\d]|\d[“(\[]{LATIN_LETTER}{{3}}|{LATIN_LETTER}{{2}}\d|^a\d"
    rf"|\d(?:{LATIN_LETTER}{{3}}|(?i:is|as|at|in|to|by|of|on|or|he|we|it|if|so|no|an|up|do)(?!{LATIN_LETTER}))"
    rf"|%{LATIN_LETTER}|[;!?)\]][“(]?\d|(?<!\d),[“(]?\d|(?<!\d)\d{{1,2}},(?:1[5-9]|20)\d\d(?!\d)|[{LATIN_LETTERS}\d.,]\"[{LATIN_LETTERS}\d]|[{LATIN_LETTERS}\d.,\"”][–—]$|^[–—][{LATIN_LETTERS}\d\"“]"
    rf"|[a-z]{{2}}[A-Z]\.|{LATIN_LETTER}\$|{LATIN_LETTER}--$|^--{LATIN_LETTER}|{LATIN_LETTER}-$|-[\"“(]|^-{LATIN_LETTER}|{LATIN_LETTER}&|&{LATIN_LETTER}|^[,;…)]+{LATIN_LETTER}|\w\#\d|\#\d+{LATIN_LETTER}"
)
"""Marks, figures and dashes that touch what they should not."""
INITIALS = regex.compile(r"[(\[“\"]?(?:[A-Za-z]\.)++(?:[A-Za-z]|(?<=\..\.)-[A-Za-z]++)?+[)\]”\",;:!?.]*+(?:['’]s)?")
"""`U.S.-based`, `(U.N.)`, `U.S.A`, `(e.g.,`: no space is missing there."""
PROTECTED_TOKEN = regex.compile(
    r"(?i:https?:|ftp:|www\.|[\w.+-]+@[\w-]+\.\w|^[(\[“\"]?[@\#]|[\\/_{}<>=|~^*`]|\w\(\)|::|->"
    r"|\.(?:com|org|net|gov|edu|io|cn|uk|js|py|html?|php|exe|txt|pdf|jpe?g|png|gif|csv|json|xml|md|dev|ai|fm|co|app|"
    r"xyz|info|me|tv|de|fr|ru|jp|hk|tw|docx?|xlsx?|zip|mp[34])(?![a-z]))"
    r"|(?:quot|amp|nbsp|apos|[lr][ds]quo|[mn]dash|hellip|[lg]t|\#\d+);|&\w{1,10};|[′″]|\d,\d[\d,]*-[a-z]"
)
"""Tokens that are no prose: links, addresses, paths, handles, hashtags, code, file names, entities and their rests."""
CONTRACTED = frozenset(
    ["s", "re", "ve", "ll", "d", "m", "em", "all", "til", "clock", "er", "am", "n", "tis", "cause", "bout"]
)
"""What stands behind the apostrophe of a word: `mill's`, `o'clock`."""
ELIDED = frozenset("o d l qu al ma y n t m".split())  # noqa: SIM905
"""What stands before it: `O'Neill`, `l'eau`."""


@lru_cache(maxsize=1 << 14)
def is_suspect(token: str) -> bool:
    """Whether a token may be missing a space: `decadesof`, `history.The`, `In2022`."""
    return not is_of_words(token) and any(True for _ in suspect_parts(token))


def is_of_words(token: str, but: Callable[[str], bool] | None = None) -> bool:
    """Whether a token is a number, or known words with usual capitals and hyphens between them, and `but` is of none.

    That is the quickest way to tell most of a text.
    """
    inside = strip_marks(token)
    if "-" in inside:
        return all(_is_word(run, but) for run in inside.split("-"))
    return _is_word(inside, but) or inside.isdigit()


def strip_marks(token: str) -> str:
    """A token without the marks that may stand at its edges and say nothing of it."""
    return token.rstrip(TRAILING_MARKS).lstrip(LEADING_MARKS)


def _is_word(run: str, but: Callable[[str], bool] | None) -> bool:
    word = lowered(run)
    if word_facts(word) is UNSEEN:
        word = word.removesuffix("'s")
    found = word_facts(word)
    if found is UNSEEN or (but and but(word)) or not (run[1:].islower() or run.islower() or run.isupper()):
        return False
    return found[3] <= MAX_WORD_JOIN_SCORE or join_score(run, word) <= MAX_WORD_JOIN_SCORE


def suspect_parts(token: str) -> Iterator[tuple[int, str]]:
    """Where the parts of a token that may be missing a space begin, and what they are."""
    if token.isascii() or not CJK.search(token):
        if part_is_suspect(token):
            yield 0, token
        return
    for match in NOT_CJK.finditer(token):
        if part_is_suspect(match[0]):
            yield match.start(), match[0]


@lru_cache(maxsize=1 << 14)
def part_is_suspect(part: str) -> bool:
    """Whether something that has neither blanks nor Chinese may be missing a space."""
    if len(part) < 2 or len(part) > MAX_TOKEN_CHARS:
        return False
    if len(part) >= LETTERS_OF_LINE and has_lost_spaces(part):
        return True
    if part.isalpha() and part.isascii():
        return not is_plain_word(part) and not _is_one_word(part)
    if all(is_plain_word(run) for run in LETTER_RUN.findall(part)) and not SUSPECT_MARKS.search(part):
        return False
    if INITIALS.fullmatch(part) or PROTECTED_TOKEN.search(part):
        return False
    return bool(possible_boundaries(part)) or not all(_is_one_word(run) for run in LETTER_RUN.findall(part))


def _is_one_word(run: str) -> bool:
    """Whether a run cannot be read as several words, whatever stands beside it: most names are told by that."""
    return is_plain_word(run) or (len(run) <= MAX_READ_LETTERS and split_gain(run) < HOPELESS)


@lru_cache(maxsize=1 << 14)
def dash_of(token: str) -> str:
    """The dash of a token that is suspect for nothing else; empty where there is none.

    Between the dash and its word a space is missing only where the document has such dashes between blanks.
    """
    inside = strip_marks(token)
    dash = inside[:1] if inside[:1] in DASHES else inside[-1:]
    return dash if dash in DASHES and is_of_words(inside.strip("-–—")) else ""


@lru_cache(maxsize=1 << 14)
def is_doubtful(token: str) -> bool:
    """Whether a suspect token is nothing but a run that reads as several words hardly better than as one.

    It is one word, if the document has none inside it: `Tokayevsaid` may be two only because of `Tokayev`.
    """
    run = strip_marks(token)
    if len(run) >= LETTERS_OF_LINE or not run.isalpha() or is_plain_word(run) or SUSPECT_MARKS.search(token):
        return False
    return split_gain(run) < DOUBTFUL


@lru_cache(maxsize=1 << 14)
def split_gain(run: str) -> int:
    """By how many points the best reading of a run as several words is better than that as one, beside nothing."""
    found, size = edges_of(run), len(run)
    if len(found) == 1:
        return NO_SCORE
    ahead = [0, *[NO_SCORE] * size]
    whole = NO_SCORE
    for start, end, _, points, extra in found:
        if end - start == size:
            whole = points + extra
        else:
            ahead[end] = max(ahead[end], ahead[start] + points + extra)
    # What stands side by side may cost a reading some points, but never so many.
    if ahead[size] - whole >= CLEAR:
        return ahead[size] - whole
    reading = read_run(run, ".", ".", [])
    return max(reading.cut[1:-1]) - reading.whole


@lru_cache(maxsize=1 << 14)
def is_plain_word(run: str) -> bool:
    """True for a run that is one word as it stands, by the lexicon or by its apostrophe."""
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
        if tail in CONTRACTED:
            return is_plain_word(run[: len(head)])
        return head in ELIDED and is_plain_word(run[len(head) + 1 :])
    return False
