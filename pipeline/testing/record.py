"""Write findings as lines of text, to compare those of two runs of a stage."""

from collections.abc import Iterable

from pipeline.model.document import Label
from pipeline.model.stage import Finding, Note, Reject
from pipeline.text.edits import Edit


def record(findings: Iterable[Finding]) -> list[str]:
    """Findings as lines, in the order of an article: edits and notes sorted, labels in the order given."""
    found = list(findings)
    edits = sorted(line(finding) for finding in found if isinstance(finding, Edit))
    labels = [line(finding) for finding in found if isinstance(finding, Label)]
    notes = sorted((note for note in found if isinstance(note, Note)), key=_position)
    rejects = [line(finding) for finding in found if isinstance(finding, Reject)]
    return [
        *edits,
        *labels,
        *map(line, notes),
        *rejects,
        *(type(each).__name__ for each in found if not is_known(each)),
    ]


def line(finding: Finding) -> str:
    """One finding as a line of ASCII, even if it contains a lone surrogate."""
    return ascii(finding)


def is_known(finding: object) -> bool:
    """Whether this is one of the types of finding."""
    return isinstance(finding, Edit | Label | Note | Reject)


def _position(note: Note) -> tuple[str, str]:
    # Padded text instead of numbers, because a stage may give offsets of another type.
    return f"{note.start!s:>9}", f"{note.end!s:>9}"
