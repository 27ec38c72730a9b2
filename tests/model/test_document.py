"""The document that stages read."""

import msgspec
import pytest

from pipeline import Document, Label
from pipeline.model.document import script_of
from pipeline.text.lines import Line, join_wrapped_lines, split_lines


def label(start: int, end: int, layer: str, value: str = "x") -> Label:
    return Label(start, end, layer, value, "test.any", 1.0)


def test_a_document_cannot_be_changed() -> None:
    with pytest.raises(AttributeError, match="immutable"):
        Document("ferry").text = "boat"  # type: ignore[misc]


def test_lines_and_paragraphs_are_those_of_text_lines() -> None:
    document = Document("one \n\n two")
    assert document.lines == split_lines(document.text)
    assert document.paragraphs == join_wrapped_lines(document.text, split_lines(document.text))


def test_layer_has_only_its_labels_sorted_by_position() -> None:
    late, early, other = label(4, 6, "part"), label(0, 2, "part"), label(1, 3, "language")
    document = Document("ferries", labels=(late, other, early))
    assert document.layer("part") == (early, late)
    assert document.layer("language") == (other,)


def test_an_unknown_layer_is_empty() -> None:
    assert Document("ferry").layer("part") == ()


def test_a_document_without_metadata_shares_it_with_no_other() -> None:
    assert Document("a").metadata == {}
    assert Document("a", metadata={"url": "https://pilots.example"}).metadata["url"] == "https://pilots.example"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The pilots board at dawn", "latin"),
        ("引水员在黎明登船", "han"),
        ("引水员登上 Northern Star", "mixed"),
        ("Élan", "latin"),
        ("漢", "han"),
        ("1998–2004", "none"),
        ("——，。", "none"),
        ("", "none"),
        ("Πλοηγός", "none"),
        ("The outlet 南方 asked the harbour pilots about their longest night", "latin"),
        ("港口引水员在采访中多次提到 GPS 设备和夜间航行的困难", "han"),
    ],
)
def test_the_script_is_that_of_most_letters(text: str, expected: str) -> None:
    assert script_of(text) == expected


def test_a_fifth_of_the_letters_makes_a_line_mixed() -> None:
    """A Chinese character weighs as much as three letters."""
    assert script_of("中" + "a" * 12) == "mixed"
    assert script_of("中" + "a" * 13) == "latin"
    assert script_of("中" * 4 + "a" * 3) == "mixed"
    assert script_of("中" * 4 + "a" * 2) == "han"


def test_a_documents_script_of_a_line_is_that_of_its_text() -> None:
    document = Document("港口\nThe harbour")
    assert [document.script(line) for line in document.lines] == ["han", "latin"]


def test_a_line_and_a_paragraph_that_begin_together_have_scripts_of_their_own() -> None:
    document = Document("港口引水员\nThe pilots of the harbour board at dawn")
    line, whole = document.lines[0], Line(0, len(document.text), document.text)
    assert (document.script(line), document.script(whole)) == ("han", "mixed")


def test_documents_with_the_same_content_are_equal_whatever_was_computed() -> None:
    asked, fresh = Document("ferry"), Document("ferry")
    assert asked.paragraphs
    assert asked == fresh
    assert msgspec.structs.asdict(asked) == msgspec.structs.asdict(fresh)
