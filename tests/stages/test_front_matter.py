"""The title in front matter, in all the ways in which YAML writes it."""

import pytest

import pipeline

BODY = "I walked today, and the tide was out all day.\n"


@pytest.mark.parametrize(
    ("keys", "title"),
    [
        pytest.param("title: The tide", "The tide", id="plain"),
        pytest.param('title: "The tide"', "The tide", id="quoted"),
        pytest.param("title:\n  The tide", "The tide", id="on the next line"),
        pytest.param("title: The tide\n  and the moon", "The tide and the moon", id="plain over two lines"),
        pytest.param('title: "The tide\n  and the moon"', "The tide and the moon", id="quoted over two lines"),
        pytest.param("title: >\n  The tide\n  and the moon", "The tide and the moon", id="folded"),
        pytest.param("title: >-\n  潮水\n  与月亮", "潮水与月亮", id="folded Chinese needs no space"),
        pytest.param("title: >+\n\n  The tide\n", "The tide", id="folded with blank lines around it"),
        pytest.param("title: > # as printed\n  The tide", "The tide", id="folded with a comment"),
        pytest.param("title: >\n  The tide\n\n  A visit", "The tide\nA visit", id="two folded paragraphs"),
        pytest.param("title: |\n  The tide\n  and the moon", "The tide\nand the moon", id="literal keeps its lines"),
        pytest.param("title: |2-\n  The tide", "The tide", id="literal with an indent"),
        pytest.param("title:\n  - The tide\n  - The moon", "The tide\nThe moon", id="list over lines"),
        pytest.param("title: [The tide, The moon]", "The tide, The moon", id="list on one line"),
        pytest.param("title:", None, id="empty"),
        pytest.param('title: ""', None, id="empty in quotes"),
        pytest.param("title: >", None, id="folded and empty"),
        pytest.param("title: '…'", None, id="nothing but a mark"),
    ],
)
@pytest.mark.parametrize("behind", ["", "\nlayout: post"], ids=["last key", "first of two"])
def test_the_title_is_the_value_of_the_key(keys: str, title: str | None, behind: str) -> None:
    article = pipeline.process(f"---\n{keys}{behind}\n---\n{BODY}")
    assert (article.title.text if article.title else None) == title
    assert article.lead == (BODY.strip(),)
    assert list(pipeline.faults(article)) == []


def test_the_rest_of_a_title_of_several_lines_is_front_matter() -> None:
    article = pipeline.process(f"---\nlayout: post\ntitle: |\n  The tide\n  and the moon\ndate: 2021\n---\n{BODY}")
    rows = [(segment.label, article.text[segment.start : segment.end]) for segment in article.segments]
    assert rows == [
        ("front-matter", "layout: post"),
        ("front-matter", "title: |"),
        ("title", "The tide"),
        ("title", "and the moon"),
        ("front-matter", "date: 2021"),
        ("lead", BODY.strip()),
    ]


def test_a_title_of_several_lines_is_found_in_the_text_below() -> None:
    article = pipeline.process(f"---\ntitle: >\n  The tide\n  and the moon\n---\n# The tide and the moon\n\n{BODY}")
    assert article.title
    assert article.title.text == "The tide and the moon"
    assert [segment.label for segment in article.segments][-2:] == ["title", "lead"]


LONG = "The tide was out all day, and nobody walked to the island but two children and their dog. "


def test_keys_that_are_most_of_an_article_become_fields() -> None:
    """The longest key becomes a field; short ones stay front matter."""
    long = LONG * 6
    article = pipeline.process(f"---\nlayout: post\ndescription: {long}\n---\n{BODY}")
    assert article.lead == (f"description: {long}".strip(), BODY.strip())
    assert [s.label for s in article.segments if s.field is None] == ["front-matter"]
    assert list(pipeline.faults(article)) == []


def test_at_least_half_of_an_article_of_keys_only_is_in_fields() -> None:
    keys = "".join(f"{key}: {LONG}\n" for key in ("abstract", "description", "excerpt", "summary"))
    article = pipeline.process(f"---\n{keys}---\n")
    assert len(article.lead) == 2
    assert list(pipeline.faults(article)) == []


def test_keys_of_a_longer_article_are_in_no_field() -> None:
    article = pipeline.process(f"---\ndescription: {LONG}\n---\n{LONG * 4}\n")
    assert article.lead == ((LONG * 4).strip(),)


def test_an_article_of_links_has_them_in_fields() -> None:
    links = "".join(f"[Chapter {n} of the tide tables](#chapter-{n})\n\n" for n in range(20))
    article = pipeline.process(f"The tide\n\n{links}{BODY}")
    assert [line for line in article.lead if line.startswith("[Chapter 7 ")] == [
        "[Chapter 7 of the tide tables](#chapter-7)"
    ]
    assert list(pipeline.faults(article)) == []
