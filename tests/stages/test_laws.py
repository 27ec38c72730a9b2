"""What every built-in stage keeps to, on any text: the laws of the conformance kit, and the whole way."""

import pickle

import pytest
from hypothesis import given
from sampling import examples

import pipeline
from pipeline.core.recipe import BUILT_IN, recipe
from pipeline.model.stage import Stage
from pipeline.testing import LAWS, Law, texts

STAGES = recipe().stages

each = pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)


def slow(law: Law, stage: Stage) -> bool:
    """Whether `make soak` alone checks it: times of long texts are measured. tests/test_growth.py counts steps."""
    return law.name == "linear" and stage.name not in {"markup", "languages"}


@pytest.mark.parametrize(
    ("law", "stage"),
    [
        pytest.param(law, stage, id=f"{law}-{stage.name}", marks=pytest.mark.soak if slow(law, stage) else ())
        for law in LAWS
        for stage in STAGES
    ],
)
def test_a_built_in_stage_keeps_the_law(stage: Stage, law: Law) -> None:
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
