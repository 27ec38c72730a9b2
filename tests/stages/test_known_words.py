"""The effect of the user's vocabulary on each stage."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pipeline
from pipeline import Article, Document, Pipeline
from pipeline.core.recipe import recipe
from pipeline.lexicon.people import is_name, split_names
from pipeline.lexicon.roles import role_in_english, role_use
from pipeline.lexicon.vocabulary import Vocabulary
from pipeline.model.document import Label
from pipeline.stages.credits.stage import Credits
from pipeline.testing import texts


def cleaned(text: str, **vocabulary: object) -> str:
    return Pipeline(vocabulary=vocabulary).clean(text)


def read(text: str, **vocabulary: object) -> Article:
    article = Pipeline(vocabulary=vocabulary).process(text)
    assert pipeline.restore(article) == text.encode()
    assert list(pipeline.faults(article)) == []
    return article


@pytest.mark.parametrize(
    ("text", "vocabulary", "without"),
    [
        ("They kept recordsin a shed.", {"words": ["recordsin"]}, "They kept records in a shed."),
        ("He joined theRoyal guild.", {"words": ["theRoyal"]}, "He joined the Royal guild."),
        ("This is one ofthe options.", {"words": ["ofthe"]}, "This is one of the options."),
        ("He joined theRoyal's choir.", {"outlets": ["theRoyal"]}, "He joined the Royal's choir."),
        ("He joined theRoyal guild.", {"names": ["Theroyal"]}, "He joined the Royal guild."),
        ("The new In2022 is on sale.", {"words": ["In2022"]}, "The new In 2022 is on sale."),
    ],
)
def test_a_word_of_the_vocabulary_is_never_split(text: str, vocabulary: dict[str, object], without: str) -> None:
    assert cleaned(text, **vocabulary) == text
    assert cleaned(text) == without


def test_a_word_of_the_vocabulary_stays_whole_in_a_line_without_spaces() -> None:
    text = "TheHarbourWatchersMetAgain:peopleoftheregionhaveagreed"
    assert cleaned(text) == "The Harbour Watchers Met Again: people of the region have agreed"
    assert cleaned(text, outlets=["HarbourWatchers"]) == (
        "The HarbourWatchers Met Again: people of the region have agreed"
    )


def test_a_word_of_the_vocabulary_is_found_in_a_run_whatever_its_capitals() -> None:
    text = "In the morning they had to callqorSelvund twice."
    assert cleaned(text, words=["qorSelvund"]) == "In the morning they had to call qorSelvund twice."


def test_every_word_of_a_name_counts() -> None:
    text = "In the evening they met therabelka at sea."
    assert cleaned(text, names=["Ada Rabelka Moss"]) == text.replace("thera", "the ra")


def test_a_title_that_ends_in_a_word_of_the_vocabulary_is_not_cut_off() -> None:
    text = "What the ministers have negoti\nIn the end the ministers have negotiated a treaty."
    assert [note.rule for note in Pipeline(["words"]).process(text).notes] == ["words.title-truncated"]
    assert Pipeline(["words"], vocabulary={"words": ["negoti"]}).process(text).notes == ()


@pytest.mark.parametrize(
    ("text", "entry", "without"),
    [
        ("They read Brook.Then every week.", "Brook.Then", "They read Brook. Then every week."),
        ("We ate at Fish,and Chips today.", "Fish,and Chips", "We ate at Fish, and Chips today."),
        ("He wrote for Harbour , Inc and others.", "Harbour , Inc", "He wrote for Harbour, Inc and others."),
    ],
)
def test_no_space_is_inserted_or_deleted_in_an_entry_with_marks(text: str, entry: str, without: str) -> None:
    assert cleaned(text) == without
    assert cleaned(text, outlets=[entry]) == text


def test_an_entry_with_marks_is_spared_only_as_a_whole_word() -> None:
    text = "They came to Overbrook.Then it rained. They read Brook.Then too."
    assert cleaned(text, words=["brook.Then"]) == cleaned(text)
    assert cleaned(text, words=["Brook.Then"]) == text.replace("Overbrook.Then", "Overbrook. Then")


def test_text_around_an_entry_with_marks_is_repaired() -> None:
    text = "He read Brook.Then and,under its roof, they kept recordsin a shed."
    assert cleaned(text, words=["Brook.Then"]) == "He read Brook.Then and, under its roof, they kept records in a shed."


def test_a_name_of_the_vocabulary_is_found_in_a_run_together_word() -> None:
    text = "In the evening they met therabelka at sea."
    assert cleaned(text) == text
    assert cleaned(text, names=["Rabelka"]) == "In the evening they met the rabelka at sea."


def test_a_vocabulary_changes_nothing_in_texts_without_its_words() -> None:
    text = "They kept recordsin a shed.\nHe joined theRoyal guild."
    assert cleaned(text, words=["harbour"], names=["Ida Moss"], outlets=["海潮日报"]) == cleaned(text)


def test_a_common_word_of_an_outlet_changes_no_space() -> None:
    text = "In the end they used thePost and HuffPost, and dailypost too."
    assert cleaned(text, outlets=["Daily Post"]) == cleaned(text)


# --- credits


def credit_labels(text: str, stage: Credits | None = None, **vocabulary: Any) -> list[list[str]]:
    """The labels of the stage `credits` in the order of the text, without the whole byline."""
    given = Document(text, vocabulary=Vocabulary(**vocabulary))
    found = [finding for finding in (stage or Credits()).find(given) if isinstance(finding, Label)]
    return [
        [label.value, text[label.start : label.end]]
        for label in sorted(found, key=lambda label: (label.start, -label.end))
        if label.value != "byline"
    ]


@pytest.mark.parametrize(
    ("line", "names", "labels"),
    [
        ("本报记者肠粉大王施诗北京报道", ("肠粉大王",), ["reporter 肠粉大王", "reporter 施诗", "place 北京"]),
        ("本报记者 施诗 肠粉大王 报道", ("肠粉大王",), ["reporter 施诗", "reporter 肠粉大王"]),
        ("本报记者 Ida Moss 北京报道", ("Ida Moss",), ["reporter Ida Moss", "place 北京"]),
        ("By Lulu and Ida Moss", ("Lulu",), ["reporter Lulu", "reporter Ida Moss"]),
        ("By lulu", ("lulu",), ["reporter lulu"]),
    ],
)
def test_a_name_of_the_vocabulary_is_a_reporter(line: str, names: tuple[str, ...], labels: list[str]) -> None:
    text = f"A title\n{line}\nThe text begins here."
    expected = [[f"byline.{value}", word] for value, word in (label.split(" ", 1) for label in labels)]
    assert credit_labels(text, names=names) == expected
    assert credit_labels(text) != expected


@pytest.mark.parametrize(
    ("line", "names", "found"),
    [
        ("编辑：肠粉大王罗启明", ("肠粉大王",), ["肠粉大王", "罗启明"]),
        ("编辑：我是老树和罗启明", ("我是老树",), ["我是老树", "罗启明"]),
        ("编辑：夜 航船、Lulu", ("夜 航船",), ["夜 航船", "Lulu"]),
        ("编辑 肠粉大王", ("肠粉大王",), ["肠粉大王"]),
    ],
)
def test_a_name_of_the_vocabulary_is_a_name_after_a_role(line: str, names: tuple[str, ...], found: list[str]) -> None:
    text = f"正文结束。\n{line}"
    expected = [["credit.role", "编辑"], *(["credit.name", name] for name in found)]
    assert credit_labels(text, names=names) == expected
    assert credit_labels(text) != expected


def test_a_name_of_the_vocabulary_makes_its_credit_as_sure_as_any() -> None:
    def sure(names: tuple[str, ...]) -> set[float]:
        document = Document("正文结束。\n编辑：肠粉", vocabulary=Vocabulary(names=names))
        return {finding.confidence for finding in Credits().find(document) if isinstance(finding, Label)}

    assert sure(("肠粉",)) == {0.97}
    assert max(sure(())) < 0.97


def test_a_name_of_the_vocabulary_is_no_part_of_a_longer_one() -> None:
    text = "The text ends.\nEditor: Ida Moss"
    assert (
        credit_labels(text, names=("Ida",))
        == credit_labels(text)
        == [["credit.role", "Editor"], ["credit.name", "Ida Moss"]]
    )


def test_names_without_spaces_are_split_at_those_of_the_user() -> None:
    people = Vocabulary(names=("老树画画", "Lulu")).people
    assert split_names("老树画画张红河", people) == ("老树画画", "张红河")
    assert split_names("老树画画张红河") is None
    assert is_name("Lulu", people)
    assert not is_name("老树", people)


OUTLETS = [
    ("我们视频记者施诗北京报道", "我们视频"),
    ("中国记者观察记者施诗北京报道", "中国记者观察"),
    ("我们视频施诗北京报道", "我们视频"),
    ("来源：在地！日报 作者：施诗", "在地！日报"),
    ("新潮社北京3月5日电（记者王明）大会今天闭幕。", "新潮社"),
    ("（The Skerry Letter记者王明）大会今天闭幕。", "The Skerry Letter"),
    ("By Ida Moss, Skerry", "Skerry"),
    ("By Ida Moss, Wood, Wind & Tide", "Wood, Wind & Tide"),
    ("By The Skerry Letter", "The Skerry Letter"),
    ("作者：我们视频", "我们视频"),
]


@pytest.mark.parametrize(("line", "outlet"), OUTLETS)
def test_an_outlet_of_the_vocabulary_is_the_outlet_of_a_byline(line: str, outlet: str) -> None:
    text = f"A title\n{line}\nThe text begins here."
    assert ["byline.outlet", outlet] in credit_labels(text, outlets=(outlet,))
    assert ["byline.outlet", outlet] not in credit_labels(text)


@pytest.mark.parametrize(("line", "outlet"), OUTLETS)
def test_an_outlet_of_the_setting_is_the_same_as_one_of_the_vocabulary(line: str, outlet: str) -> None:
    text = f"A title\n{line}\nThe text begins here."
    assert credit_labels(text, Credits(outlets=(outlet,))) == credit_labels(text, outlets=(outlet,))
    assert credit_labels(text, Credits(outlets=(outlet,)), names=("肠粉大王",)) == credit_labels(
        text, outlets=(outlet,)
    )


@pytest.mark.parametrize(
    "line", ["我们视频对此作了长篇报道", "我们视频的记者对他说", "By the time the sun rose, Skerry was gone."]
)
def test_an_outlet_of_the_vocabulary_makes_no_byline_of_a_sentence(line: str) -> None:
    assert credit_labels(f"A title\n{line}\nThe text begins here.", outlets=("我们视频", "Skerry")) == []


ROLES = {"策展": "curator", "3D建模": "", "Colourist": "colour", "colour by": "colour", "记者": "newsman"}


@pytest.mark.parametrize(
    ("line", "role", "name"),
    [
        ("策展：林一舟", "策展", "林一舟"),
        ("策展 林一舟", "策展", "林一舟"),
        ("策展、编辑：林一舟", "策展、编辑", "林一舟"),
        ("3D建模/林一舟", "3D建模", "林一舟"),
        ("Colourist: Ida Moss", "Colourist", "Ida Moss"),
        ("COLOURIST: Ida Moss", "COLOURIST", "Ida Moss"),
        ("Colour by Ida Moss", "Colour by", "Ida Moss"),
    ],
)
def test_a_role_of_the_vocabulary_opens_a_credit(line: str, role: str, name: str) -> None:
    text = f"正文结束。\n{line}"
    assert credit_labels(text, roles=ROLES) == [["credit.role", role], ["credit.name", name]]
    assert credit_labels(text) == []


@pytest.mark.parametrize(
    "line", ["策展工作：很辛苦", "策展：这是一个很大的问题，我们要慢慢来。", "Colourists: Ida Moss", "策展 很辛苦的事"]
)
def test_a_role_of_the_vocabulary_makes_no_credit_of_similar_text(line: str) -> None:
    assert credit_labels(f"正文结束。\n{line}", roles=ROLES) == []


def test_a_role_that_is_known_anyway_keeps_its_use() -> None:
    vocabulary = Vocabulary(roles=ROLES)
    assert role_use("记者", vocabulary) == role_use("记者") != "c"
    assert role_use("策展", vocabulary) == role_use("colourist", vocabulary) == "c"


@pytest.mark.parametrize(
    ("role", "english"),
    [
        ("策展", "curator"),
        ("3D建模", None),
        ("COLOURIST", "colour"),
        ("记者", "newsman"),
        ("策展、编辑", "curator and editor"),
        ("3D建模、编辑", None),
        ("Copy Editor", "copy editor"),
    ],
)
def test_the_user_gives_the_english_of_a_role(role: str, english: str | None) -> None:
    assert role_in_english(role, Vocabulary(roles=ROLES)) == english


def test_a_pen_name_of_the_vocabulary_makes_a_byline() -> None:
    text = "标题\n海潮日报记者 肠粉大王 报道\n正文从这里开始，一直写到天黑。"
    byline = read(text, names=["肠粉大王"]).byline
    assert byline is not None
    assert byline.reporters == ("肠粉大王",)


def test_a_role_of_the_vocabulary_makes_a_credit_with_its_english() -> None:
    text = "正文从这里开始，一直写到天黑。\n调墨：林一舟"
    assert read(text).credits == ()
    (credit,) = read(text, roles={"调墨": "ink mixing"}).credits
    assert (credit.role, credit.role_en, credit.names) == ("调墨", "ink mixing", ("林一舟",))


def test_a_role_without_english_has_none() -> None:
    (credit,) = read("正文从这里开始，一直写到天黑。\n调墨：林一舟", roles={"调墨": ""}).credits
    assert credit.role_en is None


# --- dialogue


TALK = "海潮日报：潮水几点来？\n周守潮：六点。"


def test_labels_of_the_vocabulary_are_speakers_even_if_each_occurs_once() -> None:
    article = read(TALK, names=["周守潮"], outlets=["海潮日报"])
    (exchange,) = article.exchanges
    assert [(turn.speaker, turn.text) for turn in exchange.turns] == [
        ("海潮日报", "潮水几点来？"),
        ("周守潮", "六点。"),
    ]
    assert [(speaker.name, speaker.role) for speaker in article.speakers] == [
        ("海潮日报", "interviewer"),
        ("周守潮", "interviewee"),
    ]


def turns(text: str, **vocabulary: object) -> list[list[str | None]]:
    """Part and speaker of each turn, in order."""
    article = read(text, **vocabulary)
    labels = ("question", "answer")
    found = []
    for exchange in article.exchanges:
        for part, said in zip(labels, (exchange.questions, exchange.answers), strict=True):
            found += [(turn.n, [part, turn.speaker]) for turn in said]
    return [turn for _, turn in sorted(found, key=lambda pair: pair[0])]


LEAD = "A Walk\nThe sea was calm on the day on which we met, and nobody but the gulls was to be seen on the shore.\n"


def test_a_label_of_the_vocabulary_needs_no_form_of_a_name() -> None:
    text = "一问一答\n我们视频：为什么走路？\n我是老树：因为慢。"
    assert turns(text, names=["我是老树"], outlets=["我们视频"]) == [["question", "我们视频"], ["answer", "我是老树"]]


def test_an_outlet_of_the_vocabulary_asks_even_without_a_question_mark() -> None:
    text = f"{LEAD}Skerry: Tell us more.\nAda Fern: It is slow.\nBo Reed: It is cold."
    assert turns(text) == []
    assert turns(text, names=["Ada Fern", "Bo Reed"], outlets=["Skerry"]) == [
        ["question", "Skerry"],
        ["answer", "Ada Fern"],
        ["answer", "Bo Reed"],
    ]


def test_an_outlet_that_is_asked_is_the_interviewee() -> None:
    text = f"{LEAD}Ada Fern: Why do you print this?\nSkerry: Because it is true, and nobody else would print it."
    assert turns(text, names=["Ada Fern"], outlets=["Skerry"]) == [["question", "Ada Fern"], ["answer", "Skerry"]]


def test_two_outlets_that_only_state_are_no_interviewers() -> None:
    text = f"{LEAD}Skerry: The bridge is closed.\nLantern: The bridge is open."
    assert turns(text, outlets=["Skerry", "Lantern"]) == [["answer", "Skerry"], ["answer", "Lantern"]]


def test_a_name_of_the_vocabulary_is_a_label_only_at_the_start_of_a_paragraph() -> None:
    text = f"{LEAD}Price: twelve pounds\nHe said of Ada Fern: no."
    assert turns(text, names=["Ada Fern"]) == []


def test_a_title_in_the_form_of_a_turn_stays_a_title() -> None:
    text = "Ada Fern: What the tide brings\nQ: Why?\nA: Because.\nQ: How?\nA: So."
    article = read(text, names=["Ada Fern"])
    assert article.title is not None
    assert article.title.text == "Ada Fern: What the tide brings"
    assert article.sections == read(text).sections


# --- all of it


def test_an_outlet_of_a_profile_applies_to_its_documents_only() -> None:
    pipe = Pipeline(profiles={"wire": {"match": {"id": "wire/*"}, "stages": {"credits": {"outlets": ["我们视频"]}}}})
    text = "标题\n我们视频记者周明远厦门报道\n正文从这里开始，一直写到天黑。"
    article = pipe.process(text, id="wire/1")
    assert article.byline is not None
    assert article.byline.outlet == "我们视频"
    assert article.provenance.pipeline.profile == "wire"
    assert pipe.process(text, id="other/1").byline is None


KNOWN = {
    "words": ["recordsin", "theRoyal", "alot", "In2022", "Brook.Then", "the,of"],
    "names": ["Qorvundel", "肠粉大王", "Ida Moss"],
    "outlets": ["海潮日报", "Daily Post"],
    "roles": {"调墨": "ink mixing"},
}


@given(text=st.one_of([texts(stage) for stage in recipe().stages]).filter(lambda t: bool(t.strip("\ufeff \n\t"))))
def test_with_a_vocabulary_any_text_is_repaired_once_and_restores(text: str) -> None:
    if "\x00" in text or not text.removeprefix("\ufeff").strip():
        return
    article = Pipeline(vocabulary=KNOWN).process(text)
    assert pipeline.restore(article) == text.encode()
    assert list(pipeline.faults(article)) == []


@given(text=st.one_of([texts(stage) for stage in recipe().stages]))
def test_with_a_vocabulary_nothing_is_left_to_repair(text: str) -> None:
    for name in ("punctuation", "words"):
        pipe = Pipeline([name], vocabulary=KNOWN)
        once = pipe.clean(text)
        assert pipe.clean(once) == once
