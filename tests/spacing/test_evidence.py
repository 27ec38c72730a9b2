"""What a document shows about words."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.spacing.evidence import FEW, Evidence


def test_words_are_counted_whatever_their_capitals_and_the_marks_around_them() -> None:
    """A part of a word is none; what is seen often enough is counted no further."""
    shown = Evidence("The mill, the “Mill” – and Mill’s dam; millet. " + "Rye. " * 9)
    assert shown.count("mill") == 2
    assert shown.count("mill's") == 1
    assert shown.count("ill") == 0
    assert shown.count("rye") == 5


@given(st.text("oxq'’ –Q.", max_size=60), st.text("oxq", min_size=1, max_size=3))
def test_a_word_is_counted_alike_however_it_is_looked_for(text: str, word: str) -> None:
    """One by one, or with all words of the text; also in a text with letters that grow when lowered."""
    few, many = Evidence("İ " + text), Evidence("İ " + text)
    for number in range(FEW + 1):
        many.count(f"{word}x{number}")
    assert few.count(word) == many.count(word)


def test_dashes_that_stand_alone_are_counted() -> None:
    """A document that has dashes between blanks is known by them."""
    assert Evidence("The mill – it is old – has a well-known dam.").count_dashes("–") == 2
    assert Evidence("The mill – it is old – has a well-known dam.").count_dashes("-") == 0


def test_words_that_nobody_knows_are_the_documents_own() -> None:
    """Common words need no help, and slips get none."""
    own = Evidence("Qorvundel said ofthe mill that Qorvundel came.").own
    assert "qorvundel" in own
    assert not own & {"said", "ofthe", "mill", "that"}


def test_what_the_user_tells_is_known_too() -> None:
    """Whether or not the text has it."""
    assert "mahtobi" in Evidence("A short text.", frozenset({"mahtobi"})).own


@given(
    st.lists(st.sampled_from(["ofthe", "the", "xofthe", "ofthe,", "mill", "灯ofthe"]), max_size=40),
    st.sampled_from([" ", "\n ", "\u3000"]),
)
def test_suspects_are_placed_where_they_stand(words: list[str], blank: str) -> None:
    """As whole tokens, in order, every time that they come."""
    text = blank.join(words)
    placed = Evidence(text).placed
    assert [token for _, token in placed] == [word for word in words if word in Evidence(text).suspects]
    assert all(text.startswith(token, start) for start, token in placed)
    assert [start for start, _ in placed] == sorted(start for start, _ in placed)
