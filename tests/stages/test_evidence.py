"""What finders make of evidence: the fields of blocks, and articles of any text with any evidence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pipeline
from pipeline import Document
from pipeline.core.pipeline import NOWHERE
from pipeline.model.evidence import EVIDENCE_KINDS, Evidence, EvidenceKind, checked_evidence
from pipeline.model.record import Record
from pipeline.stages.credits.marked_bylines import marked_byline_in
from pipeline.stages.dialogue.block_evidence import with_evidence
from pipeline.stages.dialogue.blocks import Block, block_slice, read_blocks
from pipeline.stages.dialogue.named_guest import names_person

TEXT = "The weir\n“Why here?”\nBecause of the eels.\n"


def blocks_of(text: str, *evidence: Evidence) -> list[Block]:
    document = Document(text, evidence=checked_evidence(evidence, len(text)))
    return list(with_evidence(read_blocks(document), document.evidence))


@pytest.mark.parametrize(
    ("kind", "value", "fields"),
    [
        ("heading", "3", {"level": 3}),
        ("heading", "9", {"level": 0}),
        ("bold", "", {"bold": True, "bold_opening": 0}),
        ("italic", "", {"italic": True}),
        ("quote", "", {"quoted": True}),
        ("item", "", {"item": True}),
        ("term", "", {"term": True}),
        ("definition", "", {"definition": True}),
        ("caption", "", {"caption": True}),
        ("code", "", {"indented": True}),
        ("cell", "12.2", {"row": 12, "column": 2}),
        ("cell", "x", {"row": 0, "column": 0}),
    ],
)
def test_evidence_of_all_words_sets_a_field_though_quotation_marks_are_outside(
    kind: str, value: str, fields: dict[str, object]
) -> None:
    start = TEXT.index("Why") - (kind == "item")
    block = blocks_of(TEXT, Evidence(start, TEXT.index("?"), kind, value))[1]  # type: ignore[arg-type]
    assert {name: getattr(block, name) for name in fields} == fields


def test_bold_at_the_beginning_is_counted_in_characters() -> None:
    block = blocks_of("Q Why here?\n", Evidence(0, 1, "bold"))[0]
    assert (block.bold, block.bold_opening) == (False, 1)
    assert block_slice(block, 2, len(block.text)).bold_opening == 0


def test_two_runs_with_a_space_between_are_one() -> None:
    assert blocks_of("Why here?\n", Evidence(0, 3, "bold"), Evidence(4, 9, "bold"))[0].bold


def test_only_the_first_block_of_an_item_is_one() -> None:
    text = "Why here?\nBecause.\n"
    assert [block.item for block in blocks_of(text, Evidence(0, len(text) - 1, "item"))] == [True, False]


def test_without_evidence_nothing_is_done() -> None:
    blocks = read_blocks(Document(TEXT))
    assert with_evidence(blocks, ()) is blocks


LINES = st.sampled_from(
    [
        "Ada Fern", "Ivo Moss: Why here?", "Why here?", "Do you know why?", "I do. We saw it.", "记者", "您为什么来？",
        "我们是来看河的。", "**Q**", "## Water", "By Ada Fern", "2024-05-03", "", "- an item", "Q Why?", "图：河边",
    ]
)  # fmt: skip


@st.composite
def records(draw: st.DrawFn) -> Record:
    """A text of typical lines, with evidence of lines and of anything."""
    lines = draw(st.lists(LINES, min_size=1, max_size=14))
    text = "\n".join([*lines, "End."])
    kinds: st.SearchStrategy[EvidenceKind] = st.sampled_from(sorted(EVIDENCE_KINDS))
    values = st.sampled_from(["", "1", "3", "1.1", "2.2", "9.99999999999999999999", "x.y", "1-2"])
    evidence, at = [], 0
    for line in lines:
        if line and draw(st.booleans()):
            evidence.append(Evidence(at, at + len(line), draw(kinds), draw(values)))
        at += len(line) + 1
    loose = st.builds(Evidence, st.integers(0, len(text)), st.integers(0, len(text) + 3), kinds, values)
    return Record("a", text, NOWHERE, evidence=(*evidence, *draw(st.lists(loose, max_size=6))))


@given(records())
def test_no_evidence_makes_a_finder_fail_or_an_article_invalid(record: Record) -> None:
    article = pipeline.process(record, strict=True)
    assert list(pipeline.faults(article)) == []
    assert pipeline.restore(article).decode() == record.data
    explained = pipeline.explain(article)
    assert len(explained.labels) == len(article.segments)


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("Marta Reed", [("reporter", "Marta Reed")]),
        ("Marta Reed and Ivo Moss", [("reporter", "Marta Reed"), ("reporter", "Ivo Moss")]),
        ("Marta Reed · 3 May 2024", [("reporter", "Marta Reed"), ("date", "3 May 2024")]),
        ("2024-05-03 10:15 来源：南湾晚报", [("date", "2024-05-03 10:15"), ("outlet", "南湾晚报")]),
        ("文/施雨晴 图/何小满", [("reporter", "施雨晴")]),
    ],
)
def test_what_a_marked_byline_holds(line: str, parts: list[tuple[str, str]]) -> None:
    found = marked_byline_in(line)
    assert found is not None
    assert [(part.value, line[part.start : part.end]) for part in found.parts][: len(parts)] == parts


@pytest.mark.parametrize(
    "line", ["Listen to this story", "7 min read", "", "…", "She was born here in 2024-05-03?", "评论(0)"]
)
def test_what_names_nobody_is_no_byline(line: str) -> None:
    assert marked_byline_in(line) is None


@pytest.mark.parametrize(
    ("head", "names"),
    [
        ("For thirty years Orla Finch has mended clocks.", True),
        ("What the new toll means", False),
        ("From May on, crossing the bay will be more expensive.", False),
        ("施雨晴：我只想听它响一声", True),
        ("常见问题", False),
        ("", False),
    ],
)
def test_a_person_named_above_a_talk(head: str, names: bool) -> None:
    assert names_person(head) is names
