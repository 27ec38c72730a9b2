"""Questions without a label: lines that ask, in bold or as headings or plain, answered by what follows."""

from collections.abc import Mapping, Sequence, Set
from typing import NamedTuple

import regex

from pipeline.model.document import script_of
from pipeline.stages.dialogue.blocks import Block
from pipeline.stages.dialogue.label_candidates import Candidate

YOU = regex.compile(r"\b(?:you|your|yours|yourself)\b|[你您]", regex.IGNORECASE)
FIRST_PERSON = regex.compile(r"\b(?:I|I[’']\p{L}+|my|me|myself|we|our|us)\b|[我咱]")
NUMBER = regex.compile(r"(?P<number>\d{1,3})[.、．)）:：]\s*(?=\S)")
"""The number before a question, which is no part of it."""

LONGEST = 600
LEAST = 3
"""Questions from which lines without labels are an interview."""
ADDRESSED = 0.4
"""Share of them that must speak to somebody."""
ANSWERED = 0.3
"""Share of the answers that must speak of I and we: those of an explainer do not."""
SPOKEN = 0.6
"""The same where questions are set apart and speak to nobody."""
LONGER = 1.5
"""By how much all answers must be longer than all questions."""
APART_PLAIN, APART_MARKED = 6, 14
"""Paragraphs to a question, at most, where it stands plain, and where bold or a heading shows it."""
MOSTLY = 0.6
"""Share of the bold lines that must ask for those that do not to be questions as well."""


QUOTES = frozenset("\"'“”‘’「」『』«»")
"""Marks around what somebody says in a story."""


class Form(NamedTuple):
    """How a line is set."""

    level: int
    bold: bool
    quoted: bool
    dashed: bool


def form(unit: Block) -> Form:
    """How a line is set."""
    return Form(unit.level, unit.bold, unit.quoted, unit.dashed)


PLAIN = Form(0, bold=False, quoted=False, dashed=False)


def spoken_in_story(unit: Block) -> bool:
    """Whether a plain paragraph begins or ends with a quotation mark, as what people say in a story does."""
    text = unit.text.strip()
    return form(unit) == PLAIN and (text[:1] in QUOTES or text[-1:] in QUOTES)


def asked_above(given: Sequence[Block], hits: Mapping[int, Candidate]) -> set[int]:
    """Indices of the unlabelled questions right above labelled answers, and of others set as they are.

    Empty where the labelled ask themselves, or where most of their turns have no question above them.
    """
    if any(hit.kind == "asks" for hit in hits.values()):
        return set()
    above = {i - 1 for i in hits if i > 0 and i - 1 not in hits}
    asked = {i for i in above if given[i].asks}
    asking = sum(given[i].asks for i in hits)
    if 2 * len(asked) <= len(hits) or 2 * asking >= len(hits):
        return set()
    set_so = {form(given[i]) for i in asked} - {PLAIN}
    alike = {kind: [i for i in above if form(given[i]) == kind] for kind in set_so}
    mostly = {kind for kind, lines in alike.items() if sum(given[i].asks for i in lines) >= MOSTLY * len(lines)}
    stated = {i for i in above if form(given[i]) in mostly}
    like = {
        i
        for i in range(len(given))
        if i not in hits and form(given[i]) in set_so and given[i].asks and len(given[i].text) <= LONGEST
    }
    return asked | stated | like


def bare(given: Sequence[Block]) -> list[int]:
    """Indices of the questions of an interview without labels; empty where it is none.

    They are paragraphs of their own that end in a question mark, at least three set alike, each with an answer below;
    they speak to somebody, and the answers speak of themselves. People in a story do all this too, but in quotation
    marks.
    """
    asking: dict[Form, list[int]] = {}
    for i, unit in enumerate(given):
        if unit.asks and len(unit.text) <= LONGEST and not (unit.item or unit.indented or spoken_in_story(unit)):
            asking.setdefault(form(unit), []).append(i)
    for kind in sorted(asking, key=lambda kind: (kind == PLAIN, -len(asking[kind]), kind)):
        found = _with_statements(given, asking[kind], kind)
        if _interview(given, found, APART_PLAIN if kind == PLAIN else APART_MARKED):
            return found
    return []


def _with_statements(given: Sequence[Block], found: list[int], kind: Form) -> list[int]:
    """Questions, and where most of what is set in bold asks, the bold statements too: `Tell me more.`."""
    if not (kind.bold or kind.dashed) or kind.level:
        return [i for i in found if i + 1 < len(given) and not given[i + 1].asks] if kind == PLAIN else found
    alike = [i for i in range(found[0], len(given) - 1) if form(given[i]) == kind and given[i].ended]
    return alike if len(found) >= MOSTLY * len(alike) else found


def _interview(given: Sequence[Block], found: Sequence[int], apart: int) -> bool:
    if len(found) < LEAST:
        return False
    starts: Set[int] = set(found)
    span = len(given) - found[0]
    addressed = sum(YOU.search(given[i].text) is not None for i in found)
    asked = sum(len(given[i].text) for i in found)
    told = sum(len(unit.text) for unit in given[found[0] :]) - asked
    below = [i + 1 for i in found if i + 1 < len(given) and i + 1 not in starts]
    wide = not given[found[0]].text.isascii() and script_of(given[found[0]].text) == "han"
    spoken = sum(any(FIRST_PERSON.search(unit.text) for unit in given[i : i + 2]) for i in below)
    return (
        span <= apart * len(found)
        and told >= LONGER * asked
        and spoken >= ANSWERED * len(found)
        # Chinese asks without saying you; what is set apart as questions need not say it where all answers say I.
        and (addressed >= ADDRESSED * len(found) or (apart > APART_PLAIN and spoken >= SPOKEN * len(found) and wide))
    )
