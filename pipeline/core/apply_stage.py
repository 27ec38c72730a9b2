"""Run one stage on a document and check what it finds. A stage may come from a plugin, so nothing is trusted.

A wrong finding raises a `StageError` that names the document, the stage and its package. If the stage is a repair, that
document fails; if it is a finder, only its own findings are lost (see `structuring`). Edits and labels below the
threshold of their rule are not applied; they become notes.
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
from pipeline.model.stage import BUILT_IN_LAYERS, KIND_VALUES, PART_VALUES, Finding, Note, Reject, Severity
from pipeline.model.verify import BLANK_LINE
from pipeline.text.edits import Edit, EditError, PositionMap, minimal_edits, sort_and_check

SEVERITIES = frozenset(get_args(Severity))

MAX_FINDINGS_PER_CHARACTER = 16
"""Findings that a stage may yield for each character of a document. A stage that never ends is stopped there."""
MAX_FINDINGS_AT_LEAST = 10_000
"""Findings that it may yield in addition, however short the document is."""


def repair(step: Step, document: Document) -> tuple[tuple[Edit, ...], Sequence[Remark]]:
    """Run a repair. Returns its edits, as small as possible, sorted and disjoint, and its notes.

    Raises `StageError` if the stage raises, if edits overlap or do not fit the text, or if a finding is not allowed.
    """
    findings = _findings(step, document)
    if not findings:
        return (), ()
    edits: list[Edit] = []
    notes: list[Remark] = []
    verbatim = [(item.start, item.end) for item in document.evidence if item.kind == "code"]
    for finding in findings:
        if isinstance(finding, Edit):
            threshold = _threshold(finding.rule, step, document)
            confidence = _confidence(finding.confidence, step, document)
            if threshold == OFF:
                continue
            if type(finding.start) is not int or type(finding.old) is not str or type(finding.new) is not str:
                raise _error(step, document, f"gave {finding!r}; start is an int, old and new are str")
            if verbatim and _is_inside(finding, verbatim):
                continue
            if confidence < threshold:
                (edit,) = _checked_edits([finding], step, document)
                notes.append(_note_of_edit(step, edit, confidence))
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
    return tuple(small for edit in _checked_edits(edits, step, document) for small in minimal_edits(edit)), notes


def _is_inside(edit: Edit, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether an edit changes a text that the format marks as code, which is kept as it is."""
    end = edit.start + len(edit.old)
    return any(start < end and edit.start < stop for start, stop in spans)


def find(step: Step, document: Document) -> tuple[Sequence[Label], Sequence[Remark]]:
    """Run a finder. Returns its labels and notes.

    Raises `StageError` if the stage raises or a finding is not allowed, `RejectedError` if it rejects the document.
    """
    findings = _findings(step, document)
    if not findings:
        return (), ()
    labels: list[Label] = []
    notes: list[Remark] = []
    for finding in findings:
        if isinstance(finding, Label):
            threshold = _threshold(finding.rule, step, document)
            label = _checked_label(finding, step, document)
            if label.confidence >= threshold:
                labels.append(label)
            elif threshold != OFF:
                notes.append(_note_of_label(step, label))
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


def moved_notes(notes: Iterable[Remark], edits: Sequence[Edit]) -> list[Remark]:
    """The notes with their offsets in the text after the edits."""
    positions = PositionMap(edits)
    moved = []
    for note in notes:
        start, end = positions.forward(note.start, note.end)
        moved.append(msgspec.structs.replace(note, start=start, end=end))
    return moved


def _findings(step: Step, document: Document) -> Sequence[Finding]:
    try:
        finding_iterator = iter(step.stage.find(document))
        findings = [*islice(finding_iterator, 1)]
        if not findings:
            # Most stages find nothing in most documents, so this must be cheap.
            return ()
        limit = MAX_FINDINGS_PER_CHARACTER * len(document.text) + MAX_FINDINGS_AT_LEAST
        findings += islice(finding_iterator, limit)
    except (Exception, SystemExit) as error:
        raise _error(step, document, f"raised {type(error).__name__}: {_message(error)}{_location(error)}") from error
    if len(findings) > limit:
        raise _error(step, document, f"gave more than {limit:,} findings and did not end")
    return findings


def _message(error: BaseException) -> str:
    """The message of an exception; empty if `str` of it raises."""
    try:
        return str(error)
    except Exception:
        return ""


def _location(error: BaseException) -> str:
    """Where it was raised: line and file name. Folders are left out, because they are private."""
    frames = traceback.extract_tb(error.__traceback__)[1:]
    return f" (line {frames[-1].lineno} of {Path(frames[-1].filename).name})" if frames else ""


def _checked_edits(edits: Iterable[Edit], step: Step, document: Document) -> tuple[Edit, ...]:
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
    """The threshold of the rule `name`. Raises `StageError` if the stage does not declare it."""
    rule = step.rules.get(name) if type(name) is str else None
    if rule is None:
        raise _error(step, document, f"used rule {name!r}, which it does not declare")
    return document.thresholds.get(name, rule.threshold)


def _confidence(value: float, step: Step, document: Document) -> float:
    # Rounded before it is compared, so that every CPU decides the same.
    rounded = round(value, 2) if isinstance(value, (int, float)) else -1
    if not 0 <= rounded <= 1:
        raise _error(step, document, f"gave confidence {value!r}, which is not between 0 and 1")
    return rounded


def _checked_label(label: Label, step: Step, document: Document) -> Label:
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
    _check_value(label, step, document)
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


def _check_value(label: Label, step: Step, document: Document) -> None:
    """Refuses unknown parts and kinds, and a kind that is not of the whole document."""
    for layer, values in (("part", PART_VALUES), ("kind", KIND_VALUES)):
        if label.layer == layer and label.value not in values:
            reason = f"{label.value!r} is no {layer}; {layer}s are {', '.join(sorted(values))}"
            raise _error(step, document, reason)
    if label.layer == "kind" and not label.is_whole:
        raise _error(step, document, f"label {label.start}-{label.end} is a kind, which only a whole document has")


def _refuse_surrogates(text: str, step: Step, document: Document) -> None:
    if text.isascii():
        return
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise _error(step, document, f"gave {text!r}, which holds a lone surrogate; no JSON can hold one") from None


def _remarks(step: Step, note: Note, document: Document) -> list[Remark]:
    """The note as it is in the article; none if its rule is off."""
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


def _note_of_edit(step: Step, edit: Edit, confidence: float) -> Remark:
    return Remark(
        stage=step.stage.name,
        rule=edit.rule,
        severity="info",
        message=f"left as it is: confidence {confidence:.2f} is under the rule's threshold",
        start=edit.start,
        end=edit.end,
        suggestion=edit.new,
    )


def _note_of_label(step: Step, label: Label) -> Remark:
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
