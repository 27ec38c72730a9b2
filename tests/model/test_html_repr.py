"""The HTML of an article in a notebook."""

from html.parser import HTMLParser

import msgspec
import pytest
import regex
from hypothesis import given
from interviews import bridge, paired, prose
from strategies import articles

import pipeline
from pipeline import Article
from pipeline.model.article import Title
from pipeline.model.html_repr import MAX_OPEN_EXCHANGES, MAX_TURN_CHARS

ALLOWED = {"div", "span", "br", "details", "summary"}


class Reader(HTMLParser):
    """The visible text of a page, its tags, and whether each is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def shown(article: Article) -> Reader:
    reader = Reader()
    reader.feed(article._repr_html_())
    reader.close()
    assert reader.open == []
    return reader


def test_title_byline_language_and_counts_are_at_the_top() -> None:
    text = shown(bridge()).text
    assert text.startswith(
        "The Steel Bridge That Sings本报记者 柳映川 石湾镇报道en · 3 exchanges · 3 edits · 0 notesStonebay Post "
    )


def test_a_count_of_one_is_singular() -> None:
    assert "1 exchange ·" in shown(pipeline.process("Q: When?\n\nA: Now.\n", id="a")).text


def test_a_translation_is_named_beside_the_body() -> None:
    assert "en + zh-Hans · 2 exchanges" in shown(paired()).text


def test_an_article_without_a_title_has_its_id() -> None:
    assert shown(prose()).text.startswith("tide")


def test_turns_follow_with_their_speakers() -> None:
    assert "Mara Lindqvist 九十年代。我用ＡＩ听它的声音" in shown(bridge()).text


def test_a_long_conversation_is_folded() -> None:
    text = "".join(f"Q: Why {n}?\n\nA: Because of {n}.\n\n" for n in range(MAX_OPEN_EXCHANGES + 4))
    page = pipeline.process(text, id="a")._repr_html_()
    head, fold, rest = page.partition("<details><summary>4 more</summary>")
    assert fold
    assert f"Because of {MAX_OPEN_EXCHANGES - 1}." in head
    assert f"Because of {MAX_OPEN_EXCHANGES}." in rest
    assert "<details>" not in bridge()._repr_html_()


def test_a_long_turn_is_cut() -> None:
    page = pipeline.process(f"Q: Why?\n\nA: {'风' * 999}。\n", id="a")._repr_html_()
    assert "风" * MAX_TURN_CHARS + "…" in page
    assert "风" * (MAX_TURN_CHARS + 1) not in page


@pytest.mark.parametrize("evil", ["<script>alert(1)</script>", '" onload="x', "&amp;<b>", "</div></details>"])
def test_the_text_of_the_article_is_escaped(evil: str) -> None:
    article = msgspec.structs.replace(bridge(), id=evil, title=Title(text=evil, truncated=False), language=evil)
    reader = shown(article)
    assert reader.tags <= ALLOWED
    assert reader.text.startswith(evil)


def test_prices_are_not_rendered_as_formulas() -> None:
    """A notebook renders `$5, then $` as a formula unless a class of the surrounding element forbids it."""
    page = pipeline.process("Q: How much?\n\nA: First $5, then $6.\n", id="a")._repr_html_()
    assert page.startswith('<div class="tex2jax_ignore mathjax_ignore" ')
    assert "First $5, then $6." in page


@given(articles())
def test_the_card_of_any_article_has_only_known_tags_and_no_colours(article: Article) -> None:
    reader = shown(article)
    assert reader.tags <= ALLOWED
    assert reader.attributes <= {"class", "style"}
    assert not regex.search(
        r"(?<!-)\bcolor:|background|#[0-9a-f]{3}", "".join(regex.findall('style="(.*?)"', article._repr_html_()))
    )
