"""What the words of a turn show of the role of its speaker: questions, `you` and `I`, greetings, thanks, reactions.

The words and phrases are in `conduct.tsv`. A long turn is read at its start and its end only, where people turn to each
other.
"""

import re
from functools import cache
from typing import NamedTuple

import msgspec
import regex

from pipeline.lexicon.lists import table

HEAD_CHARS, TAIL_CHARS = 300, 200
"""Characters at the start and at the end of a turn that are read for words and phrases."""
MAX_BRIEF_TURN_CHARS = 120
"""Characters of a turn that may thank anywhere in it."""
MAX_STARTING_WORD_CHARS = 3
"""Characters of the longest Chinese word that a question or an answer begins with."""
LETTERS_PER_HAN = 2
"""Latin letters that a Chinese character counts as."""
LETTERS_PER_WORD = 5
"""Letters of a word with the space after it, to count words in Chinese as in English."""

LATIN_WORD = re.compile(r"[a-z]+(?:['’][a-z]+)?")
SENTENCE_END_CHARS = ".!?。！？…\"'”’」』)）*_ "
"""End marks, and what may follow them at the end of a text."""
THANKS_ANYWHERE = regex.compile(r"\b(?:thank you|thanks)\b|谢谢|謝謝|感谢|感謝", regex.IGNORECASE)
THANKS_AT_START = regex.compile(
    r"""
    (?:(?:Well|All\ right|Right|Okay|OK|And|So|Great|Perfect)[,.]?\s)*       # Well, thank you
    (?:\p{Lu}[\p{L}.’'\-]+(?:\s\p{Lu}[\p{L}.’'\-]+){0,2},\s)?                # Ada Fern, thank you
    (?:thank\ you|thanks)\b
  | .{0,6}(?:谢谢|謝謝|感谢|感謝)                                            # 非常感谢
    """,
    regex.IGNORECASE | regex.VERBOSE,
)


class Conduct(msgspec.Struct, frozen=True, gc=False):
    """How often the words of one turn do what `conduct.tsv` names, at its start and its end."""

    you: int = 0
    first: int = 0
    words: int = 0
    """Words read; in Chinese, what would be as many letters."""
    begins_question: bool = False
    """Its first or its last sentence begins with a word for questions."""
    begins_reply: bool = False
    begins_lead: bool = False
    """It begins with a word such as `so` or `那么`, which takes the talk on."""
    greets: bool = False
    welcomed: bool = False
    closes: bool = False
    invites: int = 0
    agrees: bool = False
    thinks: int = 0
    thanks: bool = False


class ConductWords(NamedTuple):
    """The entries of `conduct.tsv`, as they are looked up."""

    latin: dict[str, str]
    """Words in Latin letters and what they do."""
    starts: dict[str, str]
    """Chinese words at the start of a sentence and what they do."""
    han_you: tuple[str, ...]
    han_first: tuple[str, ...]
    phrases: dict[str, list[tuple[str, str]]]
    """For each first word the phrases in Latin letters that begin with it, and what they do."""
    han_phrases: dict[str, list[tuple[str, str]]]
    """The same for Chinese and each first character."""


WORD_SIGNS = frozenset({"you", "first", "question", "reply", "lead"})
PHRASE_SIGNS = ("greets", "welcomed", "closes", "invites", "agrees", "thinks")


@cache
def conduct_words() -> ConductWords:
    """The entries of `conduct.tsv`."""
    entries = table(__package__, "conduct.tsv")
    han = [(text, sign) for text, sign in entries if not text.isascii()]
    latin = [(text, sign) for text, sign in entries if text.isascii()]
    phrases: dict[str, list[tuple[str, str]]] = {}
    han_phrases: dict[str, list[tuple[str, str]]] = {}
    for text, sign in latin:
        if sign in PHRASE_SIGNS and (word := LATIN_WORD.match(text)):
            phrases.setdefault(word[0], []).append((text, sign))
    for text, sign in han:
        if sign in PHRASE_SIGNS:
            han_phrases.setdefault(text[0], []).append((text, sign))
    return ConductWords(
        {text: sign for text, sign in latin if sign in WORD_SIGNS},
        {text: sign for text, sign in han if sign in {"question", "reply", "lead"}},
        tuple(text for text, sign in han if sign == "you"),
        tuple(text for text, sign in han if sign == "first"),
        phrases,
        han_phrases,
    )


def read_conduct(text: str) -> Conduct:
    """What the words of one turn show.

    >>> read_conduct("Welcome to the show. What do you do?").greets
    True
    """
    known = conduct_words()
    lowered = _both_ends(text).lower().replace("’", "'")
    words = LATIN_WORD.findall(lowered)
    signs = [known.latin[word] for word in words if word in known.latin]
    you, first, count = signs.count("you"), signs.count("first"), len(words)
    found = [
        sign for word in known.phrases.keys() & set(words) for phrase, sign in known.phrases[word] if phrase in lowered
    ]
    if not lowered.isascii():
        han = (len(lowered.encode("utf-8", "replace")) - len(lowered)) // 2
        count += han * LETTERS_PER_HAN // LETTERS_PER_WORD
        you += sum(map(lowered.count, known.han_you))
        first += sum(map(lowered.count, known.han_first))
        found += [
            sign
            for character in known.han_phrases.keys() & set(lowered)
            for phrase, sign in known.han_phrases[character]
            if phrase in lowered
        ]
    opening = _first_word_sign(lowered, known)
    asks = opening == "question" or _first_word_sign(_last_sentence(lowered), known) == "question"
    return Conduct(
        you,
        first,
        count,
        begins_question=asks,
        begins_reply=opening == "reply",
        begins_lead=opening == "lead",
        greets="greets" in found,
        welcomed="welcomed" in found,
        closes="closes" in found,
        invites=found.count("invites"),
        agrees="agrees" in found,
        thinks=found.count("thinks"),
        thanks=_thanks(text),
    )


def _both_ends(text: str) -> str:
    """The start and the end of a text."""
    return text if len(text) <= HEAD_CHARS + TAIL_CHARS else f"{text[:HEAD_CHARS]} … {text[-TAIL_CHARS:]}"


def _last_sentence(text: str) -> str:
    """The last sentence of a text that begins after an end mark."""
    ended = text.rstrip(SENTENCE_END_CHARS)
    return text[max(ended.rfind(mark) for mark in ".!?。！？…") + 1 :]


def _first_word_sign(text: str, known: ConductWords) -> str | None:
    """What the first word of a text does."""
    stripped = text.lstrip("*_ \"'”’“‘」』「『)）(（—–-")
    if match := LATIN_WORD.match(stripped):
        return known.latin.get(match[0])
    starts = (stripped[:size] for size in range(MAX_STARTING_WORD_CHARS, 0, -1))
    return next((known.starts[start] for start in starts if start in known.starts), None)


def _thanks(text: str) -> bool:
    if THANKS_AT_START.match(text.lstrip("*_ ")) is not None:
        return True
    return len(text) <= MAX_BRIEF_TURN_CHARS and THANKS_ANYWHERE.search(text) is not None
