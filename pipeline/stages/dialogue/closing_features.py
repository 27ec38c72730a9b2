"""What is measured of a block behind the last turn to tell whether its speaker still says it.

The words that notes, captions, licences, invitations, biographies and footnotes have are in `closing_cues.tsv`, by
class. The other features are how the block is set, who it speaks of, and what is around it.
"""

from collections.abc import Sequence
from functools import cache

import msgspec
import regex

from pipeline.lexicon.lists import table
from pipeline.stages.dialogue.blocks import Block
from pipeline.stages.dialogue.pronouns import FIRST_PERSON, SECOND_PERSON
from pipeline.text.lines import display_width

MAX_READ_CHARS = 200
"""Characters of a block in which cues are looked for."""
SHORT_COLUMNS, LONG_COLUMNS = 60, 240
LINK = regex.compile(r"\[(?P<words>[^\[\]\n]{1,200})\]\([^()\s]{0,400}\)|https?://[^\s)）]{1,400}|www\.[^\s)）]{1,400}")
MIN_LINK_SHARE = 0.7
"""Share of the characters of a block that is nothing but links."""
QUOTED_SPEECH = regex.compile(r"“[^”\n]{0,400}”|\"[^\"\n]{0,400}\"|「[^」\n]{0,400}」")
YEAR = regex.compile(r"(?<!\d)(?:1[89]|20)\d\d(?!\d)")
OPENING_MARKS = "*_ ~>"
OPENING_BRACKETS = "（([【〔"
SINGULAR = regex.compile(r"\b(?:I|I[’']\p{L}+|my|me|myself)\b|我(?![们們])")
TIE = regex.compile(r"\b(?:that|this|it|he|she|they|there)\b|这|那|他|她|它", regex.IGNORECASE)


class ClosingFeatures(msgspec.Struct, frozen=True, gc=False):
    """The features of a block, each 0 or 1; `closing_weights.tsv` has a weight for each."""

    label: int = 0
    picture: int = 0
    licence: int = 0
    talk: int = 0
    promotion: int = 0
    imprint: int = 0
    end: int = 0
    number: int = 0
    biography: int = 0
    spoken: int = 0
    thanks: int = 0
    only_links: int = 0
    holds_link: int = 0
    first_person: int = 0
    """Says I or we, outside of quotations."""
    second_person: int = 0
    cue_and_i: int = 0
    """Has words of a note, a caption or an invitation, and says I: a speaker who mentions one."""
    impersonal_beside_personal: int = 0
    """Says neither, although most paragraphs of the answers do."""
    pronoun: int = 0
    """Says he, it, that: it goes on about something."""
    names_participant: int = 0
    opens_with_participant: int = 0
    year: int = 0
    bracketed: int = 0
    italic: int = 0
    bold: int = 0
    item: int = 0
    heading: int = 0
    asks: int = 0
    unended: int = 0
    """Does not end as a sentence does, although most paragraphs of the answers do."""
    short: int = 0
    long: int = 0
    after_rule: int = 0
    after_picture: int = 0
    after_notice: int = 0
    before_notice: int = 0
    last: int = 0
    """No block follows."""


FEATURES = tuple(field.name for field in msgspec.structs.fields(ClosingFeatures))
SPEECH_CUES = frozenset({"spoken", "thanks"})
CUES = ("label", "picture", "licence", "talk", "promotion", "imprint", "end", "number", "biography", "spoken", "thanks")


class SpeechStyle(msgspec.Struct, frozen=True, gc=False):
    """How the answers of a document are written, and who takes part in it."""

    personal: bool
    """Most paragraphs say I, we or you."""
    ended: bool
    """Most paragraphs end as sentences do."""
    names: frozenset[str] = frozenset()
    """Names of the participants, and their last words."""


@cache
def _cue_patterns() -> dict[str, "regex.Pattern[str]"]:
    rows = table(__package__, "closing_cues.tsv")
    return {
        cue: regex.compile("|".join(f"(?:{pattern})" for kind, pattern in rows if kind == cue), regex.IGNORECASE)
        for cue in CUES
    }


def speech_style(blocks: Sequence[Block], names: Sequence[str]) -> SpeechStyle:
    """The style of the blocks of the answers; `names` are those of the participants."""
    said = [block.text for block in blocks if display_width(block.text) >= SHORT_COLUMNS]
    personal = sum(FIRST_PERSON.search(text) is not None or SECOND_PERSON.search(text) is not None for text in said)
    ended = sum(block.ends_sentence for block in blocks)
    parts = set(names) | {name.rsplit(maxsplit=1)[-1] for name in names if name.strip()}
    return SpeechStyle(
        2 * personal >= max(len(said), 1), 2 * ended >= len(blocks), frozenset(part for part in parts if len(part) > 1)
    )


def closing_features(block: Block, style: SpeechStyle, *, last: bool) -> ClosingFeatures:
    """The features of one block; `last`: no block follows it."""
    links = [match.span() for match in LINK.finditer(block.text)]
    words = LINK.sub(lambda match: match["words"] or match[0], block.text) if links else block.text
    text = words[:MAX_READ_CHARS].lstrip(OPENING_MARKS)
    unquoted = QUOTED_SPEECH.sub("", words)
    link_chars = sum(end - start for start, end in links)
    first = FIRST_PERSON.search(unquoted) is not None
    second = SECOND_PERSON.search(unquoted) is not None
    columns = display_width(block.text)
    found = {cue: int(pattern.search(text) is not None) for cue, pattern in _cue_patterns().items()}
    return ClosingFeatures(
        **found,
        only_links=int(link_chars >= MIN_LINK_SHARE * len(block.text)),
        holds_link=int(bool(links)),
        first_person=int(first),
        second_person=int(second),
        cue_and_i=int(
            SINGULAR.search(unquoted) is not None and any(found[cue] for cue in CUES if cue not in SPEECH_CUES)
        ),
        impersonal_beside_personal=int(style.personal and not (first or second)),
        pronoun=int(TIE.search(unquoted) is not None),
        names_participant=int(any(name in unquoted for name in style.names)),
        opens_with_participant=int(any(text.startswith(name) for name in style.names)),
        year=int(YEAR.search(block.text) is not None),
        bracketed=int(text[:1] in OPENING_BRACKETS and text[:1] != ""),
        italic=int(block.italic),
        bold=int(block.bold),
        item=int(block.item),
        heading=int(block.is_heading),
        asks=int(block.asks),
        unended=int(style.ended and not block.ends_sentence),
        short=int(columns < SHORT_COLUMNS),
        long=int(columns > LONG_COLUMNS),
        after_rule=int(block.after_rule),
        after_picture=int(block.after_picture),
        after_notice=int(block.after_notice),
        before_notice=int(block.before_notice),
        last=int(last),
    )
