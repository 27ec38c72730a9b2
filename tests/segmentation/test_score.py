"""Which spaces are missing in a text, and how sure that is."""

from pipeline.segmentation.score import confidence, missing_spaces

LETTER = "They kept months of recordsin a shed near the harbour. "


def sure(text: str) -> dict[str, float]:
    return {text[max(0, gap.at - 7) : gap.at + 2]: gap.confidence for gap in missing_spaces(text)}


def test_a_missing_space_is_found_with_a_confidence() -> None:
    """Between one and ninety-nine in a hundred."""
    found = sure(LETTER)
    assert found["recordsin"] > 0.9
    assert all(0.01 <= share <= 0.99 for share in found.values())


def test_a_higher_score_is_never_less_sure() -> None:
    """The table rises."""
    shares = [confidence(score) for score in range(-9000, 9000, 100)]
    assert shares == sorted(shares)
    assert shares[0] == 0.01
    assert shares[-1] == 0.99


def test_other_joins_make_a_doubtful_one_surer() -> None:
    """Where one space was lost, others were."""
    doubtful = "It is a matter of winterfear and of hunger."
    lost = "He wasin the hallof the mill and saidthat it waslate. " * 3
    alone, among = missing_spaces(doubtful), missing_spaces(lost + doubtful)
    assert among[-1].confidence >= alone[-1].confidence


def test_the_same_text_is_judged_the_same_after_others() -> None:
    """What is remembered changes nothing."""
    first = missing_spaces(LETTER)
    missing_spaces("Another text withjoins init.")
    missing_spaces("And yet anotherone.")
    assert missing_spaces(LETTER) == first
