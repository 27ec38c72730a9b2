"""Which tokens of a text may be missing a space. Most are not, and are told at the speed of a look-up.

A token is what stands between blanks; Chinese inside one ends a part of it, since no space is missing there.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache

import regex

from pipeline.lexicon import english
from pipeline.lexicon.english import POINTS
from pipeline.segmentation.boundaries import DASHES, LETTER, LETTERS, RUN, at_marks
from pipeline.segmentation.lattice import read
from pipeline.segmentation.lattice_edges import NEVER, pieces
from pipeline.segmentation.unspaced_lines import LETTERS as LETTERS_OF_LINE
from pipeline.segmentation.unspaced_lines import has_lost_spaces
from pipeline.segmentation.word_scores import SLIGHT_SLIP, UNSEEN, facts, lowered, slip

PART = regex.compile(r"[^\u2e80-\U0010ffff]+")
WIDE = regex.compile(r"[\u2e80-\U0010ffff]")
LONGEST_READ = 60
"""Letters of the longest run that is read as several words inside a line."""
HOPELESS, DOUBTFUL, CLEAR = -7 * POINTS, 2 * POINTS, 12 * POINTS
"""Gains under which a run is never several words, and hardly ever; from `CLEAR` on there is no need to look closer."""
OPENING, CLOSING = '(“"‘[', '.,;:!?"”’)]'
"""Marks at the edges of a token that say nothing of it."""
LONGEST = 2000
"""Code points of the longest token that is looked at inside a line of words."""

MARKS = regex.compile(
    rf"[{LETTERS}\d.\]][)\]”\"’]*[,;:!?.…]+[“\"‘(\[]?{LETTER}|[{LETTERS}\d.,!?][)\]”]+{LETTER}"
    rf"|{LETTER}[“(\[][{LETTERS}\d]|\d[“(\[]{LETTER}{{3}}|{LETTER}{{2}}\d|^a\d"
    rf"|\d(?:{LETTER}{{3}}|(?i:is|as|at|in|to|by|of|on|or|he|we|it|if|so|no|an|up|do)(?!{LETTER}))"
    rf"|%{LETTER}|[;!?)\]][“(]?\d|(?<!\d),[“(]?\d|(?<!\d)\d{{1,2}},(?:1[5-9]|20)\d\d(?!\d)|[{LETTERS}\d.,]\"[{LETTERS}\d]|[{LETTERS}\d.,\"”][–—]$|^[–—][{LETTERS}\d\"“]"
    rf"|[a-z]{{2}}[A-Z]\.|{LETTER}\$|{LETTER}--$|^--{LETTER}|{LETTER}-$|-[\"“(]|^-{LETTER}|{LETTER}&|&{LETTER}|^[,;…)]+{LETTER}|\w\#\d|\#\d+{LETTER}"
)
"""Marks, figures and dashes that touch what they should not."""
INITIALS = regex.compile(r"[(\[“\"]?(?:[A-Za-z]\.)++(?:[A-Za-z]|(?<=\..\.)-[A-Za-z]++)?+[)\]”\",;:!?.]*+(?:['’]s)?")
"""`U.S.-based`, `(U.N.)`, `U.S.A`, `(e.g.,`: no space is missing there."""
PROTECTED = regex.compile(
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
    inside = core(token)
    if "-" in inside:
        return all(_is_word(run, but) for run in inside.split("-"))
    return _is_word(inside, but) or inside.isdigit()


def core(token: str) -> str:
    """A token without the marks that may stand at its edges and say nothing of it."""
    return token.rstrip(CLOSING).lstrip(OPENING)


def _is_word(run: str, but: Callable[[str], bool] | None) -> bool:
    word = lowered(run)
    if facts(word) is UNSEEN:
        word = word.removesuffix("'s")
    found = facts(word)
    if found is UNSEEN or (but and but(word)) or not (run[1:].islower() or run.islower() or run.isupper()):
        return False
    return found[3] <= SLIGHT_SLIP or slip(run, word) <= SLIGHT_SLIP


def suspect_parts(token: str) -> Iterator[tuple[int, str]]:
    """Where the parts of a token that may be missing a space begin, and what they are."""
    if token.isascii() or not WIDE.search(token):
        if part_is_suspect(token):
            yield 0, token
        return
    for match in PART.finditer(token):
        if part_is_suspect(match[0]):
            yield match.start(), match[0]


@lru_cache(maxsize=1 << 14)
def part_is_suspect(part: str) -> bool:
    """Whether something that has neither blanks nor Chinese may be missing a space."""
    if len(part) < 2 or len(part) > LONGEST:
        return False
    if len(part) >= LETTERS_OF_LINE and has_lost_spaces(part):
        return True
    if part.isalpha() and part.isascii():
        return not plain(part) and not _is_one_word(part)
    if all(plain(run) for run in RUN.findall(part)) and not MARKS.search(part):
        return False
    if INITIALS.fullmatch(part) or PROTECTED.search(part):
        return False
    return bool(at_marks(part)) or not all(_is_one_word(run) for run in RUN.findall(part))


def _is_one_word(run: str) -> bool:
    """Whether a run cannot be read as several words, whatever stands beside it: most names are told by that."""
    return plain(run) or (len(run) <= LONGEST_READ and gain(run) < HOPELESS)


@lru_cache(maxsize=1 << 14)
def dash_of(token: str) -> str:
    """The dash of a token that is suspect for nothing else; empty where there is none.

    Between the dash and its word a space is missing only where the document has such dashes between blanks.
    """
    inside = core(token)
    dash = inside[:1] if inside[:1] in DASHES else inside[-1:]
    return dash if dash in DASHES and is_of_words(inside.strip("-–—")) else ""


@lru_cache(maxsize=1 << 14)
def is_doubtful(token: str) -> bool:
    """Whether a suspect token is nothing but a run that reads as several words hardly better than as one.

    It is one word, if the document has none inside it: `Tokayevsaid` may be two only because of `Tokayev`.
    """
    run = core(token)
    if len(run) >= LETTERS_OF_LINE or not run.isalpha() or plain(run) or MARKS.search(token):
        return False
    return gain(run) < DOUBTFUL


@lru_cache(maxsize=1 << 14)
def gain(run: str) -> int:
    """By how many points the best reading of a run as several words is better than that as one, beside nothing."""
    found, size = pieces(run), len(run)
    if len(found) == 1:
        return NEVER
    ahead = [0, *[NEVER] * size]
    whole = NEVER
    for start, end, _, points, extra in found:
        if end - start == size:
            whole = points + extra
        else:
            ahead[end] = max(ahead[end], ahead[start] + points + extra)
    # What stands side by side may cost a reading some points, but never so many.
    if ahead[size] - whole >= CLEAR:
        return ahead[size] - whole
    reading = read(run, ".", ".", [])
    return max(reading.cut[1:-1]) - reading.whole


@lru_cache(maxsize=1 << 14)
def plain(run: str) -> bool:
    """True for a run that is one word as it stands, by the lexicon or by its apostrophe."""
    word = lowered(run)
    if len(word) <= 2:
        return len(word) < 2 or not (run[0].islower() and run[1].isupper())
    if word in english.words():
        if slip(run, word) > SLIGHT_SLIP:
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
            return plain(run[: len(head)])
        return head in ELIDED and plain(run[len(head) + 1 :])
    return False
