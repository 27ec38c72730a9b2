"""`pipeline explain`: its output, filters and errors."""

import io
import json
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from judged import articles as any_articles

from pipeline import Article
from pipeline.audit.explain import explain
from pipeline.cli import main
from pipeline.cli.explain_view import compact, detailed
from pipeline.cli.printer import Printer

pytestmark = pytest.mark.usefixtures("run_in_process")

Captured = pytest.CaptureFixture[str]

BELL = """The Bell That Rings Itself

ANNA REUSS: Who rings it at night?

PAVEL DORN: Nobody does,and that is the point ofthe story.

ANNA REUSS: 钟楼里真的没有人吗？

PAVEL DORN: 只有风。quot;风不收钱quot;，我父亲说。

编辑：何知微
"""


@pytest.fixture
def raw(raw: Path) -> Path:
    (raw / "bell.txt").write_text(BELL, "utf-8")
    return raw


@pytest.fixture
def bell(articles: Path) -> str:
    return str(articles / "bell.json")


def printed_json(capsys: Captured) -> Any:
    return json.loads(capsys.readouterr().out)


# The whole article


def test_the_text_is_shown_line_by_line_with_its_edits_marked(bell: str, capsys: Captured) -> None:
    assert main(["explain", bell]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[: lines.index("")] == [
        " 1  title                    The Bell That Rings Itself",
        " 3  speaker question         ANNA REUSS: Who rings it at night?",
        " 5  speaker answer           PAVEL DORN: Nobody does,{+ +}and that is the point of{+ +}the story.",
        " 7  speaker question         ANNA REUSS: 钟楼里真的没有人吗？",
        ' 9  speaker answer           PAVEL DORN: 只有风。[-quot;-]{+"+}风不收钱[-quot;-]{+"+}，我父亲说。',
        "11  credit.role credit.name  编辑：何知微",
    ]


def test_notes_are_last_with_their_suggestions(raw: Path, articles: Path, capsys: Captured) -> None:
    (raw / "cut.txt").write_text("The bell of the harb\n\nThe harbour sleeps. 港口睡着了。\n" * 2, "utf-8")
    assert main(["run", str(raw), "-o", str(articles), "-q", "--set", "rules.words=1"]) == 0
    assert main(["explain", str(articles / "bell.json")]) == 0
    out = capsys.readouterr().out
    assert "\nnotes\n  line 5  info  words.in-vocabulary: left as it is: confidence 0.99 is under" in out
    assert "          suggestion: {+ +}\n" in out


def test_paragraph_of_several_lines_is_continued(tmp_path: Path, raw: Path, articles: Path, capsys: Captured) -> None:
    """A segment that spans lines is named on each."""
    document = json.loads((articles / "wire" / "locks.json").read_text("utf-8"))
    document["segments"] = [{**document["segments"][0], "end": len(document["text"]) - 1}]
    path = tmp_path / "locks.json"
    path.write_text(json.dumps(document), "utf-8")
    assert main(["explain", str(path)]) == 0
    label = document["segments"][0]["label"]
    lines = [line.split()[1] for line in capsys.readouterr().out.splitlines()]
    assert lines == [label, f"…{label}"]


# One line


def test_line_shows_its_labels_and_rules(bell: str, capsys: Captured) -> None:
    assert main(["explain", bell, "--line", "5"]) == 0
    out = capsys.readouterr().out.splitlines()
    start = len(BELL[: BELL.index("PAVEL")].encode())
    end = start + len("PAVEL DORN: Nobody does,and that is the point ofthe story.\n")
    assert out[0] == f"line 5   (source line 5, bytes {start} to {end})"
    assert out[1:4] == [
        "  text    PAVEL DORN: Nobody does, and that is the point of the story.",
        "  source  PAVEL DORN: Nobody does,and that is the point ofthe story.",
        "  edits   PAVEL DORN: Nobody does,{+ +}and that is the point of{+ +}the story.",
    ]
    assert out[7].startswith("  label   answer  en  /sections/0/exchanges/0/answers/0/paragraphs/0  0.")
    assert out[9].startswith("          dialogue.labelled: ")
    assert any(line.startswith("  edit    {+ +}  punctuation  0.") for line in out)


def test_a_line_that_nothing_changed_is_not_shown_twice(bell: str, capsys: Captured) -> None:
    assert main(["explain", bell, "--line", "3"]) == 0
    out = capsys.readouterr().out
    assert "  text    ANNA REUSS" in out
    assert "  source  " not in out


@pytest.mark.parametrize("number", ["0", "13", "-1"])
def test_a_line_that_is_not_there_is_refused(bell: str, capsys: Captured, number: str) -> None:
    assert main(["explain", bell, f"--line={number}"]) == 2
    assert f"--line {number} is out of range; the text has lines 1 to 12" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["风不收钱", "quot;风", '"风', "of the story", "ofthe"])
def test_lines_are_found_by_their_text_and_by_their_source(bell: str, capsys: Captured, text: str) -> None:
    assert main(["explain", bell, "--find", text, "--json"]) == 0
    assert len(printed_json(capsys)["lines"]) == 1


def test_exit_code_is_1_if_no_line_matches(bell: str, capsys: Captured) -> None:
    assert main(["explain", bell, "--find", "lighthouse"]) == 1
    assert capsys.readouterr() == ("", "pipeline: no line of bell contains 'lighthouse'\n")


def test_a_field_s_lines_are_shown(bell: str, capsys: Captured) -> None:
    assert main(["explain", bell, "--field", "/sections/0/exchanges/1", "--json"]) == 0
    assert [line["line"] for line in printed_json(capsys)["lines"]] == [7, 9]


@pytest.mark.parametrize(("field", "near"), [("/credit/0", "/credits/0"), ("/titel", "/title")])
def test_a_field_that_is_not_there_is_refused(bell: str, capsys: Captured, field: str, near: str) -> None:
    assert main(["explain", bell, "--field", field]) == 2
    assert f"no field {field!r} in bell; did you mean {near!r}?" in capsys.readouterr().err


# What is wanted


def test_one_rule_s_work_is_shown(bell: str, capsys: Captured) -> None:
    assert main(["explain", bell, "--rule", "entities.lost-quotes", "--json"]) == 0
    shown = printed_json(capsys)
    assert [edit["rule"] for edit in shown["edits"]] == ["entities.lost-quotes"] * 2
    assert shown["labels"] == shown["notes"] == []
    assert [line["line"] for line in shown["lines"]] == [9]


def test_one_stage_s_work_is_shown(bell: str, capsys: Captured) -> None:
    assert main(["explain", bell, "--stage", "credits", "--json"]) == 0
    assert {label["stage"] for label in printed_json(capsys)["labels"]} == {"credits"}


@pytest.mark.parametrize("option", ["--below", "--above"])
def test_findings_are_filtered_by_confidence(bell: str, capsys: Captured, option: str) -> None:
    assert main(["explain", bell, option, "0.95", "--json"]) == 0
    shown = printed_json(capsys)
    found = [item["confidence"] for item in (*shown["edits"], *shown["labels"])]
    assert found
    assert all(sure < 0.95 if option == "--below" else sure > 0.95 for sure in found)


@pytest.mark.parametrize("kind", ["edits", "labels", "notes"])
def test_one_kind_is_shown(bell: str, capsys: Captured, kind: str) -> None:
    assert main(["explain", bell, f"--{kind}", "--json"]) == 0
    shown = printed_json(capsys)
    assert not any(shown[other] for other in {"edits", "labels", "notes"} - {kind})


def test_empty_selection_is_reported(bell: str, capsys: Captured) -> None:
    assert main(["explain", bell, "--below", "0"]) == 0
    assert capsys.readouterr().out == "nothing matches\n"


@pytest.mark.parametrize(
    ("option", "name", "near"), [("--rule", "words.numbr", "words.number"), ("--stage", "dialog", "dialogue")]
)
def test_an_unknown_rule_or_stage_is_refused(bell: str, capsys: Captured, option: str, name: str, near: str) -> None:
    assert main(["explain", bell, option, name]) == 2
    assert f"did you mean {near!r}?" in capsys.readouterr().err


@given(any_articles())
def test_any_article_can_be_shown(article: Article) -> None:
    explanation = explain(article, {})
    with redirect_stdout(io.StringIO()) as out:
        compact(explanation, Printer())
        detailed(explanation, Printer())
    assert not set(out.getvalue()) & {"\x1b", "\x07", "\u200b"}


# For machines


def test_the_whole_explanation_is_json(bell: str, capsys: Captured) -> None:
    assert main(["explain", bell, "--json"]) == 0
    shown = printed_json(capsys)
    assert list(shown) == ["id", "language", "lines", "edits", "labels", "notes", "annotations", "decisions"]
    pieces = [stretch for line in shown["lines"] for stretch in line["stretches"]]
    assert "".join(piece["text"] for piece in pieces if piece["kind"] != "new") == BELL
    assert shown["edits"][0]["meaning"]


# Where the article comes from


def test_an_article_of_an_output_is_named_by_its_id(articles: Path, capsys: Captured) -> None:
    assert main(["explain", str(articles), "--id", "wire/locks"]) == 0
    assert "The lock is shut." in capsys.readouterr().out


def test_article_is_read_from_standard_input(bell: str, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(Path(bell).read_bytes())))
    assert main(["explain", "-"]) == 0
    assert "The Bell That Rings Itself" in capsys.readouterr().out


def test_of_several_articles_one_must_be_named(articles: Path, capsys: Captured) -> None:
    assert main(["explain", str(articles)]) == 2
    assert "has several articles; choose one with --id" in capsys.readouterr().err


def test_an_id_that_is_not_there_is_refused(articles: Path, capsys: Captured) -> None:
    assert main(["explain", str(articles), "--id", "none"]) == 2
    assert "no document 'none' in " in capsys.readouterr().err


def test_an_output_without_articles_is_refused(tmp_path: Path, capsys: Captured) -> None:
    assert main(["explain", str(tmp_path)]) == 2
    assert "no articles in " in capsys.readouterr().err


@pytest.mark.parametrize("damage", ["text", "json"])
def test_a_broken_article_is_named(tmp_path: Path, bell: str, capsys: Captured, damage: str) -> None:
    document = json.loads(Path(bell).read_text("utf-8"))
    document["text"] = "灯"
    path = tmp_path / "bell.json"
    path.write_text("{" if damage == "json" else json.dumps(document), "utf-8")
    assert main(["explain", str(path)]) == 1
    assert capsys.readouterr().err.startswith("pipeline: error: bell")


# On a terminal


def test_on_a_terminal_wide_characters_keep_the_columns(
    bell: str, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lines are wrapped at the width next to their numbers and labels, and nothing is lost."""
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    assert main(["explain", bell]) == 0
    out = capsys.readouterr().out
    from pipeline.text.lines import display_width

    assert all(display_width(line.rstrip()) <= 60 for line in out.splitlines())
    shown = "".join("".join(line[27:].split()) for line in out.splitlines())
    assert '[-quot;-]{+"+}风不收钱[-quot;-]{+"+}，我父亲说。' in shown


# Turns and sides


def test_it_says_why_turns_and_sides_were_decided(bell: str, capsys: Captured) -> None:
    assert main(["explain", bell]) == 0
    shown = capsys.readouterr().out.split("turns and sides\n")[1]
    assert "turns, the least likely on line" in shown
    assert "needed)" in shown
    assert "(others usually" in shown
    assert "    asks, probability" in shown
    assert "    answers, probability" in shown
    assert "made otherwise" not in shown


def test_for_a_line_only_its_turns_are_explained(bell: str, capsys: Captured) -> None:
    assert main(["explain", bell, "--line", "5", "--json"]) == 0
    (body,) = printed_json(capsys)["decisions"]["bodies"]
    assert [turn["text"] for turn in body["turns"]] == ["PAVEL DORN"]
    assert [speaker["speaker"] for speaker in body["speakers"]] == ["PAVEL DORN"]
    assert main(["explain", bell, "--line", "5"]) == 0
    assert "PAVEL DORN  a turn, line 5" in capsys.readouterr().out
    assert main(["explain", bell, "--line", "11"]) == 0
    assert "turns and sides" not in capsys.readouterr().out


def test_edits_alone_are_shown_without_decisions(bell: str, capsys: Captured) -> None:
    assert main(["explain", bell, "--edits"]) == 0
    assert "turns and sides" not in capsys.readouterr().out


def test_other_settings_are_named(raw: Path, tmp_path: Path, capsys: Captured) -> None:
    (raw / "rope.txt").write_text(f"Rope\n\n{ONE_EXCHANGE}", "utf-8")
    settings = tmp_path / "p.toml"
    settings.write_text('[vocabulary]\nnames = ["Wind speed"]\n', "utf-8")
    output = tmp_path / "named"
    assert main(["run", str(raw), "-o", str(output), "--config", str(settings)]) == 0
    capsys.readouterr()
    rope = str(output / "rope.json")
    assert main(["explain", rope, "--config", str(settings)]) == 0
    known = capsys.readouterr().out
    assert "you name it in [vocabulary]" in known
    assert "made otherwise" not in known
    assert main(["explain", rope, "--json"]) == 0
    assert printed_json(capsys)["decisions"]["same_settings"] is False
    assert main(["explain", rope]) == 0
    unknown = capsys.readouterr().out
    assert "turns and sides" not in unknown or "name its settings with --config" in unknown


ONE_EXCHANGE = "Wind speed: 12 knots, from the west.\n\nIt rained all day, and no boat went out.\n"
