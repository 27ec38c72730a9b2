"""What can be the label of a turn, by its words alone."""

import pytest

from pipeline.stages.dialogue.turn_candidates import is_never_speaker


@pytest.mark.parametrize(
    "label",
    [
        "It was late and I was tired. My answer",
        "Would you like to help us? Ways to give",
        "we love the harbour! Then",
        "He said “let us walk together.” Then",
        "他走了。我的回答",
        "这很重要！再补充一下",
        "你想学游泳吗？东边的牌子",
    ],
)
def test_no_label_holds_the_end_of_a_sentence(label: str) -> None:
    assert is_never_speaker(label)


@pytest.mark.parametrize(
    "label",
    [
        "Dr. Ada Fern",
        "Assoc. Prof. Ben Rook",
        "prof. Ben Rook",
        "J. R. Moss",
        "ADA FERN, JR. (guide)",
        "Ivo Moss feat. Ada",
        "Yahoo! News",
        "Who Goes There? Weekly",
        "Speaker No. 2",
        "ada.fern",
        "the.other Ada",
        "Ada Fern?",
        "林小雨（记者）",
        "海边娘。",
    ],
)
def test_full_stops_and_marks_of_names_are_no_end_of_a_sentence(label: str) -> None:
    assert not is_never_speaker(label)
