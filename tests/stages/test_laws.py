"""What every built-in stage keeps to, on any text: the laws of the conformance kit, and the whole way."""

import pickle

import pytest
from hypothesis import given, settings
from sampling import examples

import pipeline
from pipeline.core.recipe import BUILT_IN, recipe
from pipeline.model.stage import Stage
from pipeline.testing import LAWS, Law, laws, texts
from pipeline.testing.odd_texts import fixed

STAGES = recipe().stages

each = pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)


KEPT = {"linear": {"markup"}, "deterministic": {"words", "credits", "dialogue"}}
"""The stages for which `make test` checks the slow laws: tests/test_growth.py counts steps of the others."""

MANY_CALLS = {"deterministic", "pure"}
"""The laws that process each text about ten times: of the texts that are always tried, `make test` tries every fourth
for them, and `make soak` all.
"""


def marks(law: Law, stage: Stage) -> list[pytest.MarkDecorator]:
    """The marks of a law that is slow to check."""
    if stage.name not in KEPT.get(law.name, {stage.name}):
        return [pytest.mark.soak]
    return [pytest.mark.slow] if law.name in {"deterministic", "linear", "pure"} else []


@pytest.mark.parametrize(
    ("law", "stage"),
    [pytest.param(law, stage, id=f"{law}-{stage.name}", marks=marks(law, stage)) for law in LAWS for stage in STAGES],
)
def test_a_built_in_stage_keeps_the_law(stage: Stage, law: Law, monkeypatch: pytest.MonkeyPatch) -> None:
    if law.name in MANY_CALLS:
        monkeypatch.setattr(laws, "fixed", lambda stage: fixed(stage)[:: 100 // settings().max_examples])
    law(stage, examples=examples(100))


@each
def test_a_stage_is_named_as_in_the_recipe(stage: Stage) -> None:
    assert stage.name in BUILT_IN


@each
def test_a_stage_holds_settings_and_not_data(stage: Stage) -> None:
    assert len(pickle.dumps(stage)) < 1000


def articles_of(text: str) -> bool:
    return bool(text.removeprefix("\ufeff").strip()) and "\x00" not in text


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_any_text_becomes_an_article_that_restores_and_holds_to_the_contract(stage: Stage) -> None:
    """The texts hold what each stage looks for."""

    @given(text=texts(stage).filter(articles_of))
    def holds(text: str) -> None:
        article = pipeline.process(text)
        assert pipeline.restore(article) == text.encode()
        assert list(pipeline.faults(article)) == []

    holds()
