"""Keys above a text without fences, and lines that look like them."""

import pytest

import pipeline
from pipeline.text.header_lines import header_end

BODY = "I walked today, and the tide was out all day.\n"


@pytest.mark.parametrize(
    "keys",
    [
        pytest.param("Title: The tide\nDate: 2021-05-03\nTags: sea\n\n", id="Pelican"),
        pytest.param("title: The tide\ndate: 2021-05-03\n", id="without a blank line"),
        pytest.param("标题：The tide\n日期：2021-05-03\n\n", id="Chinese keys"),
        pytest.param("#+TITLE: The tide\n#+DATE: <2021-05-03>\n\n", id="Org"),
        pytest.param(":title: The tide\n:date: 2021-05-03\n\n", id="reStructuredText"),
        pytest.param(".. title: The tide\n.. slug: tide\n\n", id="Nikola"),
        pytest.param("= The tide\n:toc:\n\n", id="AsciiDoc"),
        pytest.param('{\n  "title": "The tide",\n  "draft": false\n}\n\n', id="JSON"),
        pytest.param(';;;\n{\n"title": "The tide"\n}\n;;;\n\n', id="JSON between fences"),
        pytest.param('{"title": "The tide", "layout": "post"}\n\n', id="JSON on one line"),
    ],
)
def test_the_title_is_read_from_keys_without_fences(keys: str) -> None:
    article = pipeline.process(keys + BODY)
    assert article.title
    assert article.title.text == "The tide"
    assert article.lead == (BODY.strip(),)
    assert list(pipeline.faults(article)) == []
    assert pipeline.restore(article) == (keys + BODY).encode()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Host: Why do you walk?\nGuest: It is slow.\n", id="labels that are keys elsewhere"),
        pytest.param("Title: The tide\nI saw it.\n", id="one line with a colon"),
        pytest.param("Anna: Why?\nTitle: none.\n", id="a key further down"),
        pytest.param(":wave: Hello\nI walked.\n", id="an emoji"),
        pytest.param("{name} asked me why.\n", id="a word in braces"),
        pytest.param('{"a": 1}\n', id="nothing but JSON"),
        pytest.param("{" * 3000, id="deep"),
        pytest.param('{"a":' * 2000, id="deep and open"),
        pytest.param("= 3\n", id="an equals sign"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_only_looks_like_keys_is_text(text: str) -> None:
    assert header_end(text) == 0
