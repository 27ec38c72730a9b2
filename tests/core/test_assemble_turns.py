"""From text and labels to an Article: turns, exchanges, sections and speakers."""

from labelled import ASH, MA, answer, article, exchanges, part, question, speaker_label

from pipeline import Article
from pipeline.model.article import Exchange, Speaker, Turn


def segments(made: Article) -> list[tuple[str, str, str | None]]:
    """Text, label and field of each segment."""
    return [(made.text[s.start : s.end], s.label, s.field) for s in made.segments]


# --- turns, exchanges, sections


def test_a_question_and_its_answer_are_an_exchange() -> None:
    made = article(question("When does she sail?"), "\n", answer("At six."))
    assert exchanges(made) == [
        Exchange(
            n=1,
            questions=(Turn(n=1, speaker=ASH, paragraphs=("When does she sail?",)),),
            answers=(Turn(n=2, speaker=MA, paragraphs=("At six.",)),),
            asides=(),
        )
    ]


def test_speaker_label_points_to_the_speaker_of_the_next_turn() -> None:
    made = article(
        speaker_label("ASH", ASH), ": ", question("When?"), "\n", speaker_label("船长", MA), "：", answer("At six.")
    )
    assert segments(made) == [
        ("ASH", "speaker", "/sections/0/exchanges/0/questions/0/speaker"),
        ("When?", "question", "/sections/0/exchanges/0/questions/0/paragraphs/0"),
        ("船长", "speaker", "/sections/0/exchanges/0/answers/0/speaker"),
        ("At six.", "answer", "/sections/0/exchanges/0/answers/0/paragraphs/0"),
    ]


def test_paragraphs_of_one_speaker_are_one_turn() -> None:
    made = article(answer("At six."), "\n\n", answer("In winter\nat eight."))
    (exchange,) = exchanges(made)
    assert exchange.answers == (Turn(n=1, speaker=MA, paragraphs=("At six.", "In winter at eight.")),)


def test_a_new_turn_starts_at_a_speaker_label() -> None:
    made = article(answer("At six."), "\n", speaker_label("马", MA), "：", answer("In winter at eight."))
    assert [turn.n for turn in exchanges(made)[0].answers] == [1, 2]


def test_a_new_turn_starts_at_another_speaker() -> None:
    made = article(answer("At six."), "\n", answer("At seven!", of="Mate"))
    assert [turn.speaker for turn in exchanges(made)[0].answers] == [MA, "Mate"]


def test_a_new_turn_starts_at_another_part() -> None:
    made = article(answer("At six."), "\n", part("aside", "One moment.", of="Host"), "\n", answer("That is her."))
    (exchange,) = exchanges(made)
    assert [turn.text for turn in exchange.turns] == ["At six.", "One moment.", "That is her."]
    assert exchange.asides == (Turn(n=2, speaker="Host", paragraphs=("One moment.",)),)


def test_aside_without_speaker_does_not_end_the_turn_around_it() -> None:
    made = article(answer("At six."), "\n", part("aside", "(A horn sounds.)"), "\n", answer("That is her."))
    (exchange,) = exchanges(made)
    assert exchange.answers[0].paragraphs == ("At six.", "That is her.")
    assert exchange.asides == (Turn(n=2, speaker=None, paragraphs=("(A horn sounds.)",)),)


def test_question_after_an_answer_opens_the_next_exchange() -> None:
    made = article(question("When?"), "\n", answer("Six."), "\n", question("Why?"), "\n", answer("The tide."))
    assert [(exchange.n, exchange.question, exchange.answer) for exchange in exchanges(made)] == [
        (1, "When?", "Six."),
        (2, "Why?", "The tide."),
    ]


def test_questions_in_a_row_are_one_exchange() -> None:
    made = article(question("When?"), "\n", question("And why?", of="Mr Birch"), "\n", answer("The tide."))
    (exchange,) = exchanges(made)
    assert [turn.speaker for turn in exchange.questions] == [ASH, "Mr Birch"]


def test_a_statement_is_an_exchange_without_questions() -> None:
    made = article(answer("I have sailed her for thirty years."), "\n", question("When?"), "\n", answer("Six."))
    assert [(exchange.questions != (), exchange.answers != ()) for exchange in exchanges(made)] == [
        (False, True),
        (True, True),
    ]


def test_a_question_without_an_answer_is_kept() -> None:
    (exchange,) = exchanges(article(answer("Six."), "\n", question("Why?")))[1:]
    assert exchange.answers == ()


def test_a_heading_opens_a_section_and_ends_the_turn() -> None:
    made = article(answer("Six."), "\n\n", part("heading", "Winter"), "\n\n", answer("Eight."))
    assert [section.heading for section in made.sections] == [None, "Winter"]
    assert [exchange.n for exchange in exchanges(made)] == [1, 2]
    assert exchanges(made)[1].answers[0].n == 2


def test_exchanges_and_turns_are_counted_through_the_body() -> None:
    made = article(
        part("heading", "Summer"), "\n", question("When?"), "\n", answer("Six."), "\n",
        part("heading", "Winter"), "\n", question("When?"), "\n", answer("Eight."),
    )  # fmt: skip
    assert [exchange.n for exchange in exchanges(made)] == [1, 2]
    assert [turn.n for exchange in exchanges(made) for turn in exchange.turns] == [1, 2, 3, 4]


def test_label_without_words_after_it_is_an_empty_turn() -> None:
    made = article(
        speaker_label("ASH", ASH),
        ":\n",
        speaker_label("马", MA),
        "：",
        answer("Six."),
        "\n",
        speaker_label("马", MA),
        "：",
    )
    (exchange,) = exchanges(made)
    assert exchange.asides == (Turn(n=1, speaker=ASH, paragraphs=()),)
    assert [turn.paragraphs for turn in exchange.answers] == [("Six.",), ()]


def test_label_and_words_of_different_speakers_are_two_turns() -> None:
    made = article(speaker_label("ASH", ASH), ":\n", answer("Six."))
    assert [(turn.speaker, turn.paragraphs) for turn in exchanges(made)[0].turns] == [(ASH, ()), (MA, ("Six.",))]
    assert [(speaker.name, speaker.labels) for speaker in made.speakers] == [(ASH, ("ASH",)), (MA, ())]


# --- speakers


def test_speakers_are_in_order_of_first_turn_with_all_labels() -> None:
    made = article(
        speaker_label("ASH", ASH), ": ", question("When?"), "\n", speaker_label("马", MA), "：", answer("Six."), "\n",
        speaker_label("Ms Ash", ASH), ": ", question("Why?"), "\n", speaker_label("马", MA), "：", answer("The tide."),
    )  # fmt: skip
    assert made.speakers == (
        Speaker(name=ASH, role="interviewer", labels=("ASH", "Ms Ash")),
        Speaker(name=MA, role="interviewee", labels=("马",)),
    )


def test_who_neither_asks_nor_answers_is_a_moderator() -> None:
    made = article(
        speaker_label("MODERATOR", "MODERATOR"), ": ", part("aside", "Welcome.", of="MODERATOR"), "\n",
        question("When?"), "\n", answer("Six."),
    )  # fmt: skip
    assert [(speaker.name, speaker.role) for speaker in made.speakers] == [
        ("MODERATOR", "moderator"),
        (ASH, "interviewer"),
        (MA, "interviewee"),
    ]


def test_all_roles_are_other_if_no_one_asks() -> None:
    made = article(answer("Six.", of="Mate"), "\n", answer("Seven."))
    assert [speaker.role for speaker in made.speakers] == ["other", "other"]
    assert len(exchanges(made)) == 1


def test_q_and_a_words_have_roles_but_no_names() -> None:
    made = article(
        speaker_label("Q", None),
        ": ",
        question("When?", of=None),
        "\n",
        speaker_label("A", None),
        ": ",
        answer("Six.", of=None),
    )
    assert made.speakers == (
        Speaker(name=None, role="interviewer", labels=("Q",)),
        Speaker(name=None, role="interviewee", labels=("A",)),
    )
    assert [turn.speaker for turn in exchanges(made)[0].turns] == [None, None]


def test_a_stage_direction_is_no_speaker() -> None:
    made = article(question("When?"), "\n", part("aside", "(Laughter.)"))
    assert [speaker.name for speaker in made.speakers] == [ASH]
