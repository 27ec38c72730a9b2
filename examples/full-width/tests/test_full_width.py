"""The stage keeps the laws of every stage, does what its cases say, and fits into a pipeline."""

from pathlib import Path

import full_width
import pytest
from full_width import FullWidth

import pipeline
from pipeline.testing import LAWS, Case, Law, cases

STAGE = FullWidth()
RECIPE: list[str | pipeline.Stage] = [
    "entities",
    "mojibake",
    STAGE,
    "markup",
    "punctuation",
    "words",
    "languages",
    "credits",
    "dialogue",
]


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_the_stage_keeps_the_law(law: Law) -> None:
    law(STAGE)


@pytest.mark.parametrize("case", cases(Path(full_width.__file__).with_name("cases.json")), ids=str)
def test_the_case_holds(case: Case) -> None:
    case.check(STAGE)


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_with_words_to_spare_the_stage_keeps_the_law(law: Law) -> None:
    """The examples of the rules hold for the default settings; no word of them is spared here."""
    law(FullWidth(spare=("Ｂ超", "ＸＹ", "ＹＺ")))


def test_a_word_to_spare_stays_wherever_it_stands() -> None:
    custom = pipeline.Pipeline(stages=[FullWidth(spare=("Ａ股",))])
    assert custom.clean("Ａ股和Ｂ股，Ａ组") == "Ａ股和B股，A组"


def test_a_word_to_spare_without_full_width_letters_is_refused() -> None:
    with pytest.raises(pipeline.UsageError, match=r"\[stages.full-width\]: `spare` has 'A股'"):
        pipeline.Pipeline(stages=[STAGE], settings={"full-width": {"spare": ["A股"]}})


def test_full_width_labels_become_labels_that_the_dialogue_knows() -> None:
    raw = "渔港的清晨\nＱ：你几点出海？\nＡ：五点，天亮以前。\nＱ：一个人吗？\nＡ：和我弟弟。\n"
    article = pipeline.Pipeline(stages=RECIPE).process(raw, id="harbour")
    assert [exchange.answer for exchange in article.exchanges] == ["五点，天亮以前。", "和我弟弟。"]
    assert {label for speaker in article.speakers for label in speaker.labels} == {"Q", "A"}


def test_the_article_restores_and_holds_to_the_contract() -> None:
    raw = "渔港的清晨\n全长１２．５公里，见ｗｗｗ．ｅｘａｍｐｌｅ．ｃｏｍ。\n".encode("gb18030")
    article = pipeline.Pipeline(stages=RECIPE).process(raw, id="harbour")
    assert "全长12.5公里，见www.example.com。" in article.text
    assert pipeline.restore(article) == raw
    assert list(pipeline.faults(article)) == []


def test_the_ledger_names_the_rule_of_each_edit() -> None:
    article = pipeline.Pipeline(stages=[STAGE]).process("共１．５ｋｍ", id="way")
    (change,) = article.provenance.changes
    assert [(edit.old, edit.new, edit.rule) for edit in change.edits] == [
        ("１", "1", "full-width.digits"),
        ("．", ".", "full-width.marks"),
        ("５", "5", "full-width.digits"),
        ("ｋｍ", "km", "full-width.letters"),
    ]
