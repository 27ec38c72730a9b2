"""What the user's vocabulary changes in each stage, and what it leaves as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pipeline
from pipeline import Article, Pipeline
from pipeline.recipe import recipe
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
    ],
)
def test_a_word_of_the_vocabulary_is_never_split(text: str, vocabulary: dict[str, object], without: str) -> None:
    assert cleaned(text, **vocabulary) == text
    assert cleaned(text) == without


def test_a_name_of_the_vocabulary_is_found_in_what_it_ran_into() -> None:
    text = "In the evening Qorvundelsaid that the harbour was closed."
    assert cleaned(text) == text
    assert cleaned(text, names=["Qorvundel"]) == "In the evening Qorvundel said that the harbour was closed."


def test_a_vocabulary_changes_nothing_where_its_words_do_not_stand() -> None:
    text = "They kept recordsin a shed.\nHe joined theRoyal guild."
    assert cleaned(text, words=["harbour"], names=["Ida Moss"], outlets=["海潮日报"]) == cleaned(text)


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


TALK = "海潮日报：潮水几点来？\n周守潮：六点。"


def test_labels_of_the_vocabulary_are_speakers_even_if_each_stands_once() -> None:
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


def test_an_outlet_of_a_profile_holds_for_its_documents_only() -> None:
    pipe = Pipeline(profiles={"wire": {"match": {"id": "wire/*"}, "stages": {"credits": {"outlets": ["山城晚报"]}}}})
    text = "标题\n山城晚报 记者 周明远 厦门报道\n正文从这里开始，一直写到天黑。"
    article = pipe.process(text, id="wire/1")
    assert article.byline is not None
    assert article.byline.outlet == "山城晚报"
    assert article.provenance.pipeline.profile == "wire"


KNOWN = {
    "words": ["recordsin", "theRoyal", "alot"],
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
