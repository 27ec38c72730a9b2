"""Which spaces are missing in a text, and how sure that is."""

from pipeline.segmentation.score import confidence, missing_spaces

LETTER = "They kept months of recordsin a shed near the harbour. "


def sure(text: str) -> dict[str, float]:
    return {text[max(0, gap.at - 7) : gap.at + 2]: gap.confidence for gap in missing_spaces(text)}


def test_a_missing_space_is_found_with_a_confidence() -> None:
    """The confidence is between 0.01 and 0.99."""
    found = sure(LETTER)
    assert found["recordsin"] > 0.9
    assert all(0.01 <= share <= 0.99 for share in found.values())


def test_confidence_rises_with_the_score() -> None:
    """The reliability table is sorted."""
    shares = [confidence(score) for score in range(-9000, 9000, 100)]
    assert shares == sorted(shares)
    assert shares[0] == 0.01
    assert shares[-1] == 0.99


def test_other_missing_spaces_raise_the_confidence() -> None:
    """Where one space was lost, others were."""
    doubtful = "It is a matter of winterfear and of hunger."
    lost = "He wasin the hallof the mill and saidthat it waslate. " * 3
    alone, among = missing_spaces(doubtful), missing_spaces(lost + doubtful)
    assert among[-1].confidence >= alone[-1].confidence


def test_confidence_does_not_depend_on_earlier_texts() -> None:
    """Caches do not change the result."""
    first = missing_spaces(LETTER)
    missing_spaces("Another text withjoins init.")
    missing_spaces("And yet anotherone.")
    assert missing_spaces(LETTER) == first
