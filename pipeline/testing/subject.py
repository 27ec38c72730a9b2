"""The stage under test, with the finders that run before it and a time limit."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice

import msgspec

from pipeline.config import validate
from pipeline.core.apply_stage import MAX_FINDINGS_AT_LEAST, MAX_FINDINGS_PER_CHARACTER, find, repair
from pipeline.core.recipe import BUILT_IN, Step, recipe, step
from pipeline.errors import RejectedError, StageError, UsageError
from pipeline.model.article import Remark
from pipeline.model.document import Document, Label
from pipeline.model.stage import Finding, Stage
from pipeline.testing.broken import Broken
from pipeline.testing.guard import TooLongError, limited
from pipeline.text.edits import Edit


class EndlessError(BaseException):
    """The stage did not end on `text`. Not an `Exception`, so that a search does not go on with other slow texts."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class Subject(msgspec.Struct, frozen=True):
    """A stage with the steps to run before it; `seconds` is its time limit for one text."""

    step: Step
    before: tuple[Step, ...]
    seconds: float

    @property
    def stage(self) -> Stage:
        """The stage under test."""
        return self.step.stage

    def document(self, text: str, metadata: dict[str, str] | None = None) -> Document | None:
        """The document with the labels of the finders before the stage; None if one of them rejects it."""
        document = Document(text, "law", metadata or {})
        for earlier in self.before:
            try:
                labels, _ = find(earlier, document)
            except RejectedError:
                return None
            document = document.with_labels(labels)
        return document

    def raw(self, document: Document) -> list[Finding]:
        """The unchecked findings of the stage, up to the limit of a run. Raises what the stage raises."""
        with self.guarded(document.text):
            limit = MAX_FINDINGS_PER_CHARACTER * len(document.text) + MAX_FINDINGS_AT_LEAST
            return list(islice(self.stage.find(document), limit + 1))

    def repaired(self, document: Document) -> tuple[Edit, ...]:
        """The edits of a repair, checked; none for a finder. Raises `StageError`."""
        if self.stage.gives:
            return ()
        with self.guarded(document.text):
            return repair(self.step, document)[0]

    def found(self, document: Document) -> tuple[Sequence[Label], Sequence[Remark]]:
        """The labels and notes of a finder, checked. Raises `StageError` and `RejectedError`."""
        with self.guarded(document.text):
            return find(self.step, document)

    def error(self, document: Document) -> StageError | None:
        """The error if the stage raises or yields a finding that is not allowed; None otherwise."""
        try:
            with self.guarded(document.text):
                (find if self.stage.gives else repair)(self.step, document)
        except StageError as error:
            return error
        except RejectedError:
            return None
        return None

    @contextmanager
    def guarded(self, text: str) -> Iterator[None]:
        """Raise `EndlessError` with this text if the block takes more than `seconds`."""
        try:
            with limited(self.seconds):
                yield
        except TooLongError:
            raise EndlessError(text) from None


def subject(stage: Stage, before: Sequence[Stage], seconds: float) -> Subject:
    """The stage under test. Raises `Broken` if its declaration is wrong, `UsageError` if a layer is missing."""
    for fault in validate.faults(stage):
        raise Broken("declared", f"the stage {fault}")
    return Subject(step(stage), tuple(step(each) for each in before) or _before(stage), seconds)


def _before(stage: Stage) -> tuple[Step, ...]:
    """The built-in finders up to the last one that gives a layer that `stage` needs."""
    if not stage.needs:
        return ()
    finders = [each for each in recipe().finders if each.stage.name != stage.name]
    if stage.name in BUILT_IN:
        order = list(BUILT_IN)
        finders = [each for each in finders if order.index(each.stage.name) < order.index(stage.name)]
    missing = sorted(stage.needs.difference(*(each.stage.gives for each in finders)))
    if missing:
        raise UsageError(
            f"stage {stage.name!r} needs layer {missing[0]!r}, which no built-in finder gives; "
            "name the finders that give it in `before`"
        )
    last = max(i for i, each in enumerate(finders) if each.stage.gives & stage.needs)
    return tuple(finders[: last + 1])
