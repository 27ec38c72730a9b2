"""Restore entities that lost their sign: `quot;hard connectivityquot;`, `countries#39; leaders`, `couldnu2019t`.

`lexer` finds the candidates and `decision` says which of them are entities. Here they become edits, each with the rule
that names it.
"""

from collections.abc import Iterator, Sequence

from pipeline.model.stage import Rule
from pipeline.stages.entities.decision import Decision
from pipeline.stages.entities.rules import (
    JSON_ESCAPE,
    LOST_ACCENT,
    LOST_AMPERSAND,
    LOST_APOSTROPHE,
    LOST_BRACKETS,
    LOST_DOLLAR,
    LOST_MARK,
    LOST_QUOTE,
    LOST_QUOTES,
)
from pipeline.stages.entities.suspect_lines import SuspectLine
from pipeline.text.edits import Edit

RULE_OF_ROLE: dict[str, Rule] = {
    "apostrophe": LOST_APOSTROPHE,
    "letter": LOST_ACCENT,
    "amp": LOST_AMPERSAND,
    "currency": LOST_DOLLAR,
    "bracket": LOST_BRACKETS,
}
"""The rule for what a character does; every other character is a mark."""


def edits_of(line: SuspectLine, decisions: Sequence[Decision]) -> Iterator[Edit]:
    """An edit for each entity of a line."""
    pairs = paired_quotes(decisions)
    for i, decision in enumerate(decisions):
        candidate = decision.candidate
        if candidate.sign == "unicode":
            rule, confidence = JSON_ESCAPE, decision.confidence
        elif candidate.role == "quote":
            rule, confidence = (LOST_QUOTES, pairs[i]) if i in pairs else (LOST_QUOTE, decision.confidence)
        else:
            rule, confidence = RULE_OF_ROLE.get(candidate.role, LOST_MARK), decision.confidence
        yield line.edit(candidate.start - decision.spaced, candidate.end, candidate.new, rule, confidence)


def paired_quotes(decisions: Sequence[Decision]) -> dict[int, float]:
    """Indexes of the quotation marks that have a partner, with the confidence of the surer of the two.

    Whoever believes one half of a pair has to believe the other.
    """
    quotes = [i for i, decision in enumerate(decisions) if decision.candidate.role == "quote"]
    pairs: dict[int, float] = {}
    for first, second in zip(quotes[::2], quotes[1::2], strict=False):
        pairs[first] = pairs[second] = max(decisions[first].confidence, decisions[second].confidence)
    return pairs
