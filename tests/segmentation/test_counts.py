"""What a document shows about words."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.segmentation.counts import MAX_COUNT, DocumentCounts


def test_rare_words_are_counted_whatever_their_capitals_and_the_marks_around_them() -> None:
    """Parts of words do not count, and counting stops at a maximum."""
    shown = DocumentCounts("The gorvundel, the “Gorvundel” – and Gorvundel’s dam; gorvundels. " + "Hovel. " * 9)
    assert shown.count("gorvundel") == 2
    assert shown.count("gorvundel's") == 1
    assert shown.count("orvundel") == 0
    assert shown.count("hovel") == MAX_COUNT


def test_a_common_word_is_not_counted() -> None:
    """It gets the maximum count."""
    assert DocumentCounts("A short text.").count("mill") == MAX_COUNT


@given(st.lists(st.sampled_from(["oxq", "oxqx", "Oxq,", "oxq’s", "xo-oxq", "mill", "İoxq"]), max_size=20))
def test_counts_do_not_depend_on_earlier_texts(words: list[str]) -> None:
    """Tokens are cached from text to text, counts are not."""
    text = " ".join(words)
    DocumentCounts("oxq mill xo-oxq").count("oxq")
    runs = [run.lower() for word in words for run in word.replace("’", "'").replace("-", " ").strip(",").split()]
    assert DocumentCounts(text).count("oxq") == min(MAX_COUNT, runs.count("oxq"))


def test_dashes_between_spaces_are_counted() -> None:
    """Such dashes show how the document writes them."""
    assert DocumentCounts("The mill – it is old – has a well-known dam.").count_dashes("–") == 2
    assert DocumentCounts("The mill – it is old – has a well-known dam.").count_dashes("-") == 0


def test_unknown_words_are_the_documents_own() -> None:
    """Common words and run-together words are not own words."""
    own = DocumentCounts("Qorvundel said ofthe mill that Qorvundel came.").own
    assert "qorvundel" in own
    assert not own & {"said", "ofthe", "mill", "that"}


def test_words_of_the_user_are_own_words_too() -> None:
    """The text need not have them."""
    assert "mahtobi" in DocumentCounts("A short text.", frozenset({"mahtobi"})).own


def test_a_dash_at_the_edge_of_a_word_is_suspect_if_dashes_have_spaces_elsewhere() -> None:
    """In other documents such a dash is how a speaker breaks off."""
    assert not DocumentCounts("The mill– it is old.").suspects
    assert DocumentCounts("The mill– it is old – has a dam.").suspects == {"mill–"}


def test_a_doubtful_token_is_suspect_if_the_text_has_its_word() -> None:
    """`Belvenis` may be two words only if `Belven` is one."""
    assert "Belvenis" not in DocumentCounts("The town of Belvenis old.").suspects
    assert "Belvenis" in DocumentCounts("The town of Belvenis old. We went to Belven.").suspects


@given(
    st.lists(st.sampled_from(["ofthe", "the", "xofthe", "ofthe,", "mill", "灯ofthe"]), max_size=40),
    st.sampled_from([" ", "\n ", "\u3000"]),
)
def test_suspects_have_their_offsets(words: list[str], blank: str) -> None:
    """Every occurrence as a whole token is listed, in order."""
    text = blank.join(words)
    placed = DocumentCounts(text).suspect_positions
    assert [token for _, token in placed] == [word for word in words if word in DocumentCounts(text).suspects]
    assert all(text.startswith(token, start) for start, token in placed)
    assert [start for start, _ in placed] == sorted(start for start, _ in placed)
