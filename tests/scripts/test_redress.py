"""Talks printed in other layouts: starts are exact, every family is reached, the same seed makes the same text."""

import gzip
import html
import json
import re
import sys
from pathlib import Path
from random import Random

import pytest

SCRIPTS = Path(__file__).parent.parent.parent / "scripts"
sys.path.insert(0, str(SCRIPTS))

from structure.labels import label_turns, words  # noqa: E402
from structure.layouts import DAMAGE, FAMILIES, FRAME, Layout, draw_layout  # noqa: E402
from structure.negatives import BLOCKS, redress_negative  # noqa: E402
from structure.pages import Page, wrap  # noqa: E402
from structure.redress import (  # noqa: E402
    Prose,
    Redressed,
    Talk,
    Turn,
    is_sided,
    read_prose,
    read_talks,
    redress,
    redress_many,
    redress_many_negatives,
)  # fmt: skip
from structure.talks import paragraphs_of, turn_text, without_labels  # noqa: E402

ENGLISH = Talk(
    tuple(
        turn
        for at in range(12)
        for turn in (
            Turn("Maud", "q", f"How did the ferry get through winter number {at}, Owen?"),
            Turn("Owen Pryce", "a", f"Slowly. We broke ice {at} times a day.\n\nThen the thaw came, and it went on."),
        )
    ),
    "The ferry in winter", "en", "ferry", "ferry", "interview",
)  # fmt: skip
CHINESE = Talk(
    tuple(
        turn
        for at in range(12)
        for turn in (
            Turn("记者", "q", f"第{at}个冬天，渡船是怎么过来的？"),
            Turn("欧文", "a", f"很慢。我们每天要用手破冰{at}次。\n\n后来河开了，日子就这样过下去，船也还在。"),
        )
    ),
    "冬天的渡船", "zh", "渡船", "渡船", "interview",
)  # fmt: skip
PANEL = ENGLISH._replace(
    turns=tuple(Turn(f"Speaker {at % 3}", None, f"Point {at}: the pier needs paint, and soon.") for at in range(30)),
    kind="meeting",
)
TALKS = (ENGLISH, CHINESE, PANEL)
PROSE = (
    Prose(tuple(f"Line {at} of the log. The tide was low. Nobody came." for at in range(20)), "en", "x", "news"),
    Prose(tuple(f"港口报告第{at}段。潮水很低，没有人来。" for at in range(20)), "zh", "y", "news"),
)  # fmt: skip


def letters(text: str) -> str:
    return re.sub(r"[\W_]", "", html.unescape(text))


def printed(talk: Talk, family: str, seed: int) -> tuple[Redressed, Layout]:
    random = Random(seed)
    layout = draw_layout(random, talk.language, sided=is_sided(talk.turns), families=[family])
    return redress(talk, layout, random, PROSE), layout


@pytest.mark.parametrize("family", FAMILIES)
def test_a_start_is_where_the_words_of_a_turn_begin(family: str) -> None:
    for seed in range(25):
        for talk in TALKS:
            sample, layout = printed(talk, family, seed)
            if not is_sided(talk.turns) and sample.layout_family != family:
                continue  # the family needs sides
            said = [(letters(turn.text), turn.side) for turn in talk.turns]
            assert len(sample.turns) == len(sample.ends) >= 2
            for (start, label, side), end in zip(sample.turns, sample.ends, strict=True):
                words = sample.text[start:end]
                opening = letters(words.replace("</v>", ""))[:5]
                assert side in {turn_side for text, turn_side in said if text.startswith(opening)}, (layout, words[:40])
                assert not words[0].isspace()
                if label:
                    assert letters(label) in letters(sample.text[max(0, start - 80) : start])


@pytest.mark.parametrize("family", FAMILIES)
def test_turns_are_in_order_and_do_not_overlap(family: str) -> None:
    for seed in range(10):
        sample, _ = printed(ENGLISH, family, seed)
        edges = [edge for turn, end in zip(sample.turns, sample.ends, strict=True) for edge in (turn.start, end)]
        assert edges == sorted(edges)
        assert edges[-1] <= len(sample.text)
        starts = {turn.start for turn in sample.turns}
        assert all(at not in starts and edges[0] < at < edges[-1] for at in sample.repeats)


def test_every_family_is_drawn() -> None:
    random = Random(1)
    drawn = {draw_layout(random, language, sided=True).family for language in ("en", "zh") for _ in range(600)}
    assert drawn == set(FAMILIES)
    assert 25 <= len(FAMILIES) <= 45


def test_layouts_can_be_held_out() -> None:
    random = Random(1)
    kept = [family for family in FAMILIES if family != "chevron"]
    drawn = {sample.layout_family for sample in redress_many(TALKS, PROSE, 300, random, kept)}
    assert "chevron" not in drawn
    assert len(drawn) > 20


def test_a_talk_without_sides_gets_a_label_or_a_mark_before_each_turn() -> None:
    random = Random(1)
    for _ in range(400):
        layout = draw_layout(random, "en", sided=False)
        assert layout.question == layout.answer
        assert layout.answer.before.strip()


@pytest.mark.parametrize("talk", TALKS)
def test_the_same_seed_makes_the_same_text(talk: Talk) -> None:
    one, two = (list(redress_many([talk], PROSE, 40, Random(7))) for _ in range(2))
    assert one == two
    assert one != list(redress_many([talk], PROSE, 40, Random(8)))


def test_all_that_may_be_around_or_wrong_is_drawn() -> None:
    random = Random(1)
    layouts = [draw_layout(random, "en", sided=True) for _ in range(600)]
    assert {part for layout in layouts for part in layout.frame} == set(FRAME)
    assert {part for layout in layouts for part in layout.damage} == set(DAMAGE)


def test_no_name_of_the_source_is_left_where_names_are_invented() -> None:
    random = Random(3)
    labels = label_turns(ENGLISH.turns, "full", "en", random)
    assert "Maud" not in labels.printed
    assert labels.renamed["Owen"] == labels.people["Owen Pryce"].given


def test_every_style_gives_each_speaker_a_label_of_their_own() -> None:
    for style in ("full", "first", "surname", "initials", "letter", "capitals", "numbered", "user", "affiliation"):
        for seed in range(20):
            labels = label_turns(PANEL.turns, style, "en", Random(seed))
            assert len(set(labels.printed)) == 3, (style, labels.printed[:3])


@pytest.mark.parametrize("name", BLOCKS)
def test_a_negative_has_no_turns(name: str) -> None:
    for seed in range(10):
        for prose in PROSE:
            sample = redress_negative(prose.paragraphs, Random(seed), prose.language, name)
            assert not sample.turns
            assert not sample.repeats
            assert sample.layout_family == f"negative:{name}"
            assert sample.kind == BLOCKS[name][0]
            assert letters(sample.text)
            assert sample == redress_negative(prose.paragraphs, Random(seed), prose.language, name)


def test_negatives_are_of_all_kinds() -> None:
    made = list(redress_many_negatives(PROSE, len(BLOCKS), Random(1)))
    assert {sample.layout_family for sample in made} == {f"negative:{name}" for name in BLOCKS}
    assert {sample.kind for sample in made} == {"none", "faq", "play", "chat"}


def test_talks_and_prose_are_read_from_a_folder(tmp_path: Path) -> None:
    text = (
        "# Ferry\n\n**Maud:** How *late* was\nit?\n\n**Owen:** Very.\n\nBut we came.\n\n"
        "**Maud:** And?\n\n**Owen:** Tea.\n\nBye.\n"
    )
    wanted = [
        ("Maud", "How", "wasit?"),
        ("Owen", "Very.", "wecame."),
        ("Maud", "And?", "And?"),
        ("Owen", "Tea.", "Tea."),
    ]
    turns, at = [], 0
    for speaker, first, last in wanted:
        at = text.index(first, at)
        turns.append(
            {"speaker": speaker, "side": "q" if speaker == "Maud" else "a", "start": at, "first": first, "last": last}
        )
    (tmp_path / "documents" / "ferry").mkdir(parents=True)
    (tmp_path / "negatives" / "notes").mkdir(parents=True)
    (tmp_path / "documents" / "ferry" / "a.md").write_text(text)
    (tmp_path / "negatives" / "notes" / "b.md").write_text("# Notes\n\nOne\ntwo.\n\n- three\n")
    row = {"file": "documents/ferry/a.md", "turns": turns, "group": "interview", "language": "en", "family": "ferry"}
    other = {"file": "negatives/notes/b.md", "group": "news", "language": "en"}
    for name, line in (("truth", row), ("negatives", other)):
        with gzip.open(tmp_path / f"{name}.jsonl.gz", "wt") as file:
            file.write(json.dumps(line) + "\n")
    [talk] = read_talks(tmp_path)
    assert [turn.text for turn in talk.turns] == ["How late was it?", "Very.\n\nBut we came.", "And?", "Tea."]
    assert (talk.family, talk.source, talk.language, talk.kind) == ("ferry", "ferry", "en", "interview")
    [prose] = read_prose(tmp_path)
    assert prose.paragraphs == ("Notes", "One two.", "three")


def test_a_turn_that_does_not_end_as_the_truth_says_is_left_out() -> None:
    assert turn_text("Tea.\n\n**Maud:** ", "Tea.", "Coffee.") is None
    assert turn_text("Tea & cake.\n\n**Maud:** ", "Tea&cake.", "Tea&cake.") == "Tea & cake."


def test_a_repeated_label_is_dropped_and_another_one_ends_the_turn() -> None:
    labels = frozenset({"Maud", "Owen"})
    assert without_labels("Tea.\n\nOwen: Or milk.\n\nMaud: No.", "Owen", labels) == "Tea.\n\nOr milk."


def test_paragraphs_are_read_without_marks() -> None:
    text = "<p>Salt &amp; <b>tea</b></p>\n\n![a boat](b.png)\n\n> *see* [the pier](http://x.example)\n\n---\n"
    assert paragraphs_of(text) == ["Salt & tea", "see the pier"]


def test_a_page_counts_code_points() -> None:
    page = Page(line_end="\r\n")
    page.write("𝔄\n")
    page.begin("A", "q")
    assert page.starts[0].start == len(page.text) == 3


def test_wrapped_text_has_the_same_words() -> None:
    assert wrap("one two three four", 9, "  ") == "one two\n  three\n  four"
    assert "".join(wrap("潮水很低，没有人来，船也不开了。" * 3, 10).split()) == "潮水很低，没有人来，船也不开了。" * 3


def test_the_word_lists_of_both_languages_have_the_same_names() -> None:
    assert set(words("en")) | {"foreign"} == set(words("zh"))
    assert set(words("en-other")) - {"no_first_words"} == set(words("zh-other"))
