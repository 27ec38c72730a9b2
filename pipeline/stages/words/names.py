"""Runs that look like two words and are a name, a word made from another, or code: a part of the stage `words`."""

import regex

from pipeline.lexicon import english
from pipeline.segmentation.affixes import is_affixed
from pipeline.segmentation.boundaries import CAMEL_WORD, LATIN_LETTER
from pipeline.segmentation.word_scores import UNSEEN, is_common, is_rare, lowered, word_facts

LAST_RUN = regex.compile(rf"{LATIN_LETTER}++(?=-$)")
OPENING = regex.compile(r"(?:^|[.!?:]['\"”’)]?\s|\n)['\"“‘(]*$")
LONGEST_SLIP_OF_NAME = 5
"""Letters of the longest slip that may be a name, `Tobe`; `Accordingto` is none."""
FREQUENT = -10.0
"""log P of a word that names of code seldom begin with: `called`, but not `query`."""
BEFORE = 40
"""Code points before a token in which the beginning of its sentence is looked for."""


def holds_common(run: str, cut: int) -> bool:
    """Whether one of the parts of a run is a word that any text has, and a small letter behind the cut: `Aboutus`."""
    parts = (run[:cut], run[cut:])
    return run[cut].islower() and any(is_common(lowered(part)) for part in parts)


def beside_small_word(run: str, cut: int) -> bool:
    """Whether one of the words that meet at a capital is found in any text: `theGlobal`, `MayorOf`."""
    pieces = CAMEL_WORD.findall(run[:cut])[-1:] + CAMEL_WORD.findall(run[cut:])[:1]
    return any(is_common(lowered(piece)) for piece in pieces)


def is_derived(run: str, cut: int) -> bool:
    """Whether a run is a word made from another, and no part of it is a small word: `plantswoman`, `explainability`."""
    parts = (lowered(run[:cut]), lowered(run[cut:]))
    return is_affixed(lowered(run)) and not any(map(is_common, parts))


def is_member(run: str) -> bool:
    """Whether a run is a name of code, of three words or more of which no later one is a name: `getElementById`."""
    first, *others = CAMEL_WORD.findall(run)
    known = [word_facts(lowered(other)) for other in others]
    return first.islower() and len(others) > 1 and all(found is not UNSEEN and found[1] < 0 for found in known)


def is_identifier(text: str, run: regex.Match[str], at: int) -> bool:
    """Whether a run looks like code: `querySelector` begins small, and what its capital begins is no name."""
    words = english.lexicon()
    left, right = CAMEL_WORD.findall(text[run.start() : at])[-1], lowered(CAMEL_WORD.findall(text[at : run.end()])[0])
    named = right not in words or words.capital(right) > 0.5
    frequent = (words.logp(lowered(left)) or -20.0) > FREQUENT
    return run[0][0].islower() and not (named or frequent or text[run.end() + 1 : run.end() + 2].isupper())


def is_name(text: str, run: str, start: int, end: int) -> bool:
    """Whether a token of the word lists is a name in its place: `Tobe Hooper`, `the Alot`."""
    if not run[0].isupper() or run[0] == "I" or len(run) > LONGEST_SLIP_OF_NAME or not run[1:].islower():
        return False
    opens = OPENING.search(text, max(0, start - BEFORE), start) is not None
    return not opens or text[end + 1 : end + 2].isupper()


def is_part_of_name(text: str, at: int, start: int) -> bool:
    """Whether a hyphen before a run joins it to a word that hardly anybody knows: `Tor-isa`."""
    before = LAST_RUN.search(text, start, at) if text[at - 1] == "-" else None
    return before is not None and len(before[0]) > 1 and is_rare(lowered(before[0]))
