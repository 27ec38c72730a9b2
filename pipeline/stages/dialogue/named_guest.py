"""Whether the title or the lead of an article names the person whom it is about."""

import regex

from pipeline.lexicon import english
from pipeline.lexicon.people import is_name
from pipeline.stages.dialogue.label_scoring import MIN_NAME_CAPITAL_SHARE, UNKNOWN_CAPITAL_SHARE

MAX_HEAD_CHARS = 2000
"""Characters of the title and the lead that are read."""
MIN_OTHER_CAPITAL_SHARE = 0.1
"""How often the other word of a name is capitalised within sentences, at least: `Orla Finch`, but not `From May`."""
TWO_CAPITALISED_WORDS = regex.compile(r"\b(?P<first>\p{Lu}\p{Ll}+) (?:\p{Lu}\. )?(?P<last>\p{Lu}[\p{L}’'\-]+)\b")
CHINESE_CLAUSE_START = regex.compile(r"(?:^|[，。：；、“\s])(?P<words>\p{Han}{3,5})(?!\p{Han}{0,2}[年月日])")
AFTER_NAME = frozenset("是在一说曾从为和与对也：")
"""Characters that may follow a name at the start of a clause: `林安是…`, `林安一直…`."""


def names_person(head: str) -> bool:
    """Whether a text names a person: two capitalised words that are names, or a Chinese name that begins a clause.

    >>> names_person("Ada Fern on salt"), names_person("What the tide brings"), names_person("今年，林小满一直在做船")
    (True, False, True)
    """
    head = head[:MAX_HEAD_CHARS]
    known = english.lexicon()
    for match in TWO_CAPITALISED_WORDS.finditer(head, overlapped=True):
        words = (match["first"].lower(), match["last"].lower())
        shares = [known.capital(word) if word in known else UNKNOWN_CAPITAL_SHARE for word in words]
        if max(shares) > MIN_NAME_CAPITAL_SHARE and min(shares) > MIN_OTHER_CAPITAL_SHARE:
            return True
    if head.isascii():
        return False
    return any(
        is_name(words[:size]) and words[size : size + 1] in AFTER_NAME
        for match in CHINESE_CLAUSE_START.finditer(head, overlapped=True)
        for words in (match["words"],)
        for size in (3, 2)
    ) or any(is_name(part.strip()) for part in regex.split("[：:]", head)[:1])
