"""Thresholds of the settings: whatever rule is turned off or raised, articles stay whole and restorable."""

from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pipeline
from pipeline import Article, Pipeline
from pipeline.core.apply_stage import repair
from pipeline.core.recipe import recipe
from pipeline.model.document import Document
from pipeline.text.decoding import decode
from pipeline.text.edits import apply

RAW = Path(__file__).parents[2] / "raw"
SAMPLES = sorted(RAW.rglob("*.txt"))
RULES = [rule.name for stage in recipe().stages for rule in stage.rules]
REPAIRS = [step.stage.name for step in recipe().repairs]


def used(article: Article) -> set[str]:
    """Every rule that an article names."""
    return (
        {edit.rule for change in article.provenance.changes for edit in change.edits}
        | {segment.rule for segment in article.segments}
        | {note.rule for note in article.notes}
    )


@pytest.mark.soak
@pytest.mark.parametrize("rule", RULES)
def test_articles_are_valid_and_restorable_without_a_rule(rule: str) -> None:
    without_a_rule(rule, SAMPLES)


@pytest.mark.parametrize(("number", "rule"), list(enumerate(RULES)))
def test_article_is_valid_and_restorable_without_a_rule(number: int, rule: str) -> None:
    """The same with one of the samples for each rule."""
    without_a_rule(rule, [SAMPLES[number % len(SAMPLES)]])


def without_a_rule(rule: str, samples: list[Path]) -> None:
    without = Pipeline(rules={rule: "off"})
    for path in samples:
        data = path.read_bytes()
        article = without.process(data, id=path.stem)
        assert rule not in used(article)
        assert pipeline.restore(article) == data
        assert list(pipeline.faults(article)) == []


@cache
def as_it_is() -> list[Article]:
    return [pipeline.process(path.read_bytes(), id=path.stem) for path in SAMPLES]


def test_higher_threshold_makes_fewer_edits_and_notes_the_others() -> None:
    strict = Pipeline(rules=dict.fromkeys(REPAIRS, 1.0))
    before = sum(len(change.edits) for article in as_it_is() for change in article.provenance.changes)
    articles = [strict.process(path.read_bytes(), id=path.stem) for path in SAMPLES]
    after = sum(len(change.edits) for article in articles for change in article.provenance.changes)
    suggestions = [note for article in articles for note in article.notes if note.suggestion is not None]
    assert after < before
    # A few edits of a later round are not even proposed where the first was not made.
    assert len(suggestions) > 0.9 * (before - after)


@given(
    path=st.sampled_from(SAMPLES),
    thresholds=st.dictionaries(st.sampled_from([*REPAIRS, *RULES]), st.sampled_from([0.0, 0.9, 0.97, 1.0, "off"])),
)
def test_repair_is_idempotent_under_any_thresholds(path: Path, thresholds: dict[str, float | str]) -> None:
    made = recipe(rules=thresholds)  # type: ignore[arg-type]  # "off" is one of the texts
    text = decode(path.read_bytes()).text
    for step in made.repairs:
        document = Document(text, thresholds=made.thresholds)
        text = apply(text, repair(step, document)[0])
        assert repair(step, document.with_text(text))[0] == (), step.stage.name
