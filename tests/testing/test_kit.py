"""The conformance kit finds every kind of fault in a stage and reports it with a small text."""

import faulty
import pytest
from sampling import examples, only

from pipeline.model.stage import Stage
from pipeline.testing import LAWS, Broken, Law, faults
from pipeline.testing.broken import literal

LAW = {law.name: law for law in LAWS}
SLOW = ("deterministic", "linear")


def broken(law: str, stage: Stage, **options: float) -> Broken:
    with pytest.raises(Broken) as error:
        LAW[law](stage, **options)  # type: ignore[arg-type]
    assert error.value.law == law
    return error.value


@pytest.mark.parametrize(
    ("law", "stage", "what", "text"),
    [
        ("idempotent", faulty.Restless(), "a repair finds more in its own result", "ah"),
        ("survives", faulty.Raising(), "raised ValueError: no such character", "𝐀"),
        ("proper", faulty.Overlapping(), "overlaps", "ah"),
        ("proper", faulty.Editing(), "is a finder and gave an Edit", "ah"),
        ("proper", faulty.Labelling(), "is a repair and gave a Label", "ah"),
        ("proper", faulty.Outside(), "label 0-3 is empty or lies outside the text", "ah"),
        ("proper", faulty.Undeclared(), "labelled layer 'undeclared.oh', which it does not declare", "ah"),
        ("proper", faulty.Unruly(), "used rule 'unruly.oh', which it does not declare", "ah!"),
        ("cases", faulty.Missing(), "finds nothing in a text of its `acts`", "AH, no"),
        ("cases", faulty.Greedy(), "finds something in a text of its `spares`", "Utah"),
        ("deterministic", faulty.Shuffled(), "depends on the order of sets", "ah"),
        pytest.param("deterministic", faulty.Dated(), "depends on the clock", "ah", marks=pytest.mark.soak),
        ("pure", faulty.Meddling(), "metadata", None),
        ("ends", faulty.Endless(), "did not end", "ah"),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_fault_is_reported_with_the_smallest_failing_text(law: str, stage: Stage, what: str, text: str | None) -> None:
    found = broken(law, stage)
    assert what in found.what
    assert found.text is not None
    assert text is None or found.text == text


@pytest.mark.parametrize("law", only(["pure", "deterministic"], ["pure"]))
def test_randomness_is_detected_in_one_process_and_between_processes(law: str) -> None:
    assert "ah" in (broken(law, faulty.Guessing()).text or "")


def test_state_kept_between_documents_is_detected() -> None:
    faulty.Remembering.seen.clear()
    assert "it fails only sometimes" in broken("pure", faulty.Remembering()).what


@pytest.mark.soak
def test_state_is_detected_even_if_all_texts_were_processed_before() -> None:
    assert "depends on the texts before it" in broken("deterministic", faulty.Remembering()).what


@pytest.mark.parametrize(
    "stage",
    [faulty.Counting(), pytest.param(faulty.Backtracking(), marks=pytest.mark.soak)],
    ids=lambda stage: stage.name,
)
def test_quadratic_work_is_detected(stage: Stage) -> None:
    found = broken("linear", stage)
    assert "the work grows faster than the text" in found.what
    assert found.text is not None
    assert " * " in literal(found.text)


def test_exponential_work_is_stopped_early_and_reported() -> None:
    found = broken("linear", faulty.Exploding())
    assert "65 take more than 300 ms" in found.what
    assert found.text == "a" * 64 + "~"


def test_stage_that_cannot_be_pickled_is_reported() -> None:
    assert "it cannot be pickled" in broken("pickles", faulty.Heavy()).what


def test_stage_that_hangs_is_stopped_and_reported() -> None:
    assert broken("ends", faulty.Stuck(), seconds=1.0).text == "😀"


@pytest.mark.parametrize(
    ("stage", "law"),
    [
        pytest.param(stage, law, id=f"{stage.name}-{law}", marks=[pytest.mark.soak] if law.name in slow else [])
        for stage, slow in (
            # `faults` checks all laws for this one below.
            (faulty.Sound(), SLOW),
            (faulty.Seeing(), ()),
            (faulty.Choosing(), SLOW),
        )
        for law in LAWS
    ],
)
def test_valid_stage_keeps_every_law(stage: Stage, law: Law) -> None:
    law(stage, examples=examples(50))


def test_all_faults_of_a_stage_are_reported_at_once() -> None:
    laws = [fault.law for fault in faults(faulty.Greedy(), examples=examples(50))]
    assert laws == ["cases"]
    assert list(faults(faulty.Sound(), examples=examples(50))) == []


def test_fault_is_reported_with_law_text_and_rule() -> None:
    assert str(broken("cases", faulty.Greedy())) == (
        "cases: the rule finds something in a text of its `spares`\ntext: 'Utah'\nrule: greedy.ah"
    )


def test_class_instead_of_a_stage_is_reported() -> None:
    with pytest.raises(Exception, match=r"is a class; write Sound\(\)"):
        LAW["declared"](faulty.Sound)  # type: ignore[arg-type]
