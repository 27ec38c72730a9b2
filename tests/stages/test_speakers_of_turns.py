"""Who says what: one name for all labels of a person, and answers that have lost their label."""

import pytest

from pipeline import Pipeline

FINDERS = Pipeline(stages=["languages", "credits", "dialogue"])


def speakers(text: str) -> list[tuple[str | None, str]]:
    """The name and the role of each speaker, in the order of their first turn."""
    return [(speaker.name, speaker.role) for speaker in FINDERS.process(text, id="t").speakers]


def talk(*turns: tuple[str, str]) -> str:
    """Turns with labels, a paragraph each; a turn with an empty label has none."""
    return "\n\n".join(f"{label}{words}" for label, words in turns) + "\n"


ENGLISH = [
    ("Daily Post: ", "Why do you walk to the lighthouse?"),
    ("Ada Fern: ", "Because I like it, and because the bus is gone."),
    ("Daily Post: ", "What do you see on the way?"),
    ("Ada Fern: ", "Gulls, mostly, and the ferry when it is late."),
    ("Daily Post: ", "Who walks with you?"),
    ("Ada Fern: ", "My brother did. He keeps the lamp now."),
]
CHINESE = [
    ("记者：", "您为什么走路去灯塔？"),
    ("秦朗：", "因为我喜欢，也因为没有车了。"),
    ("记者：", "路上看见什么？"),
    ("秦朗：", "海鸥，还有晚点的渡船。"),
    ("记者：", "谁和您一起走？"),
    ("秦朗：", "以前是我哥哥，他现在看灯。"),
]
WITH_WORDS_FOR_ANSWERS = [
    *CHINESE[:2],
    *[("答：" if label == "秦朗：" else label, words) for label, words in CHINESE[2:]],
]


def test_word_for_answers_means_the_person_who_answered_first() -> None:
    assert speakers(talk(*WITH_WORDS_FOR_ANSWERS)) == [("记者", "interviewer"), ("秦朗", "interviewee")]


def test_words_for_answers_stay_without_a_name_if_a_name_comes_later_and_rarely() -> None:
    later = [*WITH_WORDS_FOR_ANSWERS[2:], ("记者：", "还有呢？"), ("秦朗：", "没有了。")]
    assert speakers(talk(*later)) == [
        ("记者", "interviewer"), (None, "interviewee"), ("秦朗", "interviewee"),
    ]  # fmt: skip


def test_answers_of_two_people_stay_without_a_name() -> None:
    turns = [*CHINESE, ("记者：", "您呢？"), ("林晓：", "我坐船。"), ("记者：", "为什么？"), ("答：", "我怕走路。")]
    assert (None, "interviewee") in speakers(talk(*turns))


SHORT_FORMS = {
    "（简称“李”，下同）": ("李怀海（简称“李”，下同）：", "李："),
    "（以下简称李）": ("李怀海（以下简称李）：", "李："),
    "（下稱李）": ("李怀海（下稱李）：", "李："),
    "a family name alone": ("李怀海：", "李："),
}


@pytest.mark.parametrize("how", SHORT_FORMS)
def test_short_form_of_a_name_is_the_same_person(how: str) -> None:
    full, short = SHORT_FORMS[how]
    names = {"秦朗：": [full, short, short], "记者：": ["记者："] * 3}
    turns = [(names[label].pop(0), words) for label, words in CHINESE]
    assert speakers(talk(*turns)) == [("记者", "interviewer"), ("李怀海", "interviewee")]


def test_short_form_after_hereafter_is_the_same_person() -> None:
    labels = ["Ada Fern (hereafter “Fern”): ", "Fern: ", "Fern: "]
    turns = [(labels.pop(0) if label == "Ada Fern: " else label, words) for label, words in ENGLISH]
    assert ("Ada Fern", "interviewee") in speakers(talk(*turns))
    assert len(speakers(talk(*turns))) == 2


def test_family_name_of_two_people_stays_a_name_of_its_own() -> None:
    turns = [
        ("记者：", "两位为什么造船？"), ("李怀海：", "因为我喜欢海。"), ("李小舟：", "因为我怕海。"),
        ("记者：", "谁先下水？"), ("李：", "当然是我。"), ("李怀海：", "我也去。"),
    ]  # fmt: skip
    assert [name for name, _ in speakers(talk(*turns))] == ["记者", "李怀海", "李小舟", "李"]
