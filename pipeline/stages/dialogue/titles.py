"""The title: what the keys above the article say, the first heading, or the first line."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache

import msgspec
import regex

from pipeline.lexicon.dates import month_names
from pipeline.lexicon.lists import rows
from pipeline.stages.dialogue.blocks import Block
from pipeline.stages.dialogue.label_candidates import SPEAKER_KINDS, LabelCandidate, cue_of
from pipeline.stages.dialogue.pronouns import SECOND_PERSON
from pipeline.stages.dialogue.speaker_aliases import are_aliases
from pipeline.stages.dialogue.speaker_key import speaker_key_in
from pipeline.text.lines import display_width

TITLE_SEARCH_BLOCKS = 12
"""Blocks at the top among which the title may be printed."""
HEADING_SEARCH_BLOCKS = 6
"""Blocks at the top among which a heading of the first level is the title."""
MAX_TITLE_CHARS = 300
"""Characters of a block that is compared with the title."""
MIN_REPEATED_TITLE_CHARS = 4
"""Letters and digits of a title from which a repetition is no accident."""
MAX_KICKERS, MAX_KICKER_CHARS = 3, 60
"""Kickers above a title, and characters of each."""
MIN_KICKER_CAPITALS = 4
"""Characters of a kicker in capitals."""
MIN_TITLE_WORDS = 4
"""Words of a title below a kicker."""
MAX_QUESTION_TITLE_COLUMNS = 100
"""Columns of a title that is a question, if no lead follows."""
SITE_PATH = regex.compile(
    r"""
    \S\s[>›»]\s\S                                  # Home > Stories
  | ^\[[^\]]*\]\([^)]*\)$                          # [Stories](https://…)
  | ^\w[^/]{0,24}\s/\s[^/]{1,24}\s/\s              # Home / Stories / May
    """,
    regex.VERBOSE,
)
DATE_OR_TIME = regex.compile(
    rf"""
    \d{{4}}[-/.年]\s?\d{{1,2}}                                  # 2021-05, 2021年5月
  | \d{{1,2}}:\d{{2}}                                           # 9:41
  | \b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b            # Sunday
  | \b\d{{1,2}}[ ](?:{"|".join(month_names())})\b              # 3 May
    """,
    regex.VERBOSE,
)
COLLECTION_NAME = regex.compile(r"\b(?:Collection|Archive|Project|Forum|Series|Vol\.|Issue|No\.)\b(?:,? .{0,30})?$")
NON_WORD_CHARS = regex.compile(r"[\s\p{P}\p{S}]+")


class TitleBlocks(msgspec.Struct, frozen=True, gc=False):
    """Indices of the title and of what belongs to it.

    `title` is None if there is none. `repeats` print the title again, perhaps with other capitals or marks. `other` is
    a second candidate. `kickers` are lines above the title that name the section or the medium.
    """

    title: int | None
    repeats: tuple[int, ...] = ()
    other: int | None = None
    kickers: tuple[int, ...] = ()


def letters_and_digits(text: str) -> str:
    """A text in small letters without spaces and marks, to compare what is printed twice."""
    return NON_WORD_CHARS.sub("", text).casefold()


def find_title(blocks: Sequence[Block], candidates: Mapping[int, LabelCandidate], key_title: str | None) -> TitleBlocks:
    """The title among the blocks. `key_title` is the title that the keys above the article give, if any."""
    if key_title is not None:
        return _find_key_title(blocks, candidates, letters_and_digits(key_title))
    if not blocks:
        return TitleBlocks(None)
    below = _title_after_kickers(blocks, candidates)
    if below:
        return TitleBlocks(below, _repeats_of(blocks, below), kickers=tuple(range(below)))
    title = _heading_below_lead(blocks, candidates)
    if title is None and _first_line_is_title(blocks, candidates):
        title = 0
    return TitleBlocks(None) if title is None else TitleBlocks(title, _repeats_of(blocks, title))


def _find_key_title(blocks: Sequence[Block], candidates: Mapping[int, LabelCandidate], key_title: str) -> TitleBlocks:
    """The blocks that print the title of the keys; without any, a first heading is another title."""
    near = range(min(TITLE_SEARCH_BLOCKS, len(blocks)))
    same = [i for i in near if _is_same_title(blocks[i], key_title)]
    if same:
        return TitleBlocks(same[0], tuple(same[1:]))
    first = blocks[0] if blocks else None
    label = candidates.get(0)
    is_other = first is not None and first.level == 1 and (label is None or label.form == "heading")
    return TitleBlocks(None, (), 0 if is_other else None)


def _is_same_title(block: Block, title: str) -> bool:
    return len(block.text) <= MAX_TITLE_CHARS and letters_and_digits(block.text) == title


def _repeats_of(blocks: Sequence[Block], title: int) -> tuple[int, ...]:
    """Blocks near the title that only print it again."""
    text = letters_and_digits(blocks[title].text)
    if len(text) < MIN_REPEATED_TITLE_CHARS:
        return ()
    near = range(title + 1, min(title + TITLE_SEARCH_BLOCKS, len(blocks)))
    return tuple(i for i in near if _is_same_title(blocks[i], text))


def _heading_below_lead(blocks: Sequence[Block], candidates: Mapping[int, LabelCandidate]) -> int | None:
    """A heading of the first level below the first lines of an article that begins with a lead, before any turn."""
    near = range(min(HEADING_SEARCH_BLOCKS, len(blocks)))
    heading = next((i for i in near if blocks[i].level == 1 and not blocks[i].indented), 0)
    if heading == 0 or any(_is_speaker_label(candidates.get(i)) for i in range(heading)):
        return None
    block = blocks[heading]
    return heading if (block.could_be_title() or block.asks) and heading not in candidates else None


def _is_speaker_label(candidate: LabelCandidate | None) -> bool:
    return candidate is not None and candidate.kind in SPEAKER_KINDS


# --- kickers


@cache
def _kicker_words() -> frozenset[str]:
    return frozenset(row.casefold() for row in rows(__package__, "kickers.txt"))


def _title_after_kickers(blocks: Sequence[Block], candidates: Mapping[int, LabelCandidate]) -> int:
    """The index of the title below kickers; 0 if there are none."""
    for i in range(min(MAX_KICKERS, len(blocks) - 1)):
        if _is_speaker_label(candidates.get(i)) or not _is_kicker(blocks[i], blocks[i + 1]):
            return i if i and (blocks[i].could_be_title() or blocks[i].level) else 0
    return 0


def _is_kicker(block: Block, following: Block) -> bool:
    """Whether a line above a title names the section, the medium or the path through the site."""
    text = block.text.strip("*_# ")
    if block.level or block.before_byline or len(text) > MAX_KICKER_CHARS or not _could_follow_kicker(following):
        return False
    if SITE_PATH.search(text) or text.strip("：: .-—|[]").casefold() in _kicker_words():
        return True
    if not _is_longer_title(text, following):
        return False
    return any(holds(text, block, following) for holds in KICKER_SIGNS)


def _could_follow_kicker(following: Block) -> bool:
    text = following.text
    no_title = SITE_PATH.search(text) or DATE_OR_TIME.search(text) or text.startswith("By ")
    return following.could_be_title() and not no_title


def _is_longer_title(text: str, following: Block) -> bool:
    """Whether the line below is longer than the kicker and has words enough for a title."""
    title = following.text
    enough = len(title.split()) >= MIN_TITLE_WORDS or not title.isascii()
    return display_width(title) > display_width(text) and enough and not title.isupper()


def _names_outlet(text: str, block: Block, _following: Block) -> bool:
    cue = cue_of(text)
    return cue is not None and cue.kind == "outlet" and not block.asks


def _is_in_capitals(text: str, _block: Block, _following: Block) -> bool:
    return text.isupper() and len(text) >= MIN_KICKER_CAPITALS and not any(map(str.isdigit, text))


def _names_collection(text: str, _block: Block, _following: Block) -> bool:
    return COLLECTION_NAME.search(text) is not None


def _is_short_above_byline(text: str, _block: Block, following: Block) -> bool:
    return following.before_byline and len(text.split()) <= MIN_TITLE_WORDS


KICKER_SIGNS: tuple[Callable[[str, Block, Block], bool], ...] = (
    _names_outlet,
    _is_in_capitals,
    _names_collection,
    _is_short_above_byline,
)
"""Any of these makes the line above a longer title a kicker."""


# --- the first line


class FirstLine(msgspec.Struct, frozen=True):
    """The first block of a document, the block below it, and the label candidates of both."""

    block: Block
    following: Block
    label: LabelCandidate | None
    label_below: LabelCandidate | None
    """That of the second block."""
    later: Sequence[int]
    """Indices of the further blocks that begin with a label and a separator."""
    later_own: Sequence[int]
    """Those of them whose label is the first line's, or another form of the same name."""


def _opens_interview(line: FirstLine) -> bool:
    """A bare question with an answer below it: the interview begins at once, there is no title."""
    block = line.block
    return (
        line.label is None
        and block.asks
        and not block.is_heading
        and not block.before_byline
        and line.label_below is None
        and not line.following.asks
        and (display_width(block.text) >= MAX_QUESTION_TITLE_COLUMNS or SECOND_PERSON.search(block.text) is not None)
    )


def _has_no_label(line: FirstLine) -> bool:
    return line.label is None


def _is_heading(line: FirstLine) -> bool:
    return line.label is not None and line.label.form == "heading" and line.block.level == 1


def _has_interviewer_label(line: FirstLine) -> bool:
    """`Q: …`, `Moderator: …`."""
    return line.label is not None and (line.label.anonymous or line.label.kind in {"asks", "moderates"})


def _is_turn_of_known_speaker(line: FirstLine) -> bool:
    """The label is one of the user's, and the next line is a turn, too."""
    label = line.label
    return (
        label is not None
        and label.from_vocabulary
        and line.later[:1] == [1]
        and (line.block.asks or label.kind == "outlet")
    )


def _names_speaker_in_title(line: FirstLine) -> bool:
    """`Ada Fern: What the tide brings`: no turn has this label, or a byline follows, or it is a heading."""
    return not line.later_own or line.block.before_byline or line.block.level == 1


def _is_above_first_question(line: FirstLine) -> bool:
    """`Ada Fern: What the tide brings` above `Reporter: …`: an answer is above no first question."""
    below = line.label_below
    return below is not None and below.kind == "asks" and not line.block.ends_sentence


def _is_above_lead(line: FirstLine) -> bool:
    """Prose follows, and the turns come later."""
    if line.later[0] > 2:
        return True
    return line.later[0] > 1 and not line.block.ends_sentence and line.following.ends_sentence


FIRST_LINE_DECISIONS: tuple[tuple[Callable[[FirstLine], bool], bool], ...] = (
    (_opens_interview, False),
    (_has_no_label, True),
    (_is_heading, True),
    (_has_interviewer_label, False),
    (_is_turn_of_known_speaker, False),
    (_names_speaker_in_title, True),
    (_is_above_first_question, True),
    (_is_above_lead, True),
)
"""Predicates with whether the first line is the title; the first that holds decides. If none holds, it is a turn."""


def _first_line_is_title(blocks: Sequence[Block], candidates: Mapping[int, LabelCandidate]) -> bool:
    """Whether the first block is the title: it has the form of one, and is not a turn."""
    block = blocks[0]
    if not block.could_be_title() and block.level != 1:
        return False
    if len(blocks) < 2 or speaker_key_in(block) is not None:
        return False
    label = candidates.get(0)
    later = [i for i in candidates if i > 0 and candidates[i].form in {"mark", "word", "time"}]
    own = [i for i in later if label is not None and _is_same_speaker(candidates[i].key, label.key)]
    line = FirstLine(block, blocks[1], label, candidates.get(1), later, own)
    return next((verdict for holds, verdict in FIRST_LINE_DECISIONS if holds(line)), False)


def _is_same_speaker(first: str, second: str) -> bool:
    return first == second or are_aliases(first, second)
