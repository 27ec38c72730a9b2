"""Cases as data: what they compare, and errors for invalid rows."""

from pathlib import Path

import faulty
import pytest

from pipeline import UsageError
from pipeline.model.stage import Stage
from pipeline.testing import Broken, Case, cases, faults

AH = ("seeing.ah", "ah", "ah")


@pytest.mark.parametrize(
    ("stage", "case"),
    [
        (faulty.Sound(), Case("well, ah, no", "a sigh", right="well, oh, no")),
        (faulty.Sound(), Case("Utah", "inside a word", right="Utah")),
        (faulty.Sound(), Case("ah", "known to be wrong", right="Ah", xfail="capitals are not looked at")),
        (faulty.Seeing(), Case("ah, ah", "one label each", labels=(AH, AH))),
        (faulty.Seeing(), Case("Utah", "inside a word", labels=())),
        (faulty.Choosing(), Case("ah", "of the whole document", labels=(("choosing.count", "1", None),))),
        (faulty.Choosing(), Case("well, no", "nobody sighs", rejected="choosing.none")),
    ],
    ids=lambda value: str(getattr(value, "name", value)),
)
def test_passing_case_raises_nothing(stage: Stage, case: Case) -> None:
    case.check(stage)


@pytest.mark.parametrize(
    ("stage", "case", "what"),
    [
        (faulty.Sound(), Case("ah", "a sigh", right="uh"), "a sigh: the result is 'oh', expected 'uh'"),
        (
            faulty.Sound(),
            Case("ah", "a sigh", right="oh", notes=(("sound.ah", "ah"),)),
            "['sound.ah', 'ah'] is missing",
        ),
        (faulty.Sound(), Case("ah", "a sigh", right="oh", xfail="hard"), "it passes now; remove its 'xfail' (hard)"),
        (faulty.Sound(), Case("ah", "a sigh"), "is a repair, so the case must have 'right' or 'notes'"),
        (faulty.Sound(), Case("ah", "a sigh", labels=()), "is a repair, so the case must have 'right' or 'notes'"),
        (faulty.Seeing(), Case("ah", "a sigh", right="oh"), "is a finder, so the case must have 'labels'"),
        (faulty.Seeing(), Case("ah, ah", "one", labels=(AH,)), "the label ['seeing.ah', 'ah', 'ah'] is wrong"),
        (faulty.Seeing(), Case("Utah", "one", labels=(AH,)), "the label ['seeing.ah', 'ah', 'ah'] is missing"),
        (faulty.Choosing(), Case("ah", "none", rejected="choosing.none"), "does not reject the text"),
        (faulty.Choosing(), Case("no", "kept", labels=()), "rejects the text under 'choosing.none': nobody says ah"),
        (faulty.Raising(), Case("𝐀", "a letter", right="A"), "raised ValueError: no such character"),
    ],
    ids=lambda value: str(getattr(value, "name", value)),
)
def test_failing_case_reports_the_result(stage: Stage, case: Case, what: str) -> None:
    with pytest.raises(Broken) as broken:
        case.check(stage)
    assert what in broken.value.what
    assert (broken.value.law, broken.value.text) == ("cases", case.given)


def test_repair_must_not_change_its_own_correct_result() -> None:
    with pytest.raises(Broken, match="it changes its own result 'ah ah' to 'ah ah ah ah'"):
        Case("ah", "one more", right="ah ah").check(faulty.Restless())


def test_faults_in_cases_are_reported_after_faults_in_laws() -> None:
    wrong = Case("ah", "a sigh", right="uh")
    assert [fault.what for fault in faults(faulty.Sound(), cases=[wrong], examples=10)] == [
        "a sigh: the result is 'oh', expected 'uh'"
    ]


def test_a_file_of_cases_is_read(tmp_path: Path) -> None:
    path = tmp_path / "cases.json"
    path.write_text('[{"given": "啊", "why": "一声", "labels": [["a.b", "c", null]]}]', "utf-8")
    (case,) = cases(path)
    assert case == Case("啊", "一声", labels=(("a.b", "c", None),))
    assert str(case) == "一声"


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("[", "is not valid JSON"),
        ("{}", "is not a list of cases"),
        ('[{"given": "a", "why": "b"}, {"given": "a", "wy": "b"}]', "case 2: no key 'wy'; did you mean 'why'?"),
        ('[{"given": 1, "why": "b"}]', "case 1: Expected `str`, got `int` - at `given`"),
        ('[{"given": "a"}]', "case 1: Object missing required field `why`"),
        (
            '[{"given": "a", "why": "b", "labels": [["c"]]}]',
            "case 1: Expected `array` of length 3, got 1 - at `labels[0]`",
        ),
    ],
)
def test_invalid_row_is_reported_with_file_number_and_key(tmp_path: Path, written: str, message: str) -> None:
    path = tmp_path / "cases.json"
    path.write_text(written, "utf-8")
    with pytest.raises(UsageError) as error:
        cases(path)
    assert str(error.value).startswith(str(path))
    assert message in str(error.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="none.json does not exist"):
        cases(tmp_path / "none.json")
