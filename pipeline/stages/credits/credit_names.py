"""The names after a role in a line of credits: `Hannah Coldwell, Qiao Yiming`, `王明、李红`, `山城晚报社`."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import regex

from pipeline.lexicon.lists import rows
from pipeline.lexicon.particles import name_particles
from pipeline.lexicon.people import split_names
from pipeline.lexicon.vocabulary import NO_PHRASES, PhraseSet
from pipeline.model.document import HAN_CHARACTER
from pipeline.stages.credits.byline_parts import ALL_SPACES

MAX_CREDIT_NAME_CHARS = 48
MAX_LATIN_NAME_WORDS = 6
"""Words of a name in Latin script."""
MAX_UNSURE_NAME_WORDS = 2
"""The same for a name whose words are not all capitalised."""
MAX_CHINESE_ENTRY_CHARS = 20
MIN_JOINED_CHARS = MIN_ORGANISATION_CHARS = 5
"""Characters of two Chinese names with `and` between them, and of an organisation."""
CHINESE_AND = "和及與与"
MAX_TARGET_LABEL_CHARS = 40
"""Characters of a link's target that can be in no field."""
FIRST_CJK_CHAR = "\N{CJK RADICAL REPEAT}"
"""From here on characters are Chinese, Japanese or Korean, or full-width."""
LATIN_NAME_CONTINUES = regex.compile(r"(?<=\p{Latin})[ \t]++(?!(?:and|und|with)[ ])\p{Latin}")
"""A further word after a name of the vocabulary makes it another name: `Moss` after `Ida`."""
HAN_ONLY = regex.compile(r"\p{Han}++")
TRANSLITERATED = regex.compile(r"\p{Han}++(?:[·・•‧]\p{Han}++)++")
EDITOR_CODE = regex.compile(r"[A-Z]{0,4}\d{2,}")
"""An editor's number: 责任编辑：梁斌 SF055."""
CREDIT_WORD = r"[\p{Latin}\p{Han}\p{N}@][\p{L}\p{M}\p{N}·・•‧.'’_@\-]*+"
NAME_LIST_ITEM = regex.compile(
    rf"""
      \[(?P<linked>[^\[\]\n]{{1,60}})\](?P<target>\([^()\s]{{0,300}}\)|\[[^\[\]\n]{{0,40}}\])?+    # [Jane Doe](https://…)
    | (?P<aside>[（(][^（）()\n]{{1,38}}[)）])                       # （实习生）
    | (?P<join>(?:and|und|with)(?=[ ]))                             # A and B
    | (?P<word>{CREDIT_WORD})                                               # Coldwell
    | (?P<between>[、，,;；&/／＋+|｜]|[{ALL_SPACES}]++)                # A、B
    | (?P<mark>[*_\\~「」《》“”"<>]++)                                         # **A**
    """,
    regex.VERBOSE,
)
NAME_PARTICLES = frozenset(name_particles("c"))
"""Small words within a name or an organisation."""
SENTENCE_WORDS = regex.compile(
    r"[的了是在我你您他她它们們吗嗎呢吧啊这這那哪怎么麼很把被]|什么|什麼|请问|請問|没有|沒有|可以|如果|因为|因為|如何|谢谢|謝謝|第[一二三四五六]"
)
"""Characters and words of sentences that names hardly ever have."""
ENGLISH_SENTENCE_WORDS = frozenset((
    "thank", "thanks", "you", "yes", "no", "the", "this", "that", "what", "why", "how", "when", "where", "i", "we",
    "it", "is", "are", "do", "does", "did", "can", "could", "would", "a", "an",
))  # fmt: skip
"""Words of sentences that names do not have."""
ORGANISATION_SUFFIX = regex.compile(f"(?:{'|'.join(rows(__package__, 'organisation-suffixes.txt'))})$")


class CreditName(msgspec.Struct, frozen=True, gc=False):
    """A name `[start, end)`. `sure`: its form alone shows that it is one."""

    start: int
    end: int
    sure: bool


class NameList(NamedTuple):
    """Names, and the spans that only join names or add to one, with their part (`label` or `reference`)."""

    names: tuple[CreditName, ...]
    rest: tuple[tuple[int, int, str], ...]


def names_of(text: str, start: int, end: int, makers: PhraseSet = NO_PHRASES) -> NameList | None:
    """The names in `[start, end)`, or None if anything else is there.

    `makers` are names and outlets that the user knows.
    """
    found = _read_items(text, start, end, makers)
    if found is None:
        return None
    names: list[CreditName] = []
    for stretch in found.stretches:
        read = _names_in_stretch(text, stretch, makers)
        if read is None:
            return None
        names += read
    return NameList(tuple(names), tuple(found.rest)) if names else None


class _NameStretch(msgspec.Struct, frozen=True, gc=False):
    """Words `[start, end)` without a separator between them. `known`: a link, or a name of the vocabulary."""

    start: int
    end: int
    known: bool


class _Items(msgspec.Struct):
    """What a list of names consists of, while it is read."""

    stretches: list[_NameStretch] = []
    rest: list[tuple[int, int, str]] = []
    """Spans that only join names or add to one, with their part."""
    open: bool = False
    """The next word can belong to the last stretch."""


def _read_items(text: str, start: int, end: int, makers: PhraseSet) -> _Items | None:
    """The items of a list of names; None if a character is of no item."""
    items = _Items()
    at = start
    while at < end:
        last = makers.at(text, at, end) if makers and not items.open else at
        if last > at and not LATIN_NAME_CONTINUES.match(text, last, end):
            items.stretches.append(_NameStretch(at, last, known=True))
            at = last
            continue
        item = NAME_LIST_ITEM.match(text, at, end)
        if item is None:
            return None
        _add_item(text, item, items)
        at = item.end()
    return items


def _add_item(text: str, item: "regex.Match[str]", items: _Items) -> None:
    kind = "linked" if item["linked"] is not None else item.lastgroup
    match kind:
        case "linked":
            _add_link(item, items)
            items.open = False
        case "aside":
            if not item["aside"][1:-1].isspace():
                items.rest.append((item.start() + 1, item.end() - 1, "label"))
            items.open = False
        case "join":
            items.rest.append((*item.span(), "label"))
            items.open = False
        case "between":
            items.open = item["between"].isspace() and items.open
        case "word":
            _add_word(text, item, items)
            items.open = True


def _add_link(item: "regex.Match[str]", items: _Items) -> None:
    if any(map(str.isalnum, item["linked"])):
        items.stretches.append(_NameStretch(*item.span("linked"), known=True))
    target = item["target"]
    if target and len(target) > len("()"):
        value = "label" if len(target) <= MAX_TARGET_LABEL_CHARS else "reference"
        items.rest.append((item.start("target") + 1, item.end("target") - 1, value))


def _add_word(text: str, item: "regex.Match[str]", items: _Items) -> None:
    start, end = item.span()
    if items.stretches and EDITOR_CODE.fullmatch(item["word"]):
        items.rest.append((start, end, "label"))
    elif items.open and _continues_name(text, items.stretches[-1], start, end):
        items.stretches[-1] = _NameStretch(items.stretches[-1].start, end, known=False)
    else:
        items.stretches.append(_NameStretch(start, end, known=False))


def _continues_name(text: str, before: _NameStretch, start: int, end: int) -> bool:
    """Whether the word `[start, end)` after a space belongs to the name before it: `Hannah | Coldwell`, `景 | 雪`."""
    if before.known:
        return False
    left_is_wide, right_is_wide = text[before.end - 1] >= FIRST_CJK_CHAR, text[start] >= FIRST_CJK_CHAR
    if left_is_wide or right_is_wide:
        return before.end - before.start == 1 == end - start and left_is_wide and right_is_wide
    return True


def _names_in_stretch(text: str, stretch: _NameStretch, makers: PhraseSet) -> list[CreditName] | None:
    """The names in one stretch without separators, or None if it cannot be a name."""
    start, end = stretch.start, stretch.end
    while end > start and text[end - 1] in ".-'’":
        end -= 1
    word = text[start:end]
    if not word or len(word) > MAX_CREDIT_NAME_CHARS:
        return None
    if stretch.known or (makers and word in makers):
        return [CreditName(start, end, sure=True)]
    if not HAN_CHARACTER.search(word):
        return _latin_name(word, start, end)
    return _joined_names(word, start, makers) or _chinese_names(word, start, makers) or _other_name(word, start, end)


def _latin_name(word: str, start: int, end: int) -> list[CreditName] | None:
    words = word.split()
    if len(words) > MAX_LATIN_NAME_WORDS or word.isnumeric():
        return None
    if not ENGLISH_SENTENCE_WORDS.isdisjoint(part.lower() for part in words):
        return None
    sure = len(words) > 1 and all(part[0].isupper() for part in words if part not in NAME_PARTICLES)
    return [CreditName(start, end, sure=sure)] if sure or len(words) <= MAX_UNSURE_NAME_WORDS else None


def _joined_names(word: str, start: int, makers: PhraseSet) -> list[CreditName]:
    """Two Chinese names with `and` between them: `王明和李红`."""
    if len(word) < MIN_JOINED_CHARS:
        return []
    for joint in CHINESE_AND:
        left, _, right = word.partition(joint)
        if split_names(left, makers) and split_names(right, makers):
            end = start + len(word)
            return [
                CreditName(start, start + len(left), sure=True),
                CreditName(end - len(right), end, sure=True),
            ]
    return []


def _chinese_names(word: str, start: int, makers: PhraseSet) -> list[CreditName]:
    """Chinese names written together: `王明李红`; what ends as an organisation does is none."""
    if len(word) >= MIN_ORGANISATION_CHARS and ORGANISATION_SUFFIX.search(word):
        return []
    names = split_names(word, makers) if HAN_ONLY.fullmatch(word) else None
    return name_spans(names, start) if names else []


def name_spans(names: Sequence[str], start: int) -> list[CreditName]:
    """Names written together, with their spans."""
    found = []
    for name in names:
        found.append(CreditName(start, start + len(name), sure=True))
        start += len(name)
    return found


def _other_name(word: str, start: int, end: int) -> list[CreditName] | None:
    """A transliterated name, an organisation, or a name of a rare form; not words of a sentence."""
    if SENTENCE_WORDS.search(word) or len(word) > MAX_CHINESE_ENTRY_CHARS:
        return None
    sure = TRANSLITERATED.fullmatch(word) is not None or ORGANISATION_SUFFIX.search(word) is not None
    return [CreditName(start, end, sure=sure)]
