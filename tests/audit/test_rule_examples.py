"""Examples in context: short, on one line, and a few for each rule however often it fires."""

import pytest

from pipeline.audit.examples import Example, ExampleCollector
from pipeline.text.excerpts import edit_excerpt, line_context, note_excerpt, shorten, span_excerpt, visible, wdiff


def kept(most: int, *offered: tuple[str, str]) -> list[str]:
    """The examples that are kept, of pairs of a document and what it shows."""
    collector = ExampleCollector(most)
    for number, (document, form) in enumerate(offered):
        collector.keep("rule", form, Example(document, None, f"{form} {number}"))
    return [specimen.text for specimen in collector.of("rule")]


def test_different_examples_are_first() -> None:
    assert kept(2, ("a", "quot;"), ("a", "quot;"), ("a", "apos;"), ("a", "hellip;")) == ["quot; 0", "apos; 2"]


def test_equal_examples_are_from_different_documents() -> None:
    assert kept(2, ("a", "quot;"), ("a", "quot;"), ("b", "quot;")) == ["quot; 0", "quot; 2"]


def test_one_document_may_fill_all_places() -> None:
    assert kept(3, ("a", "quot;"), ("a", "quot;")) == ["quot; 0", "quot; 1"]


def test_no_examples_are_kept_if_the_limit_is_0() -> None:
    assert kept(0, ("a", "quot;")) == []


def test_example_that_would_not_be_shown_is_not_wanted() -> None:
    collector = ExampleCollector(1)
    collector.keep("rule", "quot;", Example("a", None, "x"))
    assert not collector.wants("rule", "apos;", "a")
    assert collector.wants("other rule", "apos;", "a")


def test_a_replacement_is_marked_with_its_line_around_it() -> None:
    text = "Heading\nHe said quot;nothingquot; and left"
    assert edit_excerpt(text, 16, "quot;", '"') == 'He said [-quot;-]{+"+}nothingquot; and left'


def test_context_is_cut_on_both_sides() -> None:
    text = "一" * 40 + "灯" + "二" * 40
    assert edit_excerpt(text, 40, "灯", "燈") == f"…{'一' * 28}[-灯-]{{+燈+}}{'二' * 28}…"


@pytest.mark.parametrize("width", [3, 4, 5, 40])
def test_context_ends_at_line_ends(width: int) -> None:
    """`…` is shown only if a part of the line is left out."""
    left, right = line_context("一\nabcd灯efgh\n二", 6, 7, width)
    assert left == ("…bcd" if width == 3 else "abcd")
    assert right == ("efg…" if width == 3 else "efgh")


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a\nb", "a⏎b"), ("a\u200bb", "a<U+200B>b"), ("\x1b[31m", "<U+001B>[31m"), ("灯\u3000塔 é", "灯\u3000塔 é"),
     ("\U000e0041", "<U+E0041>"), ("a\xa0b", "a<U+00A0>b")],
)  # fmt: skip
def test_nothing_invisible_reaches_the_terminal(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_an_insertion_and_a_deletion_have_one_side() -> None:
    assert (wdiff("", " "), wdiff("<b>", "")) == ("{+ +}", "[-<b>-]")


def test_long_texts_lose_their_middle() -> None:
    assert shorten("a" * 50 + "b" * 50, 11) == "aaaaa…bbbbb"


def test_an_empty_place_is_shown_between_its_neighbours() -> None:
    assert span_excerpt("灯塔与海", 2, 2) == "灯塔|与海"


def test_suggestion_is_marked_at_its_position() -> None:
    assert note_excerpt("a packof cards", 6, 6, "left as it is", " ") == "left as it is — a pack{+ +}of cards"
