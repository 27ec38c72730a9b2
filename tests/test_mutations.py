"""Mutated documents in every stage and the whole pipeline. `make soak` runs many more, also of real documents."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import ClassVar

import pytest
from fuzzing import Problem, problems, smaller
from mutations import MUTATIONS, mutant, mutants, texts_of

from pipeline import Document, Finding, Label, Pipeline, Rule

ROOT = Path(__file__).parent.parent
TEXTS = texts_of(ROOT / "raw", ROOT / "seeds")
COUNT = 300
LONGEST = 600


@pytest.mark.parametrize("first", range(0, COUNT, 50))
def test_no_text_makes_a_stage_raise_and_every_article_holds_to_the_contract(first: int) -> None:
    found = {number: broken for number, text in mutants(first, 50, TEXTS, LONGEST) if (broken := problems(text))}
    for number, (problem, *_) in found.items():
        least = smaller(mutant(number, TEXTS, LONGEST), partial(_has, sought=problem), 200)
        pytest.fail(f"document {number}: {problem.where}: {problem.reason}; the least that shows it: {least!r}")


def _has(text: str, sought: Problem) -> bool:
    return any((problem.where, problem.kind) == (sought.where, sought.kind) for problem in problems(text))


def test_a_number_gives_the_same_document_each_time() -> None:
    assert list(mutants(0, 20, TEXTS)) == list(mutants(0, 20, TEXTS))


@pytest.mark.parametrize("at", range(len(MUTATIONS)))
def test_every_mutation_changes_most_texts(at: int) -> None:
    text, other = TEXTS[0][:400], TEXTS[1][:400]
    assert sum(MUTATIONS[at](Random(number), text, other) != text for number in range(20)) > 5


@dataclass(frozen=True)
class Fragile:
    """A finder that cannot read one character, and labels a blank beside another."""

    name: ClassVar[str] = "fragile"
    after: ClassVar[frozenset[str]] = frozenset()
    needs: ClassVar[frozenset[str]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset({"part"})
    rules: ClassVar[tuple[Rule, ...]] = (Rule("fragile.seen", "it was there"),)
    protocol: ClassVar[int] = 1

    def find(self, document: Document) -> Iterator[Finding]:
        """Raises, or yields what is wrong."""
        if "☃" in document.text:
            raise ValueError("a snowman")
        if "☂ " in document.text:
            at = document.text.index("☂ ")
            yield Label(at + 1, at + 2, "part", "prose", "fragile.seen", 1.0)
        if "☁" in document.text:
            yield Label(0, 1, "part", "repeat", "fragile.seen", 1.0)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("It rained ☃ today.", ["fragile alone", "fragile"]),
        ("It rained ☂ today.", ["fragile alone", "fragile"]),
        # The article is written without structure, and says why.
        ("It rained ☁ today.", ["verification"]),
        ("It rained today.", []),
    ],
)
def test_the_search_sees_what_raises_what_is_no_label_and_what_breaks_a_promise(text: str, where: list[str]) -> None:
    found = problems(text, made=Pipeline(stages=[Fragile()]))
    assert [problem.where for problem in found if problem.where != "verify.py"] == where


def test_a_failing_text_is_reduced_to_what_it_fails_for() -> None:
    def fails(text: str) -> bool:
        return "]" in text and "é" in text

    assert sorted(smaller("first line\nsecond [line] of é\n\nthird", fails)) == ["]", "é"]
