"""The stage `dialogue`: cases as data, and tests of its modules."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline import Article, Document, Pipeline, faults
from pipeline.model.article import Exchange, Section, Speaker, Translation, Turn
from pipeline.stages.dialogue.blocks import Block, read_blocks
from pipeline.stages.dialogue.conduct import read_conduct
from pipeline.stages.dialogue.label_candidates import LabelKind, cue_of, find_candidate
from pipeline.stages.dialogue.labelled_block import LabelledBlock
from pipeline.stages.dialogue.parse_body import parse_body
from pipeline.stages.dialogue.roles import assign_roles
from pipeline.stages.dialogue.speaker_aliases import are_aliases
from pipeline.stages.dialogue.split_turns import split_one_line_dumps
from pipeline.stages.dialogue.translations import match_speakers, matching_exchanges, split_versions
from pipeline.stages.dialogue.turn_features import TurnFeatures

CASES = json.loads(Path(__file__).with_name("dialogue.json").read_text(encoding="utf-8"))
FINDERS = Pipeline(stages=["languages", "credits", "dialogue"])
LETTERS = {"questions": "Q", "answers": "A", "asides": "*"}


def structure(article: Article) -> dict[str, Any]:
    """An Article as the cases write it.

    A turn is `Q Daily Post: first paragraph / second paragraph`; `A` answers, `*` is an aside. In a translation an
    exchange begins with the number of the one that it translates. `exchanges` are those of all sections.
    """
    return {
        **_body(article),
        "exchanges": [_exchange(exchange) for section in article.sections for exchange in section.exchanges],
        "speakers": [_speaker(speaker) for speaker in article.speakers],
        "labels": {str(speaker.name): list(speaker.labels) for speaker in article.speakers},
        "translations": [
            {"language": translation.language, **_body(translation, numbered=True)}
            for translation in article.translations
        ],
    }


def _body(body: Article | Translation, *, numbered: bool = False) -> dict[str, Any]:
    return {
        "title": body.title.text if body.title else None,
        "lead": list(body.lead),
        "sections": [_section(section, numbered=numbered) for section in body.sections],
        "closing": list(body.closing),
    }


def _section(section: Section, *, numbered: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {"heading": section.heading} if section.heading is not None else {}
    if section.paragraphs:
        shown["paragraphs"] = list(section.paragraphs)
    shown["exchanges"] = [
        [f"of {exchange.n}", *_exchange(exchange)] if numbered else _exchange(exchange)
        for exchange in section.exchanges
    ]
    return shown


def _exchange(exchange: Exchange) -> list[str]:
    turns = [(turn.n, _turn(kind, turn)) for kind in LETTERS for turn in _turns(exchange, kind)]
    return [shown for _, shown in sorted(turns)]


def _turns(exchange: Exchange, kind: str) -> Sequence[Turn]:
    turns: Sequence[Turn] = getattr(exchange, kind)
    return turns


def _turn(kind: str, turn: Turn) -> str:
    return f"{LETTERS[kind]}{' ' + turn.speaker if turn.speaker else ''}: {' / '.join(turn.paragraphs)}"


def _speaker(speaker: Speaker) -> str:
    return f"{speaker.name or '-'}, {speaker.role}"


def known(case: dict[str, Any]) -> Any:
    marks = [pytest.mark.xfail(reason=case["xfail"], strict=True)] if "xfail" in case else []
    return pytest.param(case, marks=marks, id=case["why"])


@pytest.mark.parametrize("case", [known(case) for case in CASES])
def test_case(case: dict[str, Any]) -> None:
    """The structure of each case, as far as the case gives it."""
    got = structure(FINDERS.process(case["given"], id="case"))
    assert {key: got[key] for key in case["want"]} == case["want"]


# --- who asks


def asks(key: str, kind: LabelKind | None = None) -> TurnFeatures:
    return TurnFeatures(
        key, kind, asks=True, length=40, ends_asking=True, question_marks=1, conduct=read_conduct("How did you begin?")
    )


def tells(key: str, kind: LabelKind | None = None, length: int = 40) -> TurnFeatures:
    return TurnFeatures(key, kind, asks=False, length=length, conduct=read_conduct("I began with a rope."))


def test_conduct_decides_who_asks_if_labels_do_not_tell() -> None:
    assert assign_roles([asks("ada"), tells("ivo"), asks("ada"), tells("ivo")]) == {"ada": "question", "ivo": "answer"}


def test_a_label_for_answers_outweighs_answers_that_end_in_questions() -> None:
    turns = [tells("q", "asks"), asks("a", "answers"), tells("q", "asks"), asks("a", "answers")]
    assert assign_roles(turns) == {"q": "question", "a": "answer"}


def test_outlet_without_questions_is_the_interviewer() -> None:
    turns = [tells("herald", "outlet"), tells("ada"), tells("herald", "outlet"), tells("ada")]
    assert assign_roles(turns)["herald"] == "question"


def test_person_whom_everybody_asks_answers_even_if_some_turns_do_not_ask() -> None:
    turns = [asks("press"), tells("ada", length=90), tells("radio", "outlet"), tells("ada", length=90)]
    turns += [asks("tv"), tells("ada", length=90)]
    assert assign_roles(turns) == {"press": "question", "ada": "answer", "radio": "question", "tv": "question"}


def test_moderator_is_the_interviewer_only_if_nobody_else_asks() -> None:
    talk = [asks("host", "moderates"), tells("ada"), asks("host", "moderates"), tells("ada")]
    assert assign_roles(talk)["host"] == "question"
    assert assign_roles([*talk, asks("press", "asks"), tells("ada")])["host"] == "aside"


def test_two_people_who_only_ask_are_not_told_apart_by_chance() -> None:
    """Either one of them asks, or nobody does, whatever the hash seed; never both."""
    roles = assign_roles([asks("ada"), asks("ivo"), asks("ada"), asks("ivo")])
    assert list(roles.values()).count("question") <= 1


said = st.builds(
    TurnFeatures,
    st.sampled_from(["ada", "ivo", "nora", "press"]),
    st.just(None),
    st.booleans(),
    st.integers(min_value=0, max_value=500),
)


@given(turns=st.lists(said, min_size=1, max_size=12))
def test_roles_do_not_depend_on_names(turns: list[TurnFeatures]) -> None:
    other = {"ada": "zoe", "ivo": "bea", "nora": "记者们", "press": "x"}
    renamed = assign_roles([TurnFeatures(other[turn.speaker], turn.kind, turn.asks, turn.length) for turn in turns])
    assert renamed == {other[key]: part for key, part in assign_roles(turns).items()}


# --- labels


def block(text: str, start: int = 0) -> Block:
    return Block(start, start + len(text), text)


@pytest.mark.parametrize(
    ("text", "key", "body"),
    [
        ("Ada Fern: Yes.", "ada fern", 10),
        ("Ada Fern (AF): Yes.", "ada fern", 15),
        ("Dr. Ada Fern: Yes.", "dr. ada fern", 14),
        ("Ada Fern:** Yes.", "ada fern", 12),
        ("Q12: Why?", "q", 5),
        ("Q. Why?", "q", 3),
        ("《山城周刊》：准吗？", "山城周刊", 7),
        ("罗启:没有。", "罗启", 3),
        ("Ada Fern | Yes.", "ada fern", 11),
    ],
)
def test_candidate_has_key_and_start_of_text(text: str, key: str, body: int) -> None:
    found = find_candidate(block(text, start=100))
    assert found is not None
    assert (found.key, found.text_start) == (key, body)
    assert text[found.start - 100 : found.end - 100] == found.text


@pytest.mark.parametrize(
    "text",
    [
        "10:30 Doors open",
        "std::map<int> gulls;",
        "https://example.org: see there",
        "He said: no.",
        "Note: no.",
        "There is, in the end, one answer: no.",
        "她想了一想说：没有。",
        "注意：没有。",
        "Question time is over.",
    ],
)
def test_text_that_is_no_name_is_no_candidate(text: str) -> None:
    assert find_candidate(block(text)) is None


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("River Weekly", "outlet"),
        ("山城周刊", "outlet"),
        ("江城日报记者", "asks"),
        ("Question 3", "asks"),
        ("主持人", "moderates"),
        ("出版社", "never"),
        ("Weekly Tides", None),
        ("罗启", None),
    ],
)
def test_cue_is_the_whole_label_or_its_end(label: str, kind: LabelKind | None) -> None:
    found = cue_of(label)
    assert (found and found.kind) == kind


@pytest.mark.parametrize(
    ("one", "other"), [("ada fern", "fern"), ("ada fern", "ada"), ("minister lena moss", "lena moss")]
)
def test_name_and_its_short_form_are_aliases_both_ways(one: str, other: str) -> None:
    assert are_aliases(one, other)
    assert are_aliases(other, one)


@pytest.mark.parametrize(("one", "other"), [("ada fern", "ada fern"), ("ada fern", "ines fern"), ("al fern", "al")])
def test_different_names_are_no_aliases(one: str, other: str) -> None:
    assert not are_aliases(one, other)


DUMP_PIECES = [
    *("Ada Fern: ", "Ivo: ", "Why? ", "It rained all day. ", "罗启：", "没有。", " "),
    *("\u3000", "**", "The long road", "大路与小路", "A Walk By The River? ", "问：", "“"),
]
WIDE_SPACES_AFTER_A_HEADING = [
    *("没有。", "\u3000", "问：", "没有。", "Ivo: ", "没有。", "Ada Fern: ", "A Walk By The River? "),
    *("\u3000", "\u3000", "Ivo: ", "问：", "Ada Fern: ", "问：", "\u3000", "The long road", "Ivo: "),
    *("A Walk By The River? ", "大路与小路", "大路与小路", "大路与小路", "大路与小路", "大路与小路"),
]


@given(st.lists(st.sampled_from(DUMP_PIECES), max_size=60))
@example(WIDE_SPACES_AFTER_A_HEADING)
def test_dividing_a_dump_loses_no_word(pieces: list[str]) -> None:
    text = "".join(pieces).strip()
    found = split_one_line_dumps([block(text, start=7)]) if text else ()
    at = 7
    for part in found:
        assert not text[at - 7 : part.start - 7].strip()
        assert part.text
        assert part.text == text[part.start - 7 : part.end - 7]
        at = part.end
    assert not text[at - 7 :].strip()


# --- versions

ENGLISH = (
    "A Garden on the Roof\nDaily Post: Why did you want to have a garden?\nAda Fern: The street was full.\n"
    "Daily Post: What grows there?\nAda Fern: Beans, mostly.\n"
)
CHINESE = "屋顶上的菜园\n每日邮报：为什么？\n艾达：街道满了。\n每日邮报：种些什么？\n艾达：主要是豆角。\n"


def read(text: str) -> list[list[LabelledBlock]]:
    """The labelled blocks of each version of a text."""
    document = Document(text)
    return [parse_body(version.blocks).blocks for version in split_versions(document, read_blocks(document))]


def test_version_printed_first_is_the_body() -> None:
    for text, title in [(ENGLISH + CHINESE, "A Garden on the Roof"), (CHINESE + ENGLISH, "屋顶上的菜园")]:
        body, _ = read(text)
        assert body[0].block.text == title


@pytest.mark.parametrize("foreign", ["上善若水。\n", "上善若水。\n水善利万物而不争。\n"])
def test_few_blocks_in_another_language_are_part_of_the_body(foreign: str) -> None:
    assert len(read(ENGLISH + foreign)) == 1


def test_scattered_blocks_in_another_language_are_part_of_the_body() -> None:
    """They are neither after the body nor alternate with it, however many there are."""
    first, second = ENGLISH.split("Daily Post: What")
    quoted = "上善若水。\n水善利万物而不争。\n处众人之所恶。\n"
    assert len(read(f"{first}{quoted}Daily Post: What{second}")) == 1


def test_exchanges_match_by_number_if_both_versions_have_as_many() -> None:
    body, other = read(ENGLISH + CHINESE)
    assert matching_exchanges(body, other) == [None, 1, 1, 2, 2]


def test_people_who_take_the_same_turns_are_the_same() -> None:
    assert match_speakers(*read(ENGLISH + CHINESE)) == {"每日邮报": "Daily Post", "艾达": "Ada Fern"}


def test_two_people_who_answer_are_not_matched_if_turns_are_missing() -> None:
    more = "Daily Post: Who eats them?\nInes Fern: The house does.\nInes Fern: And I.\n"
    assert match_speakers(*read(ENGLISH + more + CHINESE)) == {"每日邮报": "Daily Post"}


OFTEN = """Daily Post: Why do you walk to the harbour every day?
Ada Fern: Because it is slow, and because I like it there.
Daily Post: And what do you do there, when the boats are out?
林小雨: I count the gulls, and I write down what I see there, and then I draw the boats that come home.
Daily Post: Whom do you meet on your way to the boats?
Ada Fern: The baker, and the postman, and sometimes the pilot.
Daily Post: What do they tell you when they see you there?
林小雨: They tell me of the tide, and of the boats that are late, and of the rocks below the light.
Daily Post: Will you go there again when the winter is over?
Ada Fern: Tomorrow, if my knees allow it and the wind does.
"""
AGAIN = """每日邮报：您为什么每天走到港口去？
林小雨：因为慢，也因为我喜欢那里。
每日邮报：船都出海了，您在那里做什么？
林小雨：我数海鸥，也把看到的写下来。
每日邮报：路上您会遇见谁？
林小雨：遇见面包师、邮差，有时候还有领航员。
每日邮报：他们会跟您说什么？
林小雨：说潮水，说晚到的船，说灯塔下面的礁石。
每日邮报：冬天过去以后还会再去吗？
林小雨：明天就去，只要膝盖允许。
"""


def test_label_names_the_same_person_in_body_and_translation() -> None:
    """Even if somebody else takes most of these turns in the body: a label belongs to one speaker."""
    article = FINDERS.process(OFTEN + AGAIN, id="two")
    assert {str(speaker.name): speaker.labels for speaker in article.speakers} == {
        "Daily Post": ("Daily Post", "每日邮报"),
        "Ada Fern": ("Ada Fern",),
        "林小雨": ("林小雨",),
    }
    (translation,) = article.translations
    said = [turn.speaker for section in translation.sections for one in section.exchanges for turn in one.turns]
    assert said == ["Daily Post", "林小雨"] * 5
    assert list(faults(article)) == []


def test_second_print_is_a_repeat_of_the_first() -> None:
    """What is in a field in the first print is a repeat in the second; times and repeated labels are in none."""
    talk = (
        "Daily Post (9:41): Why do you walk to the harbour every morning, in any weather?\n"
        "Ada Fern (9:42): Because it is slow, and because the tide does not wait for those who drive.\n"
        "Ada Fern (9:43): And because nobody asks me there what I do, or where I was before I came.\n"
        "Daily Post (9:44): And what do you do there, when the boats have gone out?\n"
        "Ada Fern (9:45): Then I rest, and I count the gulls, and I write down what the pilots say.\n"
    )
    article = FINDERS.process(talk + talk, id="twice")
    rows = [(segment.label, article.text[segment.start : segment.end]) for segment in article.segments]
    half = len(rows) // 2
    assert [text for _, text in rows[:half]] == [text for _, text in rows[half:]]
    fieldless = ["label" if label == "label" else "repeat" for label, _ in rows[:half]]
    assert [label for label, _ in rows[half:]] == fieldless
    assert ("label", "Ada Fern") in rows[half:]
    assert list(faults(article)) == []


QUESTIONS = (
    ("What did you hear in the tower that night?", "I heard the bell, and I knew my brother was at the rope again."),
    ("Why did you not go down to him?", "My lamp was out, and I was afraid of the ninth step, which was rotten."),
    ("Do you still ring it yourself?", "Every evening I ring it once for him and once for me, and then I go home."),
    ("Who will ring it after you?", "I have asked my niece, and my niece has asked for a longer rope, so we wait."),
)
QUESTIONS_IN_CHINESE = (
    ("那天夜里你在钟楼上听见了什么？", "我听见了钟声，我就知道又是我哥哥在拉绳子，整座塔都在摇晃。"),
    ("你为什么没有下去找他？", "我的灯灭了，我怕第九级台阶，那一级早就烂了，谁都不敢踩上去。"),
    ("现在还是你自己敲钟吗？", "我每天傍晚替他敲一下，替我自己敲一下，然后就锁门回家，天天如此。"),
    ("你以后谁来敲？", "我问过我的侄女，她说绳子太短，要我先换一根长的，所以我们还在等。"),
)


@pytest.mark.parametrize("asked", [QUESTIONS, QUESTIONS_IN_CHINESE], ids=["en", "zh"])
def test_plain_questions_with_answers_are_an_interview(asked: tuple[tuple[str, str], ...]) -> None:
    text = "\n\n".join(f"{question}\n\n{answer}" for question, answer in asked)
    (section,) = FINDERS.process(text).sections
    assert [(e.questions[0].paragraphs, e.answers[0].paragraphs) for e in section.exchanges] == [
        ((question,), (answer,)) for question, answer in asked
    ]


@pytest.mark.parametrize("marks", ["“”", '""', "「」", "‘’", "«»"])
@pytest.mark.parametrize("asked", [QUESTIONS, QUESTIONS_IN_CHINESE], ids=["en", "zh"])
def test_questions_in_a_story_are_no_interview(asked: tuple[tuple[str, str], ...], marks: str) -> None:
    """In a story people ask in quotation marks, whether the narrator or somebody else answers."""
    opening, closing = marks[0], marks[1]
    for told in (asked, [(question, f"{opening}{answer}{closing}") for question, answer in asked]):
        text = "\n\n".join(f"{opening}{question}{closing}\n\n{answer}" for question, answer in told)
        article = FINDERS.process(text)
        assert list(article.exchanges) == []
        assert article.speakers == ()
