"""What a stage finds, checked before anything acts on it: a stage is a stranger, and may be wrong in every way.

Whatever is wrong is a `StageError` that names the document, the stage and its package. Of a repair it fails the
document, and no other; of a finder it costs what this stage finds (`structuring.py`). Edits and labels that are less
sure than the threshold of their rule are not made; they become notes.
"""

import traceback
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import get_args

import msgspec

from pipeline.core.recipe import OFF, Step
from pipeline.errors import RejectedError, StageError
from pipeline.model.article import Remark
from pipeline.model.document import Document, Label
from pipeline.model.stage import BUILT_IN_LAYERS, PART_VALUES, Finding, Note, Reject, Severity
from pipeline.model.verify import BLANK_LINE
from pipeline.text.edits import Edit, EditError, PositionMap, minimal_edits, sort_and_check

SEVERITIES = frozenset(get_args(Severity))

MOST = 16
"""Findings for each character of a document that a stage may give; one that never ends must be stopped somewhere."""
FEW = 10_000
"""Findings that it may give in any case."""


def repair(step: Step, document: Document) -> tuple[tuple[Edit, ...], Sequence[Remark]]:
    """What a repair does to a document: its edits, the smallest, sorted and disjoint, and its notes.

    Raises `StageError` where the stage raises, edits do not fit or overlap, or a finding is not its to give.
    """
    findings = _findings(step, document)
    if not findings:
        return (), ()
    edits: list[Edit] = []
    notes: list[Remark] = []
    for finding in findings:
        if isinstance(finding, Edit):
            threshold = _threshold(finding.rule, step, document)
            confidence = _confidence(finding.confidence, step, document)
            if threshold == OFF:
                continue
            if type(finding.start) is not int or type(finding.old) is not str or type(finding.new) is not str:
                raise _error(step, document, f"gave {finding!r}; start is an int, old and new are str")
            if confidence < threshold:
                (edit,) = _fitting([finding], step, document)
                notes.append(_unsure(step, edit, confidence))
            else:
                edits.append(
                    finding
                    if confidence == finding.confidence
                    else msgspec.structs.replace(finding, confidence=confidence)
                )
        elif isinstance(finding, Note):
            notes += _remarks(step, finding, document)
        else:
            raise _error(step, document, f"is a repair and gave {_kind(finding)}; a finder declares layers in 'gives'")
    return tuple(small for edit in _fitting(edits, step, document) for small in minimal_edits(edit)), notes


def find(step: Step, document: Document) -> tuple[Sequence[Label], Sequence[Remark]]:
    """What a finder finds: its labels and notes.

    Raises `StageError` where the stage raises or a finding is not its to give, `RejectedError` for its verdict.
    """
    findings = _findings(step, document)
    if not findings:
        return (), ()
    labels: list[Label] = []
    notes: list[Remark] = []
    for finding in findings:
        if isinstance(finding, Label):
            threshold = _threshold(finding.rule, step, document)
            label = _checked(finding, step, document)
            if label.confidence >= threshold:
                labels.append(label)
            elif threshold != OFF:
                notes.append(_unlabelled(step, label))
        elif isinstance(finding, Note):
            notes += _remarks(step, finding, document)
        elif isinstance(finding, Reject):
            threshold = _threshold(finding.rule, step, document)
            if type(finding.message) is not str:
                raise _error(step, document, f"gave {finding!r}; message is a str")
            if threshold != OFF:
                raise RejectedError(document.id, finding.rule, finding.message)
        else:
            raise _error(step, document, f"is a finder and gave {_kind(finding)}")
    return labels, notes


def moved(notes: Iterable[Remark], edits: Sequence[Edit]) -> list[Remark]:
    """The notes where they stand once the edits are made."""
    positions = PositionMap(edits)
    found = []
    for note in notes:
        start, end = positions.forward(note.start, note.end)
        found.append(msgspec.structs.replace(note, start=start, end=end))
    return found


def _findings(step: Step, document: Document) -> Sequence[Finding]:
    try:
        found = iter(step.stage.find(document))
        findings = [*islice(found, 1)]
        if not findings:
            # Most stages find nothing in most documents, and that should cost next to nothing.
            return ()
        most = MOST * len(document.text) + FEW
        findings += islice(found, most)
    except (Exception, SystemExit) as error:
        raise _error(step, document, f"raised {type(error).__name__}: {_words(error)}{_place(error)}") from error
    if len(findings) > most:
        raise _error(step, document, f"gave more than {most:,} findings and did not end")
    return findings


def _words(error: BaseException) -> str:
    """What an exception says; nothing where it raises another one instead."""
    try:
        return str(error)
    except Exception:
        return ""


def _place(error: BaseException) -> str:
    """Where it was raised: the line, and the name of the file without its folders, which are nobody's business."""
    frames = traceback.extract_tb(error.__traceback__)[1:]
    return f" (line {frames[-1].lineno} of {Path(frames[-1].filename).name})" if frames else ""


def _fitting(edits: Iterable[Edit], step: Step, document: Document) -> tuple[Edit, ...]:
    try:
        fitting = sort_and_check(document.text, edits)
        for edit in fitting:
            edit.new.encode("utf-8")
    except EditError as error:
        raise _error(step, document, str(error)) from error
    except UnicodeEncodeError:
        reason = f"the edit at {edit.start} ({edit.rule}) puts in a lone surrogate, which is no text"
        raise _error(step, document, reason) from None
    return fitting


def _threshold(name: str, step: Step, document: Document) -> float:
    """The threshold that holds for the rule `name`, which the stage must declare."""
    rule = step.rules.get(name) if type(name) is str else None
    if rule is None:
        raise _error(step, document, f"used rule {name!r}, which it does not declare")
    return document.thresholds.get(name, rule.threshold)


def _confidence(value: float, step: Step, document: Document) -> float:
    # Rounded before anything compares it, so that the same decision falls on every CPU.
    rounded = round(value, 2) if isinstance(value, (int, float)) else -1
    if not 0 <= rounded <= 1:
        raise _error(step, document, f"gave confidence {value!r}, which is not between 0 and 1")
    return rounded


def _checked(label: Label, step: Step, document: Document) -> Label:
    stage = step.stage
    if type(label.start) is not int or type(label.end) is not int:
        raise _error(step, document, f"gave {label!r}; start and end are int")
    if type(label.layer) is not str or type(label.value) is not str:
        raise _error(step, document, f"gave {label!r}; layer and value are str")
    if label.of is not None and type(label.of) is not str and type(label.of) is not int:
        raise _error(step, document, f"gave {label!r}; of is a str, an int or None")
    _refuse_surrogates(label.value, step, document)
    if type(label.of) is str:
        _refuse_surrogates(label.of, step, document)
    if label.layer not in stage.gives:
        raise _error(step, document, f"labelled layer {label.layer!r}, which it does not declare")
    if label.layer == "part" and label.value not in PART_VALUES:
        raise _error(step, document, f"{label.value!r} is no part; parts are {', '.join(sorted(PART_VALUES))}")
    if label.layer in BUILT_IN_LAYERS or not label.is_whole:
        if not 0 <= label.start < label.end <= len(document.text):
            where = f"label {label.start}-{label.end}"
            raise _error(step, document, f"{where} is empty or lies outside the text, which has {len(document.text)}")
        part = document.text[label.start : label.end]
        if part.isspace():
            raise _error(step, document, f"label {label.start}-{label.end} holds nothing but blanks")
        if label.layer == "part" and "\n" in part and BLANK_LINE.search(part):
            raise _error(step, document, f"{label.value} {label.start}-{label.end} spans a blank line")
    confidence = _confidence(label.confidence, step, document)
    return label if confidence == label.confidence else msgspec.structs.replace(label, confidence=confidence)


def _refuse_surrogates(text: str, step: Step, document: Document) -> None:
    if text.isascii():
        return
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise _error(step, document, f"gave {text!r}, which holds a lone surrogate; no JSON can hold one") from None


def _remarks(step: Step, note: Note, document: Document) -> list[Remark]:
    """The note as the article has it; none where its rule is off."""
    if _threshold(note.rule, step, document) == OFF:
        return []
    if type(note.start) is not int or type(note.end) is not int or type(note.message) is not str:
        raise _error(step, document, f"gave {note!r}; start and end are int, message is str")
    if note.suggestion is not None and type(note.suggestion) is not str:
        raise _error(step, document, f"gave {note!r}; suggestion is a str or None")
    _refuse_surrogates(note.message, step, document)
    _refuse_surrogates(note.suggestion or "", step, document)
    if not 0 <= note.start <= note.end <= len(document.text):
        raise _error(step, document, f"note {note.start}-{note.end} lies outside the text")
    if type(note.severity) is not str or note.severity not in SEVERITIES:
        known = ", ".join(get_args(Severity))
        raise _error(step, document, f"gave severity {note.severity!r}; severities are {known}")
    return [
        Remark(
            stage=step.stage.name,
            rule=note.rule,
            severity=note.severity,
            message=note.message,
            start=note.start,
            end=note.end,
            suggestion=note.suggestion,
        )
    ]


def _unsure(step: Step, edit: Edit, confidence: float) -> Remark:
    return Remark(
        stage=step.stage.name,
        rule=edit.rule,
        severity="info",
        message=f"left as it is: confidence {confidence:.2f} is under the rule's threshold",
        start=edit.start,
        end=edit.end,
        suggestion=edit.new,
    )


def _unlabelled(step: Step, label: Label) -> Remark:
    value = f"{label.layer} {label.value}"
    return Remark(
        stage=step.stage.name,
        rule=label.rule,
        severity="info",
        message=f"not labelled {value}: confidence {label.confidence:.2f} is under the rule's threshold",
        start=label.start,
        end=label.end,
        suggestion=None,
    )


def _kind(finding: object) -> str:
    name = type(finding).__name__
    return f"an {name}" if name[:1] in "AEIOU" else f"a {name}"


def _error(step: Step, document: Document, reason: str) -> StageError:
    return StageError(document.id, step.stage.name, reason, step.foreign)
