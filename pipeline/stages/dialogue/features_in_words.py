"""The features of the decision trees in plain words, for people who ask why something was decided.

The tables `turn_start_features.tsv` and `speaker_features.tsv` have for each feature its name, unit and words. Units:

- `flag`: 0 or 1
- `count`: a number, up to 99
- `percent`, `permille`: a share
- `difference`: thousandths between two shares
- `thousandths`: a number times a thousand
- `nats`: hundredths
- `log`: hundredths of the natural logarithm of one more than a number
- `log2`, `log2ratio`: hundredths of the binary logarithm of a number, and of a ratio
- `form`, `kind`: numbers of `TURN_FORMS` and of `KIND_NUMBERS`
"""

import math
from collections.abc import Callable, Mapping
from functools import cache

from pipeline.lexicon.lists import table
from pipeline.stages.dialogue.label_facts import FAR, KIND_NUMBERS
from pipeline.stages.dialogue.turn_candidates import TURN_FORMS

TURN_START_TABLE, SPEAKER_TABLE = "turn_start_features.tsv", "speaker_features.tsv"
KIND_WORDS = {number: kind or "nothing" for kind, number in KIND_NUMBERS.items()}
NO_LABEL_VALUE = -1
"""Value of features that only labels have."""


def words_of(name: str, feature: str) -> str:
    """What a feature is, in plain words; `name` is that of the table."""
    return _features(name)[feature][1]


def value_in_words(name: str, feature: str, value: int) -> str:
    """A value of a feature, for people.

    >>> value_in_words(TURN_START_TABLE, "label_count", 195), value_in_words(TURN_START_TABLE, "asks", 1)
    ('6', 'yes')
    """
    if value == NO_LABEL_VALUE and name == TURN_START_TABLE:
        return "no label"
    return FORMATS[_features(name)[feature][0]](value)


def _count(value: int) -> str:
    return f"{FAR} or more" if value == FAR else str(value)


FORMATS: Mapping[str, Callable[[int], str]] = {
    "flag": lambda value: "yes" if value else "no",
    "count": _count,
    "percent": lambda value: f"{value}%",
    "permille": lambda value: f"{value / 10:.0f}%",
    "difference": lambda value: f"{round(value / 10):+d} points",
    "thousandths": lambda value: f"{value / 1000:.3g}",
    "nats": lambda value: f"{value / 100:.1f}",
    "log": lambda value: f"{max(math.expm1(value / 100), 0):.0f}",
    "log2": lambda value: f"{2 ** (value / 100):.0f}",
    "log2ratio": lambda value: f"{2 ** (value / 100):.1f} times",
    "form": lambda value: TURN_FORMS[value] if 0 <= value < len(TURN_FORMS) else str(value),
    "kind": lambda value: KIND_WORDS.get(value, str(value)),
}


@cache
def _features(name: str) -> dict[str, tuple[str, str]]:
    """Unit and words of each feature."""
    return {feature: (unit, words) for feature, unit, words in table(__package__, name)}
