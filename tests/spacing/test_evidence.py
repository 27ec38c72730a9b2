"""What a document shows about words."""

from pipeline.spacing.evidence import Evidence


def test_words_are_counted_in_small_letters_without_the_marks_around_them() -> None:
    """A mark that stands alone counts, too: a document that has dashes between blanks is known by it."""
    seen = Evidence("The mill, the “Mill” – and Mill’s dam.").seen
    assert seen["mill"] == 2
    assert seen["mill's"] == 1
    assert seen["–"] == 1


def test_words_that_nobody_knows_are_the_documents_own() -> None:
    """Common words need no help, and slips get none."""
    own = Evidence("Qorvundel said ofthe mill that Qorvundel came.").own
    assert "qorvundel" in own
    assert not own & {"said", "ofthe", "mill", "that"}


def test_what_the_user_tells_is_known_too() -> None:
    """Whether or not the text has it."""
    assert "mahtobi" in Evidence("A short text.", frozenset({"mahtobi"})).own
