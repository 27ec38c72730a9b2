"""`pipeline diff`: its output and exit codes."""

import io
import json
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from judged import articles as any_articles
from labelled import article, part, version

import pipeline
from pipeline import Article
from pipeline.audit.compare.compare import compare
from pipeline.audit.compare.totals import DiffTotals
from pipeline.audit.report import RuleFilter
from pipeline.cli import main
from pipeline.cli.diff_view import DiffPrinter

pytestmark = pytest.mark.usefixtures("run_in_process")

Captured = pytest.CaptureFixture[str]

BELL = """The Bell That Rings Itself

ANNA REUSS: Who rings it at night?

PAVEL DORN: Nobody does,and that is the point ofthe story.

ANNA REUSS: 钟楼里真的没有人吗？

PAVEL DORN: 只有风。quot;风不收钱quot;，我父亲说。
"""


@pytest.fixture
def raw(raw: Path) -> Path:
    (raw / "bell.txt").write_text(BELL, "utf-8")
    return raw


@pytest.fixture
def other(raw: Path, articles: Path, tmp_path: Path) -> Path:
    """The output of a run without two of the repairs."""
    folder = tmp_path / "other"
    rules = ["--set", "rules.words=off", "--set", "rules.punctuation=off"]
    assert main(["run", str(raw), "-o", str(folder), "-q", *rules]) == 0
    return folder


def lines(captured: Captured) -> list[dict[str, Any]]:
    return [json.loads(line) for line in captured.readouterr().out.splitlines()]


# What it says


def test_an_output_is_the_same_as_itself(articles: Path, capsys: Captured) -> None:
    assert main(["diff", str(articles), str(articles)]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0].split() == ["3", "articles", "in", "both"]
    assert out[-1].split() == ["3", "are", "identical"]


def test_each_rule_has_one_row_with_its_counts(articles: Path, other: Path, capsys: Captured) -> None:
    assert main(["diff", str(articles), str(other)]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["edit", "words.in-vocabulary", "1", "0", "-1", "1"] in rows
    assert ["edit", "punctuation.missing-space", "1", "0", "-1", "1"] in rows


def test_each_rule_has_examples_in_context(articles: Path, other: Path, capsys: Captured) -> None:
    assert main(["diff", str(articles), str(other)]) == 0
    assert "  - bell: …es, and that is the point of{+ +}the story.\n" in capsys.readouterr().out


def test_as_many_examples_are_shown_as_are_asked_for(articles: Path, other: Path, capsys: Captured) -> None:
    assert main(["diff", str(articles), str(other), "--examples", "0"]) == 0
    assert "{+ +}" not in capsys.readouterr().out


@pytest.mark.parametrize("count", ["-1", "many", "1.5", ""])
def test_a_number_of_examples_that_is_none_is_wrong_usage(articles: Path, capsys: Captured, count: str) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["diff", str(articles), str(articles), f"--examples={count}"])
    assert f"argument --examples: {count!r} is not an integer >= 0" in capsys.readouterr().err


def test_rules_that_touch_most_articles_come_first(raw: Path, tmp_path: Path, capsys: Captured) -> None:
    """However often another one fires in one article."""
    (raw / "lists.txt").write_text("Lamps:\n" + "one .\n二 .\n" * 40, "utf-8")
    for name, setting in (("a", "rules.dialogue.title=0.5"), ("b", "rules.punctuation=off")):
        sets = ["--set", setting] if name == "b" else []
        assert main(["run", str(raw), "-o", str(tmp_path / name), "-q", *sets]) == 0
    assert main(["diff", str(tmp_path / "a"), str(tmp_path / "b"), "--json"]) == 0
    rules = lines(capsys)[-1]["rules"]
    assert [rule["articles"] for rule in rules] == sorted((rule["articles"] for rule in rules), reverse=True)


def test_articles_that_differ_have_a_line(articles: Path, other: Path, capsys: Captured) -> None:
    assert main(["diff", str(articles), str(other)]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["bell", "2", "-2"] in rows


def test_articles_that_only_have_other_settings_are_counted_and_not_listed(
    articles: Path, other: Path, capsys: Captured
) -> None:
    assert main(["diff", str(articles), str(other)]) == 0
    out = capsys.readouterr().out
    assert "2  differ in version or settings only" in out
    assert "wire/locks" not in out


def test_of_many_articles_the_rest_is_counted(
    articles: Path, other: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.cli.diff_view.MAX_LISTED_ARTICLES", 1)
    (other / "lamps.json").unlink()
    (other / "wire" / "locks.json").unlink()
    assert main(["diff", str(articles), str(other)]) == 0
    assert capsys.readouterr().out.endswith("and 2 more; use --json to list all\n")


def test_articles_of_one_output_only_are_named(articles: Path, other: Path, capsys: Captured) -> None:
    (articles / "lamps.json").unlink()
    (other / "bell.json").unlink()
    assert main(["diff", str(articles), str(other)]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["1", "only", "in", "the", "old", "output"] in rows
    assert ["lamps", "only", "in", "the", "new", "output"] in rows
    assert ["bell", "only", "in", "the", "old", "output"] in rows


def test_quiet_prints_nothing(articles: Path, other: Path, capsys: Captured) -> None:
    assert main(["diff", str(articles), str(other), "-q"]) == 0
    assert capsys.readouterr() == ("", "")


def test_outputs_may_be_of_different_forms(articles: Path, tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(msgspec.json.Encoder().encode_lines(list(pipeline.read(articles))))
    assert main(["diff", str(file), str(articles), "--exit-code"]) == 0
    assert "3  are identical" in capsys.readouterr().out


# For machines


def test_each_line_has_a_type_and_the_last_has_totals(articles: Path, other: Path, capsys: Captured) -> None:
    (other / "lamps.json").unlink()
    assert main(["diff", str(articles), str(other), "--json"]) == 0
    printed = lines(capsys)
    assert [(line["type"], line.get("id")) for line in printed] == [
        ("article", "bell"), ("article", "wire/locks"), ("only", "lamps"), ("summary", None)
    ]  # fmt: skip
    assert printed[-1]["compared"] == 2
    assert printed[-1]["only_old"] == 1
    assert {"kind": "text", "articles": 1} in printed[-1]["kinds"]


def test_lines_of_articles_have_their_differences(articles: Path, other: Path, capsys: Captured) -> None:
    assert main(["diff", str(articles), str(other), "--json"]) == 0
    bell = lines(capsys)[0]
    assert bell["kinds"] == ["text", "rules", "provenance"]
    assert [(hunk["old"], hunk["new"], hunk["rules"]) for hunk in bell["text"]] == [
        (" ", "", ["punctuation.missing-space"]),
        (" ", "", ["words.in-vocabulary"]),
    ]


def test_the_same_outputs_give_the_same_bytes(articles: Path, other: Path, capsys: Captured) -> None:
    outputs = set()
    for _ in range(2):
        assert main(["diff", str(articles), str(other), "--json"]) == 0
        outputs.add(capsys.readouterr().out)
    assert len(outputs) == 1


# One rule, one stage, one article


def test_one_rule_can_be_looked_at(articles: Path, other: Path, capsys: Captured) -> None:
    assert main(["diff", str(articles), str(other), "--rule", "words.in-vocabulary", "--json"]) == 0
    bell, summary = lines(capsys)
    assert [finding["rule"] for finding in bell["findings"]] == ["words.in-vocabulary"]
    assert [hunk["rules"] for hunk in bell["text"]] == [["words.in-vocabulary"]]
    assert [rule["rule"] for rule in summary["rules"]] == ["words.in-vocabulary"]


def test_one_stage_can_be_looked_at(articles: Path, other: Path, capsys: Captured) -> None:
    assert main(["diff", str(articles), str(other), "--stage", "punctuation", "--json"]) == 0
    assert {rule["stage"] for rule in lines(capsys)[-1]["rules"]} == {"punctuation"}


def test_a_rule_that_did_nothing_is_known_all_the_same(articles: Path, other: Path) -> None:
    assert main(["diff", str(articles), str(other), "--rule", "mojibake.decoded"]) == 0


@pytest.mark.parametrize(
    ("option", "name", "near"),
    [("--rule", "words.in-vocabulry", "words.in-vocabulary"), ("--stage", "wrds", "words")],
)
def test_an_unknown_rule_or_stage_is_refused(
    articles: Path, other: Path, capsys: Captured, option: str, name: str, near: str
) -> None:
    assert main(["diff", str(articles), str(other), option, name]) == 2
    assert f"unknown {option[2:]} {name!r}; did you mean {near!r}?" in capsys.readouterr().err


def test_one_article_is_shown_in_full(articles: Path, other: Path, capsys: Captured) -> None:
    assert main(["diff", str(articles), str(other), "--id", "bell"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("bell differs in text, rules, provenance\n\ntext\n  line 5 → 5   punctuation.missing-space\n")
    assert "    PAVEL DORN: Nobody does,[- -]and that is the point ofthe …\n" in out
    assert "  ~ pipeline.settings  /provenance/pipeline/settings\n" in out
    assert "  - edit words.in-vocabulary: …es, and that is the point of{+ +}the story.\n" in out


def test_an_article_s_changed_fields_are_shown_old_to_new(articles: Path, tmp_path: Path, capsys: Captured) -> None:
    document = json.loads((articles / "bell.json").read_text("utf-8"))
    document["credits"] = [{"role": "编辑", "role_en": "editor", "names": ["何知微"]}]
    document["language"] = "zh-Hans"
    (tmp_path / "bell.json").write_text(json.dumps(document), "utf-8")
    assert main(["diff", str(articles / "bell.json"), str(tmp_path / "bell.json"), "--id", "bell"]) == 0
    out = capsys.readouterr().out
    assert "  ~ language  /language\n      [-en-]{+zh-Hans+}\n" in out
    assert '  + credit  /credits/0\n      {"role":"编辑","role_en":"editor","names":["何知微"]}\n' in out


def test_an_article_that_does_not_differ_is_called_the_same(articles: Path, capsys: Captured) -> None:
    assert main(["diff", str(articles), str(articles), "--id", "bell"]) == 0
    assert capsys.readouterr().out == "the article is identical in both outputs\n"


def test_an_id_that_neither_output_has_is_refused(articles: Path, other: Path, capsys: Captured) -> None:
    assert main(["diff", str(articles), str(other), "--id", "none"]) == 2
    assert "no article 'none' in" in capsys.readouterr().err


def test_a_number_that_means_another_exchange_now_is_shown_on_both_sides(capsys: Captured) -> None:
    english = version("en", part("answer", "It does not wait."), of=1)
    turns = [(part("question", text, of="Post"), "\n\n") for text in ("为什么用木柴？", "Why at two?")]
    old, new = article(*turns[1], english), article(*turns[0], part("answer", "好。"), "\n\n", *turns[1], english)
    page = DiffPrinter(detailed=True)
    page.add(compare(old, new))
    page.show(DiffTotals().summary(), RuleFilter())
    assert "~ translation.exchange.n  /translations/0/sections/0/exchanges/0/n\n      [-1-]{+1+}\n" in (
        capsys.readouterr().out
    )


@given(any_articles(), any_articles(), st.booleans())
def test_any_two_articles_can_be_shown(old: Article, new: Article, detailed: bool) -> None:
    with redirect_stdout(io.StringIO()) as out:
        tally, page = DiffTotals(), DiffPrinter(detailed=detailed)
        difference = compare(old, new)
        tally.add(old, new, difference)
        if not difference.same:
            page.add(difference)
        page.show(tally.summary(), RuleFilter())
    assert not set(out.getvalue()) & {"\x1b", "\x07", "\u200b"}


# How it ends


def test_difference_is_not_a_failure(articles: Path, other: Path) -> None:
    assert main(["diff", str(articles), str(other), "-q"]) == 0


@pytest.mark.parametrize(("same", "code"), [(True, 0), (False, 1)])
def test_with_exit_code_it_is_1(articles: Path, other: Path, same: bool, code: int) -> None:
    assert main(["diff", str(articles), str(articles if same else other), "-q", "--exit-code"]) == code


def test_with_exit_code_an_article_more_is_a_difference(articles: Path, other: Path) -> None:
    assert main(["diff", str(articles), str(articles), "-q", "--exit-code", "--rule", "markup.tag"]) == 0
    (other / "bell.json").unlink()
    assert main(["diff", str(articles), str(other), "-q", "--exit-code"]) == 1


def test_a_broken_article_is_named_and_the_others_are_compared(articles: Path, other: Path, capsys: Captured) -> None:
    (other / "bell.json").write_text("{", "utf-8")
    assert main(["diff", str(articles), str(other)]) == 1
    captured = capsys.readouterr()
    assert captured.err.startswith("bell.json: is not an article")
    assert captured.out.splitlines()[0].split() == ["2", "articles", "in", "both"]
    assert "1  broken" in captured.out


def test_an_article_whose_edits_do_not_fit_is_broken(articles: Path, other: Path, capsys: Captured) -> None:
    document = json.loads((other / "bell.json").read_text("utf-8"))
    document["text"] = document["text"][5:]
    (other / "bell.json").write_text(json.dumps(document), "utf-8")
    assert main(["diff", str(articles), str(other), "-q"]) == 1
    assert capsys.readouterr().err.startswith("bell: /provenance/changes: ")


@pytest.mark.parametrize("missing", [0, 1])
def test_a_path_that_is_not_there_is_refused(articles: Path, tmp_path: Path, capsys: Captured, missing: int) -> None:
    paths = [str(articles), str(articles)]
    paths[missing] = str(tmp_path / "none")
    assert main(["diff", *paths]) == 2
    assert capsys.readouterr().err == f"pipeline: error: {tmp_path / 'none'} does not exist\n"


def test_nothing_to_compare_is_an_error(tmp_path: Path, capsys: Captured) -> None:
    assert main(["diff", str(tmp_path), str(tmp_path)]) == 2
    assert "no articles in " in capsys.readouterr().err


def test_no_control_characters_are_printed_to_a_terminal(raw: Path, tmp_path: Path, capsys: Captured) -> None:
    (raw / "esc.txt").write_text("Lamp \x1b[31mred\x1b[0m lit.\n灯是红的。\n", "utf-8")
    for name, stages in (("a", "markup,languages,dialogue"), ("b", "languages,dialogue")):
        assert main(["run", str(raw), "-o", str(tmp_path / name), "-q", "--stages", stages]) == 0
    assert main(["diff", str(tmp_path / "a"), str(tmp_path / "b")]) == 0
    assert main(["diff", str(tmp_path / "a"), str(tmp_path / "b"), "--id", "esc"]) == 0
    assert "\x1b" not in capsys.readouterr().out
