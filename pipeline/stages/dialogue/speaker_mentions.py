"""Where a speaker is named outside of the own turns: by the others, in the title, in the lead, in the byline."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import msgspec
import regex

from pipeline.lexicon.people import is_name
from pipeline.stages.dialogue.label_candidates import PARENTHESISED, cue_of
from pipeline.stages.dialogue.speaker_aliases import HONORIFICS

MIN_NAME_CHARS = 3
"""Letters of a first or last name that is looked for by itself."""
MIN_HAN_NAME_CHARS = 2
MAX_ADDRESS_CHARS = 80
"""Characters at the start and at the end of a turn in which another speaker is addressed."""
MAX_MENTIONED_SPEAKERS = 8
"""Speakers up to which it is looked for who names whom."""
HAN_TITLES = regex.compile(
    r"(?:先生|女士|小姐|老师|老師|教授|博士|医师|醫師|医生|醫生|律师|律師|议员|議員|大使|部长|部長)$"
)
"""Titles after a Chinese name."""


class Mention(msgspec.Struct, frozen=True, gc=False):
    """Where one speaker is named outside of the turns."""

    title: bool = False
    opens_title: bool = False
    """The title begins with the name: `Ada Fern: …`."""
    lead: int = 0
    """How often the lead has the name."""
    byline: bool = False
    """The byline or the credits have it."""


NOT_MENTIONED = Mention()


class ArticleFrame(msgspec.Struct, frozen=True, gc=False):
    """What is printed around the turns: title, lead, and the names of those who made the article."""

    title: str = ""
    lead: str = ""
    makers: str = ""


NO_FRAME = ArticleFrame()


@lru_cache(maxsize=4096)
def name_forms(speaker: str) -> tuple[str, ...]:
    """The forms in which others name a speaker; none for words such as Q and A.

    >>> name_forms("Dr. Ada Fern")
    ('Ada Fern', 'Ada', 'Fern')
    """
    cue = cue_of(speaker)
    if cue is not None and cue.kind not in {"outlet", "asks"}:
        return ()
    plain = HONORIFICS.sub("", PARENTHESISED.sub("", speaker)).strip("[]【】《》 ")
    if cue is not None:
        return (plain,) if not cue.anonymous and len(plain) > MIN_HAN_NAME_CHARS else ()
    if not plain.isascii() and " " not in plain:
        return _han_forms(plain)
    if plain.isupper() and len(plain) > MIN_NAME_CHARS:
        plain = plain.title()
    words = plain.split()
    parts = [words[0], words[-1]] if len(words) > 1 else []
    return tuple(dict.fromkeys(form for form in (plain, *parts) if len(form) >= MIN_NAME_CHARS and form[0].isupper()))


def _han_forms(name: str) -> tuple[str, ...]:
    bare = HAN_TITLES.sub("", name)
    given = bare[1:] if len(bare) == 3 and is_name(bare) else ""
    return tuple(dict.fromkeys(form for form in (name, bare, given) if len(form) >= MIN_HAN_NAME_CHARS))


def names(text: str, forms: Sequence[str]) -> bool:
    """Whether a text has one of the forms of a name, as a whole word."""
    return any(_find(text, form) >= 0 for form in forms)


def _find(text: str, form: str) -> int:
    """The first place of a form as a whole word; -1 if there is none."""
    at = text.find(form)
    while at >= 0 and form.isascii():
        before, after = text[at - 1 : at], text[at + len(form) : at + len(form) + 1]
        if not (before.isascii() and before.isalnum()) and not (after.isascii() and after.isalnum()):
            return at
        at = text.find(form, at + len(form))
    return at


def mentions_in_frame(speakers: Iterable[str], frame: ArticleFrame) -> dict[str, Mention]:
    """For each speaker where title, lead and byline have the name."""
    title = frame.title.lstrip('#*“”"《 ')
    return {speaker: _mention(name_forms(speaker), title, frame) for speaker in speakers}


def _mention(forms: Sequence[str], title: str, frame: ArticleFrame) -> Mention:
    if not forms:
        return NOT_MENTIONED
    return Mention(
        names(title, forms),
        any(_find(title, form) == 0 for form in forms),
        max(frame.lead.count(form) for form in forms),
        names(frame.makers, forms),
    )


def named_speakers(text: str, speaker: str, forms: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The other speakers that a turn names at its start or its end. `forms` are those of all speakers."""
    if len(forms) > MAX_MENTIONED_SPEAKERS:
        return ()
    ends = text if len(text) <= 2 * MAX_ADDRESS_CHARS else f"{text[:MAX_ADDRESS_CHARS]} … {text[-MAX_ADDRESS_CHARS:]}"
    return tuple(other for other, known in forms.items() if other != speaker and names(ends, known))
