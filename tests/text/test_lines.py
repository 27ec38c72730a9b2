"""Lines, and the paragraphs that hard-wrapped lines belong to."""

import textwrap
import unicodedata
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from strategies import texts

from pipeline.text.lines import Line, display_width, join_wrapped_lines, split_lines, unwrap

SHARED = "“”‘’—…·"

KEEPER = """\
The keeper of the lighthouse has not
left the rock since the storm took
the bridge in March.

He says the gulls are company enough
and that the radio works on most of
the days of the week.
"""


def found(text: str) -> list[str]:
    return [paragraph.text for paragraph in join_wrapped_lines(text, split_lines(text))]


# --- lines


@given(texts())
def test_joining_the_lines_gives_the_text(text: str) -> None:
    assert "\n".join(line.text for line in split_lines(text)) == text


@given(texts())
def test_the_span_of_a_line_is_its_text(text: str) -> None:
    assert all(text[line.start : line.end] == line.text for line in split_lines(text))


def test_only_a_newline_ends_a_line() -> None:
    assert [line.text for line in split_lines("a\x0bb\x0cc\x1cd\x85e\u2028f\u2029g\rh\ni")] == [
        "a\x0bb\x0cc\x1cd\x85e\u2028f\u2029g\rh",
        "i",
    ]


def test_a_text_without_words_has_one_empty_line() -> None:
    assert split_lines("") == (Line(0, 0, ""),)


def test_a_wide_character_takes_two_columns() -> None:
    assert display_width("tea 茶，") == 8


# --- paragraphs


@given(texts(max_size=80))
def test_paragraphs_are_stripped_spans_of_the_text_in_its_order(text: str) -> None:
    at = 0
    for paragraph in join_wrapped_lines(text, split_lines(text)):
        assert at <= paragraph.start < paragraph.end
        assert text[paragraph.start : paragraph.end] == paragraph.text == paragraph.text.strip()
        at = paragraph.end


@given(texts(max_size=80))
def test_only_white_space_is_outside_paragraphs(text: str) -> None:
    inside = "".join(found(text))
    assert "".join(inside.split()) == "".join(text.split())


words = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=9).map(str.capitalize)


@given(
    st.lists(st.lists(words, min_size=1, max_size=40).map(" ".join), min_size=2, max_size=6),
    st.integers(30, 100),
    st.sampled_from(["", "  ", "    "]),
)
def test_wrapped_paragraphs_are_joined(written: list[str], column: int, indent: str) -> None:
    """Paragraphs that an editor wrapped at a column, with indented first lines or without, are restored."""
    wrapped = "\n\n".join(textwrap.fill(paragraph, column, initial_indent=indent) for paragraph in written)
    assert [unwrap(paragraph) for paragraph in found(wrapped)] == written


def test_the_lines_of_a_wrapped_paragraph_belong_together() -> None:
    assert [unwrap(paragraph) for paragraph in found(KEEPER)] == [
        "The keeper of the lighthouse has not left the rock since the storm took the bridge in March.",
        "He says the gulls are company enough and that the radio works on most of the days of the week.",
    ]


def test_a_paragraph_indented_as_a_whole_is_one() -> None:
    indented = textwrap.indent(KEEPER, "    ")
    assert [unwrap(paragraph) for paragraph in found(indented)] == [unwrap(paragraph) for paragraph in found(KEEPER)]


def test_an_unforced_line_end_in_a_wrapped_text_ends_its_paragraph() -> None:
    """A heading directly above its paragraph stays separate, and so does the short last line of a turn."""
    text = (
        KEEPER
        + "\nOn the Rock\nThe boat brings bread and the post on\nMondays, when the sea allows a landing\nat all.\n"
    )
    assert [unwrap(paragraph) for paragraph in found(text)][2:] == [
        "On the Rock",
        "The boat brings bread and the post on Mondays, when the sea allows a landing at all.",
    ]


def test_a_line_with_space_for_the_next_word_ends_its_paragraph() -> None:
    """The line may be long; nothing forced the break."""
    text = KEEPER + "\nThe Keeper and the Gull\nAll of them wait for the spring tides.\n"
    assert found(text)[2:] == ["The Keeper and the Gull", "All of them wait for the spring tides."]


def test_a_text_with_mostly_unforced_line_ends_is_not_wrapped() -> None:
    """Some lines of a song are as long as others by accident."""
    song = "The tide goes out\nAnd the gulls come in\nAnd the bell rings\n"
    text = song + "For the sea that has no\nHarbourmaster to answer\n\nHo\n"
    assert found(text) == [line for line in text.split("\n") if line]


def test_an_underline_belongs_to_no_paragraph() -> None:
    text = "The Rock and the Keeper of Its Light\n====================================\n\n" + KEEPER
    assert found(text)[:2] == ["The Rock and the Keeper of Its Light", "===================================="]
    assert len(found(text)) == 4


def test_wrapped_chinese_is_one_paragraph() -> None:
    text = (
        "灯塔守护人从三月的暴风雨以来就没有离开\n过礁石，他说海鸥已经足够作伴，收音机在\n大多数日子里还能听。\n"
        "\n下一班船星期一才来，带来面包和信件，如\n果海浪允许靠岸的话。\n"
    )
    assert [unwrap(paragraph) for paragraph in found(text)] == [
        "灯塔守护人从三月的暴风雨以来就没有离开过礁石，他说海鸥已经足够作伴，收音机在大多数日子里还能听。",
        "下一班船星期一才来，带来面包和信件，如果海浪允许靠岸的话。",
    ]


def test_in_a_text_with_a_very_long_line_each_line_is_a_paragraph() -> None:
    long = "The ferry " * 13 + "sails."
    assert found(f"{KEEPER}\n{long}\n") == [*KEEPER.replace("\n\n", "\n").strip().split("\n"), long]


def test_in_a_text_without_empty_lines_each_line_is_a_paragraph() -> None:
    text = KEEPER.replace("\n\n", "\n")
    assert found(text) == text.strip().split("\n")


def test_short_turns_below_each_other_are_not_wrapped() -> None:
    text = "Q: Is it cold?\nA: In winter, yes.\n\nQ: And lonely?\nA: Never, with the gulls.\n"
    assert found(text) == [line for line in text.split("\n") if line]


def test_white_space_around_a_line_is_outside_its_paragraph() -> None:
    text = "  a \u3000\n\t\n\u3000b"
    assert join_wrapped_lines(text, split_lines(text)) == (Line(2, 3, "a"), Line(9, 10, "b"))


# --- unwrapping


def chinese(char: str) -> bool:
    hangul = 0xAC00 <= ord(char) <= 0xD7A3
    return unicodedata.east_asian_width(char) in {"W", "F"} and not hangul


def as_one_line(text: str) -> str:
    """What the contract says of a field's value: the definition in the plainest words.

    Between two lines stands a blank; none where a Chinese character meets another, or meets a mark both scripts share.
    """
    told = [line.strip() for line in text.split("\n") if line.strip()]
    joined = told[:1]
    for above, below in pairwise(told):
        meeting = above[-1], below[0]
        close = any(map(chinese, meeting)) and all(chinese(char) or char in SHARED for char in meeting)
        joined += ["" if close else " ", below]
    return "".join(joined)


@given(st.text(st.sampled_from("a中。“—·가 \n\n\t\u3000é😀"), max_size=30))
def test_unwrapping_is_what_the_contract_says(text: str) -> None:
    assert unwrap(text) == as_one_line(text)


@given(texts())
def test_unwrapping_leaves_no_line_end_and_nothing_to_unwrap(text: str) -> None:
    once = unwrap(text)
    assert "\n" not in once
    assert unwrap(once) == once


def test_latin_lines_are_joined_with_a_space() -> None:
    assert unwrap("the last \n   ferry") == "the last ferry"


def test_chinese_lines_are_joined_without_a_space() -> None:
    assert unwrap("末班\n渡轮") == "末班渡轮"


def test_a_shared_mark_is_chinese_next_to_a_chinese_character_only() -> None:
    assert unwrap("他说\n“好”") == "他说“好”"
    assert unwrap("he said\n“yes”") == "he said “yes”"
    assert unwrap("……\n——") == "…… ——"


def test_chinese_and_latin_lines_are_joined_with_a_space() -> None:
    assert unwrap("乘\nferry\n渡海") == "乘 ferry 渡海"


def test_korean_lines_are_joined_with_a_space() -> None:
    assert unwrap("마지막\n배") == "마지막 배"
