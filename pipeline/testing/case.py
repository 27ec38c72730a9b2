"""Cases as data: a text, what a stage should make of it, and why. They are in a `cases.json` next to the stage."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from pipeline.core.apply_stage import repair
from pipeline.errors import RejectedError, StageError, UsageError, did_you_mean
from pipeline.model.article import Remark
from pipeline.model.document import Label
from pipeline.model.stage import Stage
from pipeline.testing.broken import Broken
from pipeline.testing.guard import MAX_SECONDS_PER_TEXT
from pipeline.testing.subject import EndlessError, Subject, subject
from pipeline.text.edits import apply

CASES = "cases"

Row = TypeVar("Row", bound=tuple[str | None, ...])


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One row of a `cases.json`: the text `given`, the expected result, and why.

    For a repair `right` is the repaired text. For a finder `labels` are layer, value and labelled text (null: the
    whole document), in any order. For a filter `rejected` is the rule of the rejection. `notes` are rule and text, with
    the text as it was before all edits. Keys that are left out are not compared. `xfail` says why the case is known to
    fail.
    """

    given: str
    why: str
    right: str | None = None
    labels: tuple[tuple[str, str, str | None], ...] | None = None
    rejected: str | None = None
    notes: tuple[tuple[str, str], ...] | None = None
    xfail: str | None = None

    def __str__(self) -> str:
        return self.why

    def check(self, stage: Stage, *, before: Sequence[Stage] = ()) -> None:
        """Raises `Broken` if the result differs, or if a case that is known to fail passes."""
        tested = subject(stage, before, MAX_SECONDS_PER_TEXT)
        self._check_keys(stage)
        try:
            what = self._fault(tested)
        except EndlessError:
            what = f"does not end in {tested.seconds:g} seconds"
        except StageError as error:
            what = error.reason
        if self.xfail is None and what is not None:
            raise self._broken(what)
        if self.xfail is not None and what is None:
            raise self._broken(f"it passes now; remove its 'xfail' ({self.xfail})")

    def _broken(self, what: str) -> Broken:
        return Broken(CASES, f"{self.why}: {what}", self.given)

    def _check_keys(self, stage: Stage) -> None:
        kind = "finder" if stage.gives else "repair"
        keys_set = {key for key in ("right", "labels", "rejected", "notes") if getattr(self, key) is not None}
        allowed = {"labels", "rejected", "notes"} if stage.gives else {"right", "notes"}
        if not keys_set & allowed or keys_set - allowed:
            keys = " or ".join(repr(key) for key in ("right", "labels", "rejected", "notes") if key in allowed)
            raise self._broken(f"{stage.name} is a {kind}, so the case must have {keys}, and nothing else")

    def _fault(self, tested: Subject) -> str | None:
        document = tested.document(self.given)
        if document is None:
            return "a finder before the stage rejects the text"
        if not tested.stage.gives:
            with tested.guarded(self.given):
                edits, notes = repair(tested.step, document)
            once = apply(self.given, edits)
            if self.right is not None and once != self.right:
                return f"the result is {once!r}, expected {self.right!r}"
            again = tested.repaired(document.with_text(once))
            if again:
                return f"it changes its own result {once!r} to {apply(once, again)!r}"
            return self._fault_of_notes(notes)
        try:
            labels, notes = tested.found(document)
        except RejectedError as rejection:
            if rejection.rule != self.rejected:
                return f"it rejects the text under {rejection.rule!r}: {rejection.reason}"
            return None
        if self.rejected is not None:
            return f"it does not reject the text under {self.rejected!r}"
        return self._fault_of_labels(labels) or self._fault_of_notes(notes)

    def _fault_of_labels(self, labels: Iterable[Label]) -> str | None:
        if self.labels is None:
            return None
        actual = Counter(
            (label.layer, label.value, None if label.is_whole else self.given[label.start : label.end])
            for label in labels
        )
        return _difference("label", Counter(self.labels), actual)

    def _fault_of_notes(self, notes: Iterable[Remark]) -> str | None:
        if self.notes is None:
            return None
        return _difference(
            "note", Counter(self.notes), Counter((note.rule, self.given[note.start : note.end]) for note in notes)
        )


def _difference(kind: str, expected: "Counter[Row]", actual: "Counter[Row]") -> str | None:
    missing, wrong = list((expected - actual).elements()), list((actual - expected).elements())
    faults = [f"the {kind} {list(each)} is missing" for each in missing]
    faults += [f"the {kind} {list(each)} is wrong" for each in wrong]
    return "; ".join(faults) or None


def cases(path: str | Path) -> tuple[Case, ...]:
    """The cases of a `cases.json`: a list of objects. Raises `UsageError` with file, row and key."""
    path = Path(path)
    try:
        rows = msgspec.json.decode(path.read_bytes())
    except FileNotFoundError:
        raise UsageError(f"{path} does not exist") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not valid JSON: {error}") from None
    if not isinstance(rows, list):
        raise UsageError(f"{path} is not a list of cases; write [{{…}}, {{…}}]")
    return tuple(_case(path, number, row) for number, row in enumerate(rows, 1))


def _case(path: Path, number: int, row: object) -> Case:
    if isinstance(row, dict):
        for key in row:
            if key not in Case.__struct_fields__:
                raise UsageError(f"{path}: case {number}: no key {key!r}{did_you_mean(key, Case.__struct_fields__)}")
    try:
        return msgspec.convert(row, Case)
    except msgspec.ValidationError as error:
        raise UsageError(f"{path}: case {number}: {str(error).replace('$.', '')}") from None
