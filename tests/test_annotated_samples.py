"""The annotated documents of `seeds/structure`, one for each layout, are read as annotated."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from benchmarks.structure import checks, rows
from pipeline import Article, Pipeline, faults

FOLDER = Path(__file__).parent.parent / "seeds" / "structure"
PIPELINE = Pipeline()

KNOWN_MISSES = {
    "web_pod_swifts": "an advertisement that an announcer reads, once, amid the talk",
    "web_chat_times": "a turn that is only a picture",
    "dam_12_zh_bookshop": "a byline of roles and names in English above a Chinese body, which comes out as credits",
    "dam_18_chef": "outlet, words and pictures on one line, with names of rare surnames",
    "en_weavers": "`PD & MO` is a speaker of its own, as the contract says; the annotation counts two that it names",
    "mix_p03_seed_initials": "a question as a heading, without any mark, above the first turn",
    "third_bi02": "each turn is followed by its English without a label, and one is not told from its answer",
    "third_bi03": "names of a translator and an interpreter in a sentence",
    "third_en02": "what is said before the first question is a statement, as the contract says, and no answer",
    "third_en05": "`No part of this page may be reproduced` is a copyright notice, as the contract says",
    "third_zh05": "each member of the audience who is named is a speaker; the annotation counts all as one",
    "third_zt02": "opening hours behind the last answer",
    "third_zt03": "pen names behind blanks",
    "third_zt04": "a byline of a name and a place",
    "web_ama_lighthouse": "labels that are nicknames and a verb: `wickerboat asks:`",
    "web_faq_tenant": "three lines of masthead above the title, an appeal to readers behind the last answer",
    "web_hearing_ferry": "two lines of masthead in capitals above the title",
    "web_lit_falk": "two lines of masthead in capitals above the title",
    "web_neg_list": "headings that are a number and a name, without any mark",
    "web_neg_match": "a byline without By",
    "web_neg_press": "a notice about forward-looking statements in the midst of a release",
    "web_neg_zongshu": "a byline of two names and nothing else",
    "web_oral_looms": "a project and a number above the title",
    "web_panel_archives": "the name of a conference above the title",
    "web_radio_ice": "an archive clip in the midst of an answer, a station and a programme above the title",
    "web_student_quad": "a slogan above the title, a byline without By",
    "web_zh_wangyou": "each member of the audience who is named is a speaker; the annotation counts all as one",
    "web_tw_sleep": "headings that a square opens",
    "web_wx_kiln": "a numbered heading above testimony, not above a turn",
    "zh_08_oneline": "title, dateline and lead on one line with all turns: nothing tells where the title ends",
}
"""Samples in which something is still read otherwise than annotated."""


def sample(row: dict[str, Any]) -> Any:
    reason = KNOWN_MISSES.get(row["id"])
    marks = [pytest.mark.xfail(reason=reason, strict=True)] if reason else []
    return pytest.param(row, marks=marks, id=row["id"])


@cache
def read(file: str) -> Article:
    """A sample, processed once for both tests."""
    return PIPELINE.process((FOLDER / file).read_bytes(), id=file)


@pytest.mark.parametrize("row", [sample(row) for row in rows(FOLDER)])
def test_a_sample_is_read_as_annotated(row: dict[str, Any]) -> None:
    assert [key for key, right in checks(row, read(row["file"])).items() if not right] == []


@pytest.mark.parametrize("row", rows(FOLDER), ids=lambda row: str(row["id"]))
def test_a_sample_holds_to_the_contract(row: dict[str, Any]) -> None:
    assert list(faults(read(row["file"]))) == []
