"""The published schema, and the properties of an Article."""

import difflib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

import pipeline
from pipeline.model.article import Article, Exchange, Turn, resolve

PUBLISHED = Path(__file__).parents[2] / "docs" / "article.schema.json"
INTERVIEW = """The Bell Foundry That Would Not Close

Bronze has been poured in the yard for two centuries.

HILDE MARCH: How long does a bell take to cool?

TOMAS BRANDT: A small one takes a night.

The large ones need a week, and nobody may walk past them.

HILDE MARCH: And if somebody does?

TOMAS BRANDT: Then we pour it again.
"""


@pytest.fixture(scope="module")
def article() -> Article:
    return pipeline.process(
        INTERVIEW.replace("takes a night", "takes anight, quot;or two quot;").encode(),
        id="foundry",
        metadata={"url": "https://example.org/bells", "length": "612"},
    )


@pytest.fixture(scope="module")
def definitions() -> dict[str, dict[str, Any]]:
    return dict(pipeline.json_schema()["$defs"])


def shapes(node: object) -> Iterator[dict[str, Any]]:
    """Every object within a schema."""
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from shapes(value)
    elif isinstance(node, list):
        for value in node:
            yield from shapes(value)


def test_the_published_schema_is_that_of_the_types() -> None:
    """A change of the contract shows up in review."""
    published = PUBLISHED.read_text(encoding="utf-8")
    present = json.dumps(pipeline.json_schema(), indent=2, ensure_ascii=False) + "\n"
    difference = "\n".join(
        difflib.unified_diff(published.splitlines(), present.splitlines(), "published", "types", lineterm="", n=4)
    )
    assert not difference, (
        "the contract has changed; additions are allowed, anything else needs a new version. "
        f"If this is meant, publish it with `python -m pipeline schema -o docs/{PUBLISHED.name}`:\n{difference}"
    )


def test_the_published_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(PUBLISHED.read_text(encoding="utf-8")))


def test_every_property_is_described(definitions: dict[str, dict[str, Any]]) -> None:
    undescribed = [
        f"{name}.{key}"
        for name, definition in definitions.items()
        for key, value in definition["properties"].items()
        if not value.get("description")
    ]
    assert undescribed == []


def test_every_definition_is_described(definitions: dict[str, dict[str, Any]]) -> None:
    assert [name for name, definition in definitions.items() if not definition.get("description")] == []


def test_all_keys_are_always_there(definitions: dict[str, dict[str, Any]]) -> None:
    for name, definition in definitions.items():
        assert definition["required"] == list(definition["properties"]), name


def test_objects_have_known_keys_and_lists_one_kind_of_item() -> None:
    """Arrow and SQL need a column for every key, so there are no free-form objects and no mixed tuples."""
    for shape in shapes(pipeline.json_schema()):
        assert "prefixItems" not in shape
        if shape.get("type") == "object":
            assert shape["properties"], shape
            assert "additionalProperties" not in shape, "additions must stay allowed"
        if shape.get("type") == "array":
            assert "$ref" in shape["items"] or "type" in shape["items"], shape


def test_a_processed_article_is_valid(article: Article) -> None:
    assert article.provenance.changes
    assert article.metadata
    document = json.loads(msgspec.json.encode(article))
    jsonschema.Draft202012Validator(json.loads(PUBLISHED.read_text(encoding="utf-8"))).validate(document)


def test_the_schema_refuses_what_the_contract_does_not_allow(article: Article) -> None:
    validator = jsonschema.Draft202012Validator(pipeline.json_schema())
    document = json.loads(msgspec.json.encode(article))
    for spoiled in (
        {**document, "schema": "bilingual-article/2"},
        {**document, "lead": "no list"},
        {**document, "segments": [{**document["segments"][0], "start": -1}]},
        {**document, "segments": [{**document["segments"][0], "confidence": 1.5}]},
        {key: value for key, value in document.items() if key != "disclaimer"},
    ):
        assert not validator.is_valid(spoiled)


def test_metadata_is_available_as_a_dict(article: Article) -> None:
    assert article.meta == {"url": "https://example.org/bells", "length": "612"}


def turn(n: int, *paragraphs: str) -> Turn:
    return Turn(n=n, speaker=None, paragraphs=paragraphs)


def test_turns_are_in_the_order_of_the_text() -> None:
    """The JSON separates questions, answers and asides; `n` gives their order."""
    exchange = Exchange(n=1, questions=(turn(1), turn(4)), answers=(turn(3), turn(5)), asides=(turn(2),))
    assert [each.n for each in exchange.turns] == [1, 2, 3, 4, 5]


def test_question_and_answer_are_the_joined_paragraphs() -> None:
    exchange = Exchange(
        n=1,
        questions=(turn(1, "Why bronze?"), turn(2, "Why not steel?")),
        answers=(turn(3, "It rings.", "Steel only clanks."),),
        asides=(turn(4, "(Laughter.)"),),
    )
    assert exchange.question == "Why bronze?\nWhy not steel?"
    assert exchange.answer == "It rings.\nSteel only clanks."


def test_an_exchange_without_answer_has_an_empty_one() -> None:
    assert Exchange(n=1, questions=(turn(1, "Well?"),), answers=(), asides=()).answer == ""


def test_exchanges_go_through_all_sections(article: Article) -> None:
    assert [exchange.n for exchange in article.exchanges] == [1, 2]
    assert next(article.exchanges).question == "How long does a bell take to cool?"


def test_a_pointer_resolves_to_its_value(article: Article) -> None:
    assert resolve(article, "/id") == "foundry"
    assert resolve(article, "/title/text") == "The Bell Foundry That Would Not Close"
    assert resolve(article, "/sections/0/exchanges/1/answers/0/paragraphs/0") == "Then we pour it again."
    assert resolve(article, "/sections/0/exchanges/1/questions/0/speaker") == article.speakers[0].name
    assert resolve(article, "") is article


@pytest.mark.parametrize(
    "pointer", ["/nothing", "/lead/99", "/lead/first", "/title/text/0", "/sections/0/exchanges/0/turns", "/meta"]
)
def test_a_pointer_to_nothing_is_an_error_that_names_it(article: Article, pointer: str) -> None:
    """Properties are not part of the JSON, so no pointer reaches them."""
    with pytest.raises(KeyError, match=pointer):
        resolve(article, pointer)
