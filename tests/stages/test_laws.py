"""What every built-in stage keeps to, on any text."""

import pickle
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pipeline
from pipeline.document import Document, Label
from pipeline.ledger import apply, inverse
from pipeline.processing import find, repair
from pipeline.recipe import BUILT_IN, recipe
from pipeline.stage import Note, Rule, Stage

STAGES = recipe().stages
REPAIRS = [stage for stage in STAGES if not stage.gives]
FINDERS = [stage for stage in STAGES if stage.gives]

# Pieces that the stages act on, so that random texts hold what they look for, and characters that trip code up.
PIECES = (
    *(
        "the",
        "of",
        "theother",
        "decadesof",
        "calledThe",
        "Kazakhstan",
        "Ada Fern",
        "Daily Post",
        "Q",
        "A",
        "By ",
        "Editor",
    ),
    *(
        "记者",
        "编辑",
        "周明远",
        "报道",
        "来源",
        "声明",
        "免责声明",
        "北京",
        "问",
        "答",
        "主持人",
        "Disclaimer",
        "锟斤拷",
        "《",
        "》",
    ),
    *(
        "quot;",
        "#39;",
        "&amp;",
        "&amp;quot;",
        "&#8217;",
        "nbsp;",
        "u0026",
        "\\u2019",
        "â€™",
        "Ã©",
        "http://a.b/c?d=e&copy=2",
    ),
    *("<br>", "</p>", "<p>", "<b", "<!--", "-->", "x <y and z> w", "a@b.co", "*", "**", "#", "- ", "1. ", "====="),
    *(
        "\u200b",
        "\ufeff",
        "\u00ad",
        "\u0301",
        "\u2028",
        "\x85",
        "\x00",
        "\x1b",
        "\r",
        "😀",
        "\U0002070e",
        "é",
        "\t",
        "\u3000",
    ),
    *(
        ":",
        "：",
        "|",
        ". ",
        "。",
        ", ",
        " ,",
        ",",
        "?",
        "？",
        "(",
        ")",
        "“",
        "”",
        '"',
        "'",
        "’",
        "10:30",
        "3.5",
        "U.S.",
    ),
    *("\n", "\n\n", " ", "  "),
)
texts = st.lists(
    st.one_of(st.sampled_from(PIECES), st.text(st.characters(exclude_categories=["Cs"]), max_size=8)), max_size=30
).map("".join)

each = pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
each_repair = pytest.mark.parametrize("stage", REPAIRS, ids=lambda stage: stage.name)
each_finder = pytest.mark.parametrize("stage", FINDERS, ids=lambda stage: stage.name)


def prepared(stage: Stage, text: str) -> Document:
    """A document as the stage gets it: with the labels of the finders before it."""
    document = Document(text)
    for earlier in FINDERS:
        if stage not in FINDERS or earlier is stage:
            break
        labels, _ = find(earlier, document)
        document = Document(text, labels=(*document.labels, *labels))
    return document


@each_repair
@given(text=texts)
def test_a_repair_never_raises_and_can_be_undone(stage: Stage, text: str) -> None:
    edits, _ = repair(stage, Document(text))
    changed = apply(text, edits)
    assert apply(changed, inverse(edits)) == text


@each_repair
@given(text=texts)
def test_a_repair_has_nothing_left_to_do_after_itself(stage: Stage, text: str) -> None:
    once = apply(text, repair(stage, Document(text))[0])
    again, _ = repair(stage, Document(once))
    assert again == ()


@each_finder
@given(text=texts)
def test_a_finder_never_raises_and_labels_stay_inside(stage: Stage, text: str) -> None:
    labels, _ = find(stage, prepared(stage, text))
    assert all(0 <= label.start < label.end <= len(text) for label in labels)


@each
@given(text=texts)
def test_the_same_document_gives_the_same_findings(stage: Stage, text: str) -> None:
    document = prepared(stage, text)
    fresh = Document(text, labels=document.labels)
    assert list(stage.find(document)) == list(stage.find(fresh))


@given(text=texts.filter(lambda text: text.removeprefix("\ufeff").strip() and "\x00" not in text))
def test_any_text_becomes_an_article_that_restores_and_holds_to_the_contract(text: str) -> None:
    article = pipeline.process(text)
    assert pipeline.restore(article) == text.encode()
    assert list(pipeline.faults(article)) == []


@each
def test_a_stage_can_be_sent_to_another_process(stage: Stage) -> None:
    sent = pickle.dumps(stage)
    assert pickle.loads(sent) == stage
    assert len(sent) < 1000, "a stage holds settings, not data"


@each
def test_a_stage_is_named_as_in_the_recipe(stage: Stage) -> None:
    assert stage.name in BUILT_IN
    assert stage.__doc__


@each
def test_rules_are_declared_as_the_protocol_says(stage: Stage) -> None:
    assert stage.rules
    assert len({rule.name for rule in stage.rules}) == len(stage.rules)
    for rule in stage.rules:
        assert rule.name.startswith(f"{stage.name}.")
        assert rule.meaning
        assert 0 <= rule.threshold <= 1


def rules_with(cases: Callable[[Rule], tuple[str, ...]]) -> list[object]:
    return [
        pytest.param(stage, rule, text, id=f"{rule.name}-{i}")
        for stage in STAGES
        for rule in stage.rules
        for i, text in enumerate(cases(rule))
    ]


def used(stage: Stage, text: str) -> set[str]:
    """The rules under which a stage finds something in a text."""
    return {
        finding.rule
        for finding in stage.find(prepared(stage, text))
        if isinstance(finding, pipeline.Edit | Label | Note)
    }


@pytest.mark.parametrize(("stage", "rule", "text"), rules_with(lambda rule: rule.acts))
def test_a_rule_acts_on_its_example(stage: Stage, rule: Rule, text: str) -> None:
    assert rule.name in used(stage, text)


@pytest.mark.parametrize(("stage", "rule", "text"), rules_with(lambda rule: rule.spares))
def test_a_rule_spares_what_only_looks_alike(stage: Stage, rule: Rule, text: str) -> None:
    assert rule.name not in used(stage, text)
