"""Prints an explanation: the text with marked edits, or line by line with all findings."""

from collections.abc import Iterable
from itertools import groupby

from pipeline.audit.explain import (
    ExplainedAnnotation,
    ExplainedEdit,
    ExplainedLabel,
    ExplainedLine,
    ExplainedNote,
    Explanation,
)
from pipeline.audit.provenance import Fragment
from pipeline.cli.decisions_view import print_decisions
from pipeline.cli.printer import Printer
from pipeline.text.excerpts import span_excerpt, visible, wdiff

EXPLANATION_INDENT = "  "
Explained = ExplainedLabel | ExplainedEdit | ExplainedNote | ExplainedAnnotation


def compact(explanation: Explanation, sheet: Printer) -> None:
    """Prints each line with its number, labels and marked edits, the notes, then turns and sides. Skips blank lines."""
    labels: dict[int, list[str]] = {}
    for label in explanation.labels:
        labels.setdefault(label.line, []).append(label.label)
        for further in range(label.line + 1, label.last_line + 1):
            labels.setdefault(further, []).append(f"…{label.label}")
    rows = []
    for line in explanation.lines:
        text = shown(line.stretches)
        if text.strip():
            rows.append((str(line.line), _label_names(labels.get(line.line, [])), text))
    sheet.table(rows, right=(0,))
    if explanation.notes:
        sheet.line()
        sheet.line("notes", style="bold")
    for note in explanation.notes:
        sheet.line(f"{EXPLANATION_INDENT}line {note.line}  {note.severity}  {note.rule}: {visible(note.message)}")
        _suggestion(note, sheet)
    print_decisions(explanation.decisions, sheet, whole=True)


def _label_names(labels: Iterable[str]) -> str:
    return " ".join(f"{name}×{count}" if (count := len(list(same))) > 1 else name for name, same in groupby(labels))


def detailed(explanation: Explanation, sheet: Printer) -> None:
    """Prints each line with its position in the source, its labels, edits and notes."""
    if not explanation.lines and not explanation.annotations:
        sheet.line("nothing matches")
    findings_on_line: dict[int, list[Explained]] = {}
    items: tuple[Explained, ...] = (
        *explanation.labels,
        *explanation.edits,
        *explanation.notes,
        *explanation.annotations,
    )
    for item in items:
        if item.line is not None:
            last = item.line if isinstance(item, ExplainedEdit) else item.last_line or item.line
            for number in range(item.line, last + 1):
                findings_on_line.setdefault(number, []).append(item)
    for i, line in enumerate(explanation.lines):
        if i:
            sheet.line()
        _head(line, sheet)
        for item in findings_on_line.get(line.line, []):
            if isinstance(item, ExplainedLabel):
                _label(item, line, sheet)
            elif isinstance(item, ExplainedEdit):
                _edit(item, sheet)
            elif isinstance(item, ExplainedNote):
                _note(item, line, sheet)
            else:
                _annotation(item, f"{EXPLANATION_INDENT}found ", sheet)
    for annotation in explanation.annotations:
        if annotation.line is None:
            _annotation(annotation, "document", sheet)
    print_decisions(explanation.decisions, sheet, whole=False)


def shown(fragments: Iterable[Fragment]) -> str:
    """A line with edits marked as wdiff does, without the line break if it was kept."""
    pieces = []
    for fragment in fragments:
        if fragment.kind == "kept":
            pieces.append(visible(fragment.text.removesuffix("\n")))
        elif fragment.text:
            pieces.append(wdiff(fragment.text, "") if fragment.kind == "old" else wdiff("", fragment.text))
    return "".join(pieces)


def _head(line: ExplainedLine, sheet: Printer) -> None:
    at = f"source line {line.source_line}, bytes {line.byte_start:,} to {line.byte_end:,}"
    sheet.line(f"line {line.line}   ({at})", style="bold")
    text, source = visible(line.text.removesuffix("\n")), visible(line.source.removesuffix("\n"))
    sheet.line(f"{EXPLANATION_INDENT}text    {text}")
    if text != source:
        sheet.line(f"{EXPLANATION_INDENT}source  {source}")
        sheet.line(f"{EXPLANATION_INDENT}edits   {shown(line.stretches)}")


def _label(label: ExplainedLabel, line: ExplainedLine, sheet: Printer) -> None:
    where = label.field or "no field"
    sheet.line(f"{EXPLANATION_INDENT}label   {label.label}  {label.language}  {where}  {label.confidence:.2f}")
    begun = "" if label.line == line.line else f"begins on line {label.line}: "
    sheet.line(f"{EXPLANATION_INDENT * 5}{begun}{span_excerpt(label.text, 0, len(label.text))}")
    sheet.line(f"{EXPLANATION_INDENT * 5}{label.rule}{_meaning(label.meaning)}")
    if label.evidence:
        sheet.line(f"{EXPLANATION_INDENT * 5}markup: {', '.join(label.evidence)}")


def _edit(edit: ExplainedEdit, sheet: Printer) -> None:
    together = "  (merged with other edits)" if edit.joined else ""
    sheet.line(
        f"{EXPLANATION_INDENT}edit    {wdiff(edit.old, edit.new)}  {edit.stage}  {edit.confidence:.2f}{together}"
    )
    sheet.line(f"{EXPLANATION_INDENT * 5}{edit.context}")
    sheet.line(f"{EXPLANATION_INDENT * 5}{edit.rule}{_meaning(edit.meaning)}")


def _note(note: ExplainedNote, line: ExplainedLine, sheet: Printer) -> None:
    sheet.line(f"{EXPLANATION_INDENT}note    {note.severity}  {note.rule}{_meaning(note.meaning)}")
    sheet.line(f"{EXPLANATION_INDENT * 5}{visible(note.message)} — {_place(note, line)}")
    _suggestion(note, sheet)


def _annotation(item: ExplainedAnnotation, head: str, sheet: Printer) -> None:
    details = f"{item.layer}: {visible(item.value)}  {item.confidence:.2f}  {item.rule}{_meaning(item.meaning)}"
    sheet.line(f"{head}  {details}")


def _meaning(meaning: str | None) -> str:
    return f": {meaning}" if meaning else ""


def _place(note: ExplainedNote, line: ExplainedLine) -> str:
    if note.start == note.end:
        at = min(max(note.start - line.start, 0), len(line.text))
        return span_excerpt(line.text, at, at)
    return span_excerpt(note.text, 0, len(note.text))


def _suggestion(note: ExplainedNote, sheet: Printer) -> None:
    if note.suggestion is not None:
        sheet.line(f"{EXPLANATION_INDENT * 5}suggestion: {wdiff(note.text, note.suggestion)}")
