"""How candidates are found and decided: the lexer, the features, the decision and its edits."""

import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import Edit
from pipeline.model.document import Document
from pipeline.stages.entities.decision import decisions
from pipeline.stages.entities.facts import document_facts, line_facts
from pipeline.stages.entities.features import NAMES, has_space_reading, row
from pipeline.stages.entities.lexer import Candidate, candidates, lexer_pattern, matches
from pipeline.stages.entities.stage import Entities
from pipeline.stages.entities.suspect_lines import suspect_lines

PIECES = (
    "quot;",
    "#39;",
    "amp;",
    "；",
    ";",
    "#",
    "u2019",
    "#8220;",
    "nbsp；",
    "lt;",
    " ",
    "it",
    "S",
    "灯塔",
    "&",
    "39",
    "#39s",
    "\\",
    "%",
)


def lexed(text: str) -> Iterator[Candidate]:
    """The candidates of a text of one line."""
    for line in suspect_lines(text):
        yield from candidates(line, [])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a quot;quay quot;", [("lost", "name", ";", '"'), ("lost", "name", ";", '"')]),
        ("the mill#39;s ＃39；", [("lost", "decimal", ";", "'"), ("lost", "decimal", "；", "'")]),
        ("the mill#x2019;s", [("lost", "hex", ";", "’")]),
        ("amp;amp;quot;Go", [("chain", "name", ";", '"')]),
        ("the tide #151; it", [("lost", "decimal", ";", "—")]),
        ("R amp;amp; D", [("chain", "name", ";", "&")]),
        ("we donu2019t", [("unicode", "unit", "", "’")]),
        ("the mill#39s wheel", [("lost", "decimal", "", "'")]),
        ("灯塔#28783;", [("lost", "decimal", ";", "灯")]),
    ],
)  # fmt: skip
def test_the_lexer_reads_every_form(text: str, found: list[tuple[str, str, str, str]]) -> None:
    """Each candidate has its sign, its body, its semicolon, and the character it stands for."""
    assert [(each.sign, each.body, each.closer, each.new) for each in lexed(text)] == found


@pytest.mark.parametrize(
    "text",
    [
        "an aliquot; then",
        "a stamp; one copy; two times; gone",
        "&quot;Go&quot;",
        r"\u2019 %u2019 U+2019",
        "amp;lt;",
    ],
)
def test_words_and_whole_entities_are_no_candidates(text: str) -> None:
    """Words that end like a name, entities with their ampersand, and escapes with their sign are read elsewhere."""
    assert not list(lexed(text))


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_looking_around_the_probes_finds_what_reading_the_line_finds(text: str) -> None:
    """The short way gives the same."""
    assert [match.span() for match in matches(text)] == [match.span() for match in lexer_pattern().finditer(text)]


@pytest.mark.parametrize("piece", ["amp;", "quot;", "ramp;", "#39;", " #39;s", "u2019"])
def test_the_lexer_takes_linear_time(piece: str) -> None:
    """Ten times the text takes no more than some ten times as long."""

    def seconds(count: int) -> float:
        start = time.process_time()
        list(matches(piece * count))
        return time.process_time() - start

    seconds(100)
    assert seconds(20_000) < 60 * max(seconds(2_000), 0.001)


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_a_row_has_all_features_and_fits_the_trees(text: str) -> None:
    """Features are whole numbers of 16 bits, one for each name."""
    lines = [(line, candidates(line, [])) for line in suspect_lines(text)]
    document = document_facts(lines, text)
    for line, found in lines:
        facts = line_facts(line, found)
        for i, candidate in enumerate(found):
            spaced = has_space_reading(line, candidate)
            features = row(line, facts, document, found, i, spaced=spaced)
            assert len(features) == len(NAMES)
            assert all(-32768 <= feature <= 32767 for feature in features)


def test_decisions_are_in_the_order_of_the_candidates() -> None:
    """Lines without an entity have an empty list."""
    text = "It#39;s low tide.\nNothing here; a copy; of it.\nThe pilots#39; boat"
    lines = [(line, candidates(line, [])) for line in suspect_lines(text)]
    assert [len(each) for each in decisions(lines, text)] == [len(found) for _, found in lines]


@pytest.mark.parametrize(
    ("damaged", "right"),
    [
        ("A tour of the HARBOR#39;24 fair", "A tour of the HARBOR'24 fair"),
        ("They wanted 300#39;000 francs for the boat", "They wanted 300'000 francs for the boat"),
        ("We told #39;em to row, and it#39;s done", "We told 'em to row, and it's done"),
        ("Skerry Boats Ltd. #39;s boat isn #39;t for sale", "Skerry Boats Ltd.'s boat isn't for sale"),
        ("Ropes amp; Sails: who#39;s in", "Ropes & Sails: who's in"),
        ("She called it #8220;a quiet harbour #8221; and left", "She called it “a quiet harbour” and left"),
        ("他说：#8220;灯塔还在。#8221;", "他说：“灯塔还在。”"),
        ("the keeper#39s lamp", "the keeper's lamp"),
        ("Bring the quot；lampquot；", 'Bring the "lamp"'),
        ("The ferry to Val d #39;Ancre waits for O #39;Hara", "The ferry to Val d'Ancre waits for O'Hara"),
        ("They took vitamin D #39;for the crossing#39; daily", "They took vitamin D 'for the crossing' daily"),
        ("The crews#39;d #39;never#39; sail", "The crews'd 'never' sail"),
    ],
)  # fmt: skip
def test_kinds_of_damage(damaged: str, right: str) -> None:
    """What lost its ampersand, its semicolon, or has a space in its place."""
    edits = [finding for finding in Entities().find(Document(damaged)) if isinstance(finding, Edit)]
    assert all(edit.confidence >= 0.5 for edit in edits)
    for edit in reversed(edits):
        damaged = damaged[: edit.start] + edit.new + damaged[edit.start + len(edit.old) :]
    assert damaged == right


@pytest.mark.parametrize(
    "text",
    [
        "see #38, #39; and #40",
        "The lamp is fixed in #34; the rope comes later.",
        "We sailed from pier #39; it was late. See also #41; and #42.",
        "a { color: #160; background: #222; }",
        "It plays through an old amp; then it hums.",
        "long tide_quot; /* how far the tide is */",
        "the chart plateau2014 and berth u2013",
        "Without the ampersand the nbsp; entity is only text.",
    ],
)
def test_lookalikes_stay(text: str) -> None:
    """Numbers of things, colours, words and names of programs."""
    assert not [finding for finding in Entities().find(Document(text)) if isinstance(finding, Edit)]
