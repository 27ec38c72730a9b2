"""Naming one speaker in `[vocabulary] names` puts nobody else's words into that speaker's mouth."""

import pytest

from pipeline import Article, Pipeline

STAGES = ["languages", "credits", "dialogue"]

# Who says what, in order.
ENGLISH = [
    ("a", "I moved the lamps on Monday."),
    ("b", "I held the ladder for you."),
    ("a", "You held it well."),
    ("c", "I watched them both, and our oil."),
    ("b", "My arms were tired."),
    ("c", "I made you tea."),
]
CHINESE = [
    ("a", "我星期一搬了灯。"),
    ("b", "我给你扶着梯子。"),
    ("a", "你扶得很稳。"),
    ("c", "我看着他们两个人。"),
    ("b", "我的胳膊很酸。"),
    ("c", "我给你泡了茶。"),
]
LATIN = {"a": "ada_f", "b": "ben.r", "c": "ilse"}
NAMES = {"a": "Ada Fern", "b": "Ben Rook", "c": "Ilse Moor"}
HAN = {"a": "阿的江", "b": "小的林", "c": "他三"}

LAYOUTS = {
    "handles": ("{}: {}\n\n", LATIN, ENGLISH),
    "handles in brackets": ("[{}] {}\n\n", LATIN, ENGLISH),
    "handles in bold": ("**{}**: {}\n\n", LATIN, ENGLISH),
    "handles above the words": ("{}:\n\n{}\n\n", LATIN, ENGLISH),
    "names": ("{}: {}\n\n", NAMES, ENGLISH),
    "names in bold": ("**{}:** {}\n\n", NAMES, ENGLISH),
    "names in capitals": ("{}: {}\n\n", {key: name.upper() for key, name in NAMES.items()}, ENGLISH),
    "Chinese": ("{}：{}\n\n", HAN, CHINESE),
    "Chinese in brackets": ("【{}】{}\n\n", HAN, CHINESE),
    "Chinese in bold": ("**{}：**{}\n\n", HAN, CHINESE),
    "Chinese above the words": ("{}：\n\n{}\n\n", HAN, CHINESE),
    "Chinese names": ("{}：{}\n\n", {"a": "林晓", "b": "秦朗", "c": "周敏"}, CHINESE),
}


def paragraphs_by_speaker(article: Article) -> list[tuple[str | None, str]]:
    """The speaker of each paragraph, in order."""
    turns = [turn for exchange in article.exchanges for turn in exchange.turns]
    return [(turn.speaker, paragraph) for turn in turns for paragraph in turn.paragraphs]


def text_in_layout(layout: str, *, title: str = "") -> tuple[str, list[tuple[str, str]], dict[str, str]]:
    """The text in a layout, who says what in it, and the labels."""
    form, names, words = LAYOUTS[layout]
    text = title + "".join(form.format(names[who], what) for who, what in words)
    return text, [(names[who], what) for who, what in words], names


@pytest.mark.parametrize("who", ["a", "b", "c"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_other_labels_in_the_same_layout_are_speakers(layout: str, who: str) -> None:
    text, expected, names = text_in_layout(layout)
    made = Pipeline(stages=STAGES, vocabulary={"names": [names[who]]})
    assert paragraphs_by_speaker(made.process(text, id="t")) == expected


@pytest.mark.parametrize("layout", ["handles", "names", "Chinese", "Chinese names"])
def test_prose_around_the_dialogue_stays_prose(layout: str) -> None:
    prose = "港口很黑，灯都很旧。" if layout.startswith("Chinese") else "The harbour was dark and the lamps were old."
    title = "港口之夜" if layout.startswith("Chinese") else "A Night"
    text, expected, names = text_in_layout(layout, title=f"{title}\n\n{prose}\n\n")
    article = Pipeline(stages=STAGES, vocabulary={"names": [names["a"]]}).process(text, id="t")
    assert paragraphs_by_speaker(article) == expected
    assert article.lead == (prose,)


def test_keys_with_values_and_notes_are_no_speakers() -> None:
    """They recur in the layout of the speaker's label, but are no names and do not speak."""
    text = (
        "Ada Fern: I moved the lamps on Monday.\n\nSeats: 40\n\nNote: closed in May.\n\n"
        "Ada Fern: I lit them all.\n\nSeats: 90\n\nNote: open in June.\n\n"
    )
    article = Pipeline(stages=STAGES, vocabulary={"names": ["Ada Fern"]}).process(text, id="t")
    assert {speaker.name for speaker in article.speakers} == {"Ada Fern"}


def test_labels_of_another_layout_do_not_become_speakers() -> None:
    text = (
        "Ada Fern: I moved the lamps on Monday.\n\n- Boots: we wore them\n\n- Boots: you wore them\n\n"
        "Ada Fern: I lit them all.\n\n"
    )
    article = Pipeline(stages=STAGES, vocabulary={"names": ["Ada Fern"]}).process(text, id="t")
    assert {speaker.name for speaker in article.speakers} == {"Ada Fern"}


def test_name_without_a_label_changes_nothing() -> None:
    text, _, _ = text_in_layout("handles")
    plain = Pipeline(stages=STAGES).process(text, id="t")
    named = Pipeline(stages=STAGES, vocabulary={"names": ["Nora Quist"]}).process(text, id="t")
    assert (named.segments, named.sections) == (plain.segments, plain.sections)
