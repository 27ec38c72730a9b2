"""What the words of a label say by themselves."""

from functools import lru_cache
from typing import NamedTuple

import regex

from pipeline.lexicon import english
from pipeline.lexicon.people import is_name
from pipeline.stages.dialogue.feature_scales import share
from pipeline.stages.dialogue.label_candidates import cue_of, is_name_shaped

FAR = 99
"""The largest count that is told apart."""
ODD_IN_LABEL = regex.compile(r"[,，.;!?。“”\"(/\[]")
CODE_IN_LABEL = regex.compile(r"[`<{=/\\@$%&+]|\]\(|\d{4}")
INITIALS = regex.compile(r"[A-Z]{2,4}")
LATIN_OR_HAN_WORD = regex.compile(r"[\p{Latin}'’]+|\p{Han}")
HAN_CHARACTER = regex.compile(r"\p{Han}")


class LabelFacts(NamedTuple):
    """What the words of a label say by themselves."""

    chars: int = 0
    words: int = 0
    capitals: int = 0
    upper: int = 0
    initials: int = 0
    han: int = 0
    digit: int = 0
    kind: int = 0
    anonymous: int = 0
    odd: int = 0
    code: int = 0
    name: int = 0
    shaped: int = 0
    ordinary: int = 0
    asks: int = 0


KIND_NUMBERS = {None: 0, "asks": 1, "answers": 2, "moderates": 3, "outlet": 4, "never": 5}
NO_LABEL = LabelFacts()


@lru_cache(maxsize=8192)
def label_facts(label: str) -> LabelFacts:
    """The facts of one label, by its text without marks."""
    if not label:
        return NO_LABEL
    words = LATIN_OR_HAN_WORD.findall(label)
    latin = [word for word in words if word[0].isascii() or not HAN_CHARACTER.match(word)]
    cue = cue_of(label)
    known = english.lexicon()
    ordinary = 0
    if latin:
        lowest = [
            round(100 * known.capital(word.lower())) if word.lower() in known else 70 for word in latin if len(word) > 1
        ]
        ordinary = 100 - max(lowest) if lowest else 0
    return LabelFacts(
        min(len(label), 99),
        min(len(label.split()), FAR),
        share(sum(word[0].isupper() for word in latin), len(latin)),
        int(label.isupper()),
        int(INITIALS.fullmatch(label) is not None),
        min(sum(1 for _ in HAN_CHARACTER.finditer(label)), FAR),
        int(any(map(str.isdigit, label))),
        KIND_NUMBERS[cue.kind if cue else None],
        int(cue is not None and cue.anonymous),
        int(ODD_IN_LABEL.search(label) is not None),
        int(CODE_IN_LABEL.search(label) is not None),
        int(is_name(label.strip("《》 ")) or "·" in label),
        int(is_name_shaped(label)),
        ordinary,
        int(label[-1:] in "?？"),
    )
