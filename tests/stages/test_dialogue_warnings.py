"""Warnings about a dialogue that was not recognised, or only in part, with texts that give no warning."""

import pytest

from pipeline import Pipeline
from pipeline.model.article import Remark

FINDERS = Pipeline(stages=["languages", "credits", "dialogue"])


def warnings(text: str, rule: str) -> list[Remark]:
    """The warnings of one rule about a text."""
    notes = FINDERS.process(text, id="t").notes
    return [note for note in notes if note.rule == rule and note.severity == "warning"]


# No exchange came out

UNRECOGNISED = {
    "one label": (
        "Ada Fern: We moved the lamps on Monday, and our neighbours came to look.\n\nThe tide was out.\n\n"
        "Ada Fern: My brother brought oil.\n\nThe tide came in.\n\nAda Fern: We lit them all at eight.\n",
        "Ada Fern:",
    ),
    "one line in Chinese": (
        "海边的风很大，船还没有完工，村里的人每天都来看它。" * 28
        + "主持人 林晓：我喜欢海。"
        + "嘉宾 秦朗：我怕海，你知道的。主持人 林晓：我知道。嘉宾 秦朗：你怕闲着。主持人 林晓：是。",
        "主持人 林晓",
    ),
}
NOTHING = {
    "headings that come again": "两道菜\n\n材料\n一条鱼，两根葱。\n\n做法\n我们把鱼蒸熟。\n\n材料\n三个鸡蛋。\n\n"
    "做法\n你把蛋打散。\n\n材料\n一把米。\n\n做法\n煮成粥。\n",
    "a song": "Harbour\n\nVerse\nI saw the lamp, my love.\n\nChorus\nWill you come home?\n\nVerse\nI saw the rope.\n\n"
    "Chorus\nWill you come home?\n\nVerse\nI saw you go.\n\nChorus\nWill you come home?\n",
    "a story": "The bridge is closed. Note: it opens again at 10:30. Why was it closed? Nobody would say.\n",
    "keys and values": "Hall A\n\nSeats: 40\n\nPrice: 3 marks\n\nHall B\n\nSeats: 90\n\nPrice: 5 marks\n\nHall C\n\n"
    "Seats: 10\n\nPrice: 1 mark\n",
    "a changelog": "# 1.2\n\n- Fixed: a crash\n- Added: a lamp\n- Fixed: the door\n\n# 1.1\n\n- Added: a door\n"
    "- Fixed: the roof\n- Added: a roof\n",
    "headings that ask nobody": "# Lamps\n\n## What is a lamp?\n\nA lamp is a vessel with oil.\n\n## Why oil?\n\n"
    "Oil burns slowly.\n\n## How long?\n\nTwo nights.\n",
    "talk in a novel": "“Are you there?”\n\nI was.\n\n“Did you eat?”\n\nWe had.\n\n“Will you come?”\n\nI would.\n\n"
    "“Do you hear me?”\n\nI did.\n",
    "a recognised talk": "Daily Post: Why do you walk?\n\nAda Fern: Because I like it.\n\nDaily Post: And then?\n\n"
    "Ada Fern: Then I rest.\n",
}


@pytest.mark.parametrize("layout", UNRECOGNISED)
def test_pattern_without_exchange_gives_one_warning(layout: str) -> None:
    text, shown = UNRECOGNISED[layout]
    article = FINDERS.process(text, id="t")
    assert not list(article.exchanges)
    (note,) = warnings(text, "dialogue.unrecognised")
    assert shown in note.message
    assert "no dialogue was recognised" in note.message
    assert article.text[note.start : note.end].strip()


@pytest.mark.parametrize("kind", NOTHING)
def test_other_patterns_give_no_warning(kind: str) -> None:
    assert warnings(NOTHING[kind], "dialogue.unrecognised") == []


def test_warning_advises_to_name_the_label_in_the_vocabulary() -> None:
    text, _ = UNRECOGNISED["one label"]
    (note,) = warnings(text, "dialogue.unrecognised")
    assert note.message == (
        "'Ada Fern:' looks like a speaker label, but no dialogue was recognised. If it is one, add the name to "
        "[vocabulary] names."
    )
    named = Pipeline(stages=["languages", "credits", "dialogue"], vocabulary={"names": ["Ada Fern"]})
    assert list(named.process(text, id="t").exchanges)


# A label within a turn

TALK = (
    "A Walk\n\nDaily Post: Why do you walk?\n\nAda Fern: Because it is slow, and I like it.\n\n"
    "Daily Post: And then?\n\nAda Fern: Then I rest.\n\n"
)
TALK_ZH = "记者：你为什么走路？\n\n林晓：我喜欢慢。\n\n记者：然后呢？\n\n林晓：然后我休息。\n\n"
IN_TURN = {
    "a role": (f"{TALK}The Old Man: I rest, too, and you know it.\n", "The Old Man"),
    "a word of command": (f"{TALK}Stop: I rest, too, and you know it.\n", "Stop"),
}
NOT_IN_TURN = {
    "nothing": TALK,
    "a note": f"{TALK}Note: I wrote this down for you.\n",
    "an update": f"{TALK}Update: We have met again since.\n",
    "an address": f"{TALK}https://walk.example/you\n",
    "a number": f"{TALK_ZH}第一：我累。\n\n第二：我老。\n",
    "notes that come again": f"{TALK_ZH}可见：人都累。\n\n可见：人都老。\n\n可见：路很长。\n",
    "a request": f"{TALK_ZH}请注意：我们明天不在。\n",
    "another layout": f"{TALK}- Boots: I wear them when you do.\n",
}


@pytest.mark.parametrize("layout", IN_TURN)
def test_label_within_a_turn_gives_a_warning(layout: str) -> None:
    text, name = IN_TURN[layout]
    article = FINDERS.process(text, id="t")
    (note,) = warnings(text, "dialogue.label-in-turn")
    assert article.text[note.start : note.end] == name
    assert note.message.startswith(f"'{name}:' in a turn")
    assert note.message.endswith("add the name to [vocabulary] names.")


@pytest.mark.parametrize("layout", IN_TURN)
def test_naming_the_label_makes_it_a_speaker(layout: str) -> None:
    """The advice of the warning works."""
    text, name = IN_TURN[layout]
    told = Pipeline(stages=["languages", "credits", "dialogue"], vocabulary={"names": [name]})
    article = told.process(text, id="t")
    assert name in {speaker.name for speaker in article.speakers}
    assert not [note for note in article.notes if note.rule == "dialogue.label-in-turn"]


@pytest.mark.parametrize("kind", NOT_IN_TURN)
def test_text_that_is_no_label_gives_no_warning(kind: str) -> None:
    assert warnings(NOT_IN_TURN[kind], "dialogue.label-in-turn") == []


def test_an_accepted_label_is_not_said_to_be_refused() -> None:
    """The rules accept this label, of which the trees are not sure because the questions have none."""
    text = (
        "A Lamp at Sea\nWhy a lamp?\nAda Fern: The coast was dark, and the ships were many.\n"
        "What did they say?\nAda Fern: Nothing. They brought soap.\nWho came first?\nAda Fern: The pilots.\n"
    )
    article = FINDERS.process(text, id="t")
    assert [speaker.labels for speaker in article.speakers if speaker.name] == [("Ada Fern",)]
    assert not [note for note in article.notes if "was not taken for one" in note.message]
