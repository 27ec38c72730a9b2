"""Who asks and who answers: `roles` and what it reads."""

import random
from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from interview_articles import made_article

import pipeline
from pipeline import Article
from pipeline.stages.dialogue.blocks import Block
from pipeline.stages.dialogue.conduct import read_conduct
from pipeline.stages.dialogue.label_candidates import LabelKind, find_candidate
from pipeline.stages.dialogue.roles import assign_roles, decide_roles
from pipeline.stages.dialogue.speaker_features import SpeakerFeatures, speaker_features
from pipeline.stages.dialogue.speaker_mentions import NO_FRAME, ArticleFrame, name_forms
from pipeline.stages.dialogue.turn_features import LabelledTurn, TurnFeatures, document_turn_features

TOLD = "I began with a rope and a borrowed boat, and we had no idea of the tide. I think it was luck that we came home."


def talk(*turns: tuple[str, str], frame: ArticleFrame = NO_FRAME) -> list[TurnFeatures]:
    """The features of turns, each a label and what is said."""
    labelled = []
    for label, text in turns:
        block = Block(0, len(label) + 2 + len(text), f"{label}: {text}")
        candidate = find_candidate(block)
        assert candidate is not None, label
        labelled.append(LabelledTurn([block], candidate, label))
    return document_turn_features(labelled, frame)


QUESTIONS = ("How did you begin?", "Were you afraid?", "What did your family say?", "Would you go again?")


@pytest.mark.parametrize(
    ("asker", "answerer"),
    [
        ("Daily Post", "Ada Fern"),
        ("Ivo", "Ada"),
        ("Q", "A"),
        ("记者", "林小雨"),
        ("Host", "Ada Fern"),
        ("HMX", "Ada"),
        ("IM", "AF"),
    ],
)
def test_the_one_who_asks_is_found_whatever_the_labels(asker: str, answerer: str) -> None:
    turns = talk(*(turn for question in QUESTIONS for turn in ((asker, question), (answerer, TOLD))))
    assert assign_roles(turns) == {asker: "question", answerer: "answer"}


def test_a_guest_who_asks_back_is_not_the_interviewer() -> None:
    turns = talk(
        *(
            turn
            for question in QUESTIONS
            for turn in (("Ivo", question), ("Ada", f"{TOLD} And what should we have done?"))
        )
    )
    assert assign_roles(turns) == {"Ivo": "question", "Ada": "answer"}


def test_an_audience_at_the_end_does_not_make_the_host_a_guest() -> None:
    turns = [turn for question in QUESTIONS * 2 for turn in (("Ivo", question), ("Ada", TOLD))]
    turns += [turn for question in QUESTIONS for turn in (("Audience", question), ("Ada", TOLD))]
    roles = assign_roles(talk(*turns))
    assert roles == {"Ivo": "question", "Ada": "answer", "Audience": "question"}


def test_where_nobody_asks_nobody_is_the_interviewer() -> None:
    told = (
        "We moved the boats on Monday, and the wind was from the north.",
        "I counted the gulls then, and I wrote the number down.",
        "My sister mended the nets, and the harbour master paid for the rope.",
        "Nobody came to the fair that year, as the road was under water.",
    )
    turns = talk(*(turn for text in told * 2 for turn in (("Ada", text), ("Ivo", f"{text} It rained."))))
    roles = decide_roles(turns)
    assert roles.is_open
    assert set(roles.parts.values()) == {"answer"}


def test_an_open_conversation_gets_a_note_that_says_what_to_do() -> None:
    lines = [
        "The Harbour in Winter",
        *(
            f"{name}: We moved the boats on day {number}, and the wind was from the north. I wrote it down."
            for number in range(6)
            for name in ("Ada Fern", "Ivo Moss")
        ),
    ]
    article = pipeline.process("\n".join(lines).encode(), id="open")
    notes = [note for note in article.notes if note.rule == "dialogue.open-roles"]
    assert {speaker.role for speaker in article.speakers} == {"other"}
    assert [("[vocabulary] outlets" in note.message) for note in notes] == [True]


def sides(article: Article, side: str) -> set[str | None]:
    """The speakers of all questions or all answers."""
    exchanges = (exchange for section in article.sections for exchange in section.exchanges)
    return {turn.speaker for exchange in exchanges for turn in getattr(exchange, side)}


def test_sides_of_made_articles() -> None:
    """58 of 60 articles like the one in raw/ must have their sides right."""
    chance = random.Random(7)
    right = 0
    for number in range(60):
        made = made_article(chance)
        article = pipeline.process(made.text.encode(), id=str(number))
        asking, answering = sides(article, "questions"), sides(article, "answers")
        right += asking == {made.asker} and answering == {made.answerer}
    assert right >= 58


# --- any turns

KINDS: Sequence[LabelKind | None] = (None, None, "asks", "answers", "moderates", "outlet")


@st.composite
def any_turns(draw: st.DrawFn) -> list[TurnFeatures]:
    """Turns of up to six people, with any words."""
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=6))
    said = st.lists(
        st.sampled_from([*QUESTIONS, TOLD, "Yes.", "谢谢您接受采访。", "您怎么看？", "我觉得很好。", "?", ""]),
        max_size=3,
    )
    turns = []
    for who in draw(st.lists(st.integers(0, len(kinds) - 1), min_size=1, max_size=14)):
        text = " ".join(draw(said))
        marks = text.count("?") + text.count("？")
        length = draw(st.integers(0, 900))
        turns.append(
            TurnFeatures(
                f"speaker {who}",
                kinds[who],
                text.endswith(("?", "？")),
                length,
                question_marks=marks,
                conduct=read_conduct(text),
            )
        )
    return turns


@given(turns=any_turns(), asked=st.booleans())
def test_each_speaker_gets_one_part_and_always_the_same(turns: list[TurnFeatures], asked: bool) -> None:
    roles = decide_roles(turns, asked_without_label=asked)
    assert set(roles.parts) == {turn.speaker for turn in turns}
    assert 0 <= roles.confidence <= 1
    assert decide_roles(turns, asked_without_label=asked) == roles
    assert not (asked and "question" in roles.parts.values())


@given(turns=any_turns())
def test_two_or_more_people_do_not_all_ask(turns: list[TurnFeatures]) -> None:
    parts = assign_roles(turns)
    assert len(parts) == 1 or "question" not in parts.values() or set(parts.values()) != {"question"}


@given(turns=any_turns())
def test_names_are_no_evidence_by_themselves(turns: list[TurnFeatures]) -> None:

    other = [msgspec.structs.replace(turn, speaker=f"记者们 {turn.speaker[::-1]}") for turn in turns]
    renamed = {f"记者们 {speaker[::-1]}": part for speaker, part in assign_roles(turns).items()}
    assert assign_roles(other) == renamed


@given(turns=any_turns())
def test_features_fit_into_the_forest(turns: list[TurnFeatures]) -> None:
    for features in speaker_features(turns).values():
        assert len(features) == len(SpeakerFeatures._fields)
        assert all(type(value) is int and abs(value) < 2**15 for value in features)


# --- names


@pytest.mark.parametrize(
    ("speaker", "forms"),
    [
        ("Dr. Ada Fern", ("Ada Fern", "Ada", "Fern")),
        ("林小雨女士", ("林小雨女士", "林小雨", "小雨")),
        ("Q", ()),
        ("主持人", ()),
        ("Daily Post", ("Daily Post",)),
    ],
)
def test_forms_in_which_others_name_a_speaker(speaker: str, forms: tuple[str, ...]) -> None:
    assert name_forms(speaker) == forms


def test_a_speaker_is_found_in_title_lead_byline_and_address() -> None:
    frame = ArticleFrame("Ada Fern: Slow Steps", "We met Ada Fern at noon.", "Nanyu Daily Ivo Moss")
    ivo, ada = talk(("Ivo Moss", "Ada, how did you begin?"), ("Ada Fern", "Slowly."), frame=frame)
    assert (ada.mention.opens_title, ada.mention.lead, ada.mention.byline) == (True, 1, False)
    assert (ivo.mention.title, ivo.mention.byline, ivo.addressed) == (False, True, ("Ada Fern",))
