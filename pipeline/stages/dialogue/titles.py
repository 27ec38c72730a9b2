"""Which line is the title: what the keys above the article say, the first heading, or the first line."""

from collections.abc import Mapping, Sequence
from functools import cache

import msgspec
import regex

from pipeline.stages.dialogue.blocks import Block
from pipeline.stages.dialogue.label_candidates import LabelCandidate, cue_of
from pipeline.stages.dialogue.questions import SECOND_PERSON
from pipeline.stages.dialogue.speaker_aliases import are_aliases
from pipeline.stages.dialogue.speaker_key import speaker_key_in
from pipeline.stages.dialogue.word_lists import rows
from pipeline.text.lines import display_width

TITLE_SEARCH_BLOCKS = 12
"""Units at the top among which the title may be printed."""
HEADING_SEARCH_BLOCKS = 6
"""Units at the top among which a heading of the first level is the title."""
MAX_KICKERS, MAX_KICKER_CHARS = 3, 60
"""Lines that may stand above the title, and characters of each."""
MIN_TITLE_WORDS = 4
"""Words of a title that stands below such a line."""
SITE_PATH = regex.compile(r"\S\s[>›»]\s\S|^\[[^\]]*\]\([^)]*\)$|^\w[^/]{0,24}\s/\s[^/]{1,24}\s/\s")
DATE_OR_TIME = regex.compile(
    r"\d{4}[-/.年]\s?\d{1,2}|\d{1,2}:\d{2}|\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b"
    r"|\b\d{1,2} (?:January|February|March|April|May|June|July|August|September|October|November|December)\b"
)
COLLECTION_NAME = regex.compile(r"\b(?:Collection|Archive|Project|Forum|Series|Vol\.|Issue|No\.)\b(?:,? .{0,30})?$")
NON_WORD_CHARS = regex.compile(r"[\s\p{P}\p{S}]+")


class TitleBlocks(msgspec.Struct, frozen=True, gc=False):
    """The unit that is the title, or None, and those that only repeat it; `other` is a second candidate.

    `repeats` have other capitals or marks than the title, perhaps. `kickers` are lines above it that name the section
    or the medium.
    """

    title: int | None
    repeats: tuple[int, ...] = ()
    other: int | None = None
    kickers: tuple[int, ...] = ()


def letters_and_digits(text: str) -> str:
    """Letters and numbers alone, for comparing what is printed twice."""
    return NON_WORD_CHARS.sub("", text).casefold()


def find_title(given: Sequence[Block], found: Mapping[int, LabelCandidate], known: str | None) -> TitleBlocks:
    """The title among `given`, whose possible labels are `found`; `known` is what the keys above say."""
    if known is not None:
        return _find_known_title(given, found, letters_and_digits(known))
    if not given:
        return TitleBlocks(None)
    first = _title_after_kickers(given, found)
    if first:
        return TitleBlocks(first, _repeats_of(given, first), kickers=tuple(range(first)))
    headings = [
        i for i in range(min(HEADING_SEARCH_BLOCKS, len(given))) if given[i].level == 1 and not given[i].indented
    ]
    # A heading below the first lines of an article that begins with a lead; not one behind the first turn.
    first = headings[0] if headings and not any(_is_speaker_label(found.get(i)) for i in range(headings[0])) else 0
    if first and (given[first].could_be_title() or given[first].asks) and found.get(first) is None:
        return TitleBlocks(first, _repeats_of(given, first))
    title = _first_line(given, found)
    return TitleBlocks(title, _repeats_of(given, title)) if title is not None else TitleBlocks(None)


@cache
def _kicker_words() -> frozenset[str]:
    return frozenset(row.casefold() for row in rows("kickers.txt"))


def _title_after_kickers(given: Sequence[Block], found: Mapping[int, LabelCandidate]) -> int:
    """The index of the title below lines that name the section, the medium or the way through the site; 0 for none."""
    for i in range(min(MAX_KICKERS, len(given) - 1)):
        following = given[i + 1]
        if _is_speaker_label(found.get(i)) or not _is_kicker(given[i], following):
            return i if i and (given[i].could_be_title() or given[i].level) else 0
    return 0


def _is_kicker(unit: Block, following: Block) -> bool:
    """Whether a line stands above the title: a path, a word for a section, a medium, capitals above small letters."""
    text = unit.text.strip("*_# ")
    below = following.could_be_title() and not _is_path_or_date(following.text) and not following.text.startswith("By ")
    if unit.level or not below or len(text) > MAX_KICKER_CHARS or unit.before_byline:
        return False
    if SITE_PATH.search(text) or text.strip("：: .-—|[]").casefold() in _kicker_words():
        return True
    words = following.text.split()
    longer = display_width(following.text) > display_width(text) and (
        len(words) >= MIN_TITLE_WORDS or not following.text.isascii()
    )
    if not longer or following.text.isupper():
        return False
    said = cue_of(text)
    medium = said is not None and said.kind == "outlet" and not unit.asks
    capitals = text.isupper() and len(text) > 3 and not any(map(str.isdigit, text))
    numbered = COLLECTION_NAME.search(text) is not None
    return medium or capitals or numbered or (following.before_byline and len(text.split()) <= MIN_TITLE_WORDS)


def _is_path_or_date(text: str) -> bool:
    """Whether a line is a path through a site or holds a date or a time: no title."""
    return SITE_PATH.search(text) is not None or DATE_OR_TIME.search(text) is not None


def _is_speaker_label(hit: LabelCandidate | None) -> bool:
    return hit is not None and hit.kind in {"asks", "answers", "moderates"}


def _is_plain_heading(hit: LabelCandidate | None) -> bool:
    """Whether a heading is no label, or one by its form alone."""
    return hit is None or hit.form == "heading"


def _find_known_title(given: Sequence[Block], found: Mapping[int, LabelCandidate], known: str) -> TitleBlocks:
    near = range(min(TITLE_SEARCH_BLOCKS, len(given)))
    same = [i for i in near if len(given[i].text) <= 300 and letters_and_digits(given[i].text) == known]
    if same:
        return TitleBlocks(same[0], tuple(same[1:]))
    first = given[0] if given else None
    other = 0 if first is not None and first.level == 1 and _is_plain_heading(found.get(0)) else None
    return TitleBlocks(None, (), other)


def _repeats_of(given: Sequence[Block], title: int) -> tuple[int, ...]:
    """Units near the title that only print it again."""
    text = letters_and_digits(given[title].text)
    near = range(title + 1, min(title + TITLE_SEARCH_BLOCKS, len(given)))
    return tuple(
        i for i in near if len(given[i].text) <= 300 and letters_and_digits(given[i].text) == text and len(text) > 3
    )


def _first_line(given: Sequence[Block], found: Mapping[int, LabelCandidate]) -> int | None:
    """The index of the title: the first unit of the document, if it has a title's form and is nobody's turn.

    `Ada Fern: What the tide brings` is a title where a byline or prose follows it and the others' labels come later.
    """
    if (not given[0].could_be_title() and given[0].level != 1) or speaker_key_in(given[0]) is not None:
        return None
    label = found.get(0)
    following = given[1] if len(given) > 1 else None
    if following is None:
        return None
    if label is None:
        if (
            given[0].asks
            and not given[0].marked
            and not given[0].before_byline
            and 1 not in found
            and not following.asks
        ):
            # A document that begins with a bare question is an interview's beginning, unless what follows is a lead.
            return 0 if display_width(given[0].text) < 100 and not SECOND_PERSON.search(given[0].text) else None
        return 0
    if label.form == "heading" and given[0].level == 1:
        return 0
    if label.anonymous or label.kind in {"asks", "moderates"}:
        return None
    later = [i for i in found if i > 0 and found[i].form in {"mark", "word", "time"}]
    if label.told and later[:1] == [1] and (given[0].asks or label.kind == "outlet"):
        return None
    again = [i for i in later if found[i].key == label.key or are_aliases(found[i].key, label.key)]
    if not again or given[0].before_byline or given[0].level == 1:
        return 0
    above_lead = later[0] > 1 and not given[0].ended and following.ended
    return 0 if above_lead or later[0] > 2 else None
