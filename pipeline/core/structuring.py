"""Turns repaired text into an article: finders label it, the labels become fields, and the result is checked.

If a finder fails, only its own labels are lost. The article holds what the other finders found, and a note of severity
`error` says which stage failed and why. Such an article is degraded. An article that would be invalid is written
without structure instead, with all of its text in fields; it is degraded, too.
"""

import traceback
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
import regex

from pipeline.core.apply_stage import find
from pipeline.core.assemble import ContradictionError, assemble
from pipeline.core.recipe import THIS_PACKAGE, Recipe, Step
from pipeline.errors import ContractError, RejectedError, StageError, is_machine_error, stage_with_package
from pipeline.model.article import ARTICLE_INVALID, STAGE_FAILED, Article, PipelineVersion, Remark, Source
from pipeline.model.document import Document, Label
from pipeline.model.record import printable
from pipeline.model.verify import faults
from pipeline.text.edits import Change
from pipeline.text.excerpts import shorten

STRUCTURE = frozenset({"part", "version"})
"""The layers that decide which text becomes which field."""
MAX_REASON_CHARS = 600
"""Code points of a reason in a note: an error message may quote the whole document."""
WITHOUT_FINDINGS = "the article is written without what this stage finds"
ADDRESS = regex.compile(r" at 0x[0-9A-Fa-f]+")
"""A memory address, as in `<Parser object at 0x7f3a>`; it differs in each run."""


class ArticleFrame(msgspec.Struct, frozen=True):
    """The parts of an article besides its text, labels and notes."""

    source: Source
    version: PipelineVersion
    changes: Sequence[Change]


def structure_document(
    document: Document, notes: Iterable[Remark], recipe: Recipe, frame: ArticleFrame, *, strict: bool = False
) -> Article:
    """The checked article of a repaired document.

    Raises `RejectedError` if a filter rejects the document, `ContractError` if not even an article without structure is
    valid, and `StageError` if a finder runs out of memory or another resource of the machine, which need not be the
    fault of the document. With `strict`, also raises `StageError` and `ContractError` instead of degrading the article.
    """
    findings = _Findings(document, [*notes], strict=strict)
    for step in recipe.finders:
        findings.take(step)
    return findings.article(recipe, frame)


class _Findings:
    """Collects the labels of the finders, and the notes about finders that failed. Used once."""

    def __init__(self, document: Document, notes: list[Remark], *, strict: bool) -> None:
        self._document = document
        self._notes = notes
        self._strict = strict
        self._lost: dict[str, str] = {}
        """The layers that failed finders did not give, with the name of the finder."""

    def take(self, step: Step) -> None:
        """Runs one finder, even if layers that it needs are missing, as they are after a finder that finds nothing."""
        try:
            labels, notes = find(step, self._document)
        except RejectedError as rejection:
            missing = sorted(step.stage.needs & self._lost.keys())
            if not missing:
                raise
            reason = (
                f"turned the document down ({rejection.rule}: {rejection.reason}) without the layer {missing[0]!r} "
                f"that {self._lost[missing[0]]!r} failed to give"
            )
            self._fail(step, reason, "this verdict is ignored")
        except StageError as error:
            if self._strict or isinstance(error.__cause__, MemoryError) or is_machine_error(error.__cause__):
                raise
            self._fail(step, error.reason, WITHOUT_FINDINGS)
        except MemoryError:
            raise
        except Exception as error:
            # Its result is so malformed that the check of it failed.
            if self._strict:
                raise
            self._fail(step, f"gave what cannot be checked: {type(error).__name__}: {error}", WITHOUT_FINDINGS)
        else:
            self._notes += notes
            if labels:
                self._document = self._document.with_labels(labels)

    def article(self, recipe: Recipe, frame: ArticleFrame) -> Article:
        """The article of all labels, or of fewer if they contradict each other or make an invalid article."""
        made = self._assembled(recipe, frame)
        if isinstance(made, Article):
            fault = _fault(made)
            if fault is None:
                return made
            if self._strict:
                raise ContractError(self._document.id, fault)
            made = f"the article would be invalid: {fault}"
        self._notes.append(
            _note("verification", ARTICLE_INVALID, f"{_clean(made)}; it is written without structure; please report it")
        )
        plain = assemble(
            _with_labels(self._document, [label for label in self._document.labels if label.layer not in STRUCTURE]),
            self._notes,
            frame.source,
            frame.version,
            frame.changes,
        )
        if fault := _fault(plain):
            reason = f"no valid article can be made of it: {fault}; that is a mistake of the pipeline, report it"
            raise ContractError(self._document.id, reason)
        return plain

    def _assembled(self, recipe: Recipe, frame: ArticleFrame) -> Article | str:
        """The article without the labels of stages that contradict others, or the reason why it cannot be assembled."""
        while True:
            try:
                return assemble(self._document, self._notes, frame.source, frame.version, frame.changes)
            except ContradictionError as error:
                if self._strict:
                    raise
                culprit = _stage_to_blame(error, recipe)
                if culprit is None:
                    return error.reason
                self._fail(culprit, error.reason, "the article is written without the labels of this stage")
                labels = [label for label in self._document.labels if _stage_of(label.rule) != culprit.stage.name]
                self._document = _with_labels(self._document, labels)
            except MemoryError:
                raise
            except Exception as error:
                if self._strict:
                    raise
                line = traceback.extract_tb(error.__traceback__)[-1]
                where = f"line {line.lineno} of {Path(line.filename).name}"
                return f"the assembly raised {type(error).__name__}: {error} ({where})"

    def _fail(self, step: Step, reason: str, consequence: str) -> None:
        name = step.stage.name
        remedy = "; please report it" if step.package == THIS_PACKAGE else ""
        message = f"{stage_with_package(name, step.foreign)}: {_clean(reason)}; {consequence}{remedy}"
        self._notes.append(_note(name, STAGE_FAILED, message))
        self._lost.update(dict.fromkeys(step.stage.gives, name))


def _fault(article: Article) -> str | None:
    """The first fault of an article, with the number of others; None if it is valid."""
    all_faults = list(faults(article))
    if not all_faults:
        return None
    more = f" (and {len(all_faults) - 1:,} more)" if len(all_faults) > 1 else ""
    return all_faults[0] + more


def _stage_to_blame(error: ContradictionError, recipe: Recipe) -> Step | None:
    """The stage to blame for contradicting labels: the last one involved, since it saw the labels of the others."""
    names = {_stage_of(rule) for rule in error.rules}
    return next((step for step in reversed(recipe.finders) if step.stage.name in names), None)


def _stage_of(rule: str) -> str:
    return rule.partition(".")[0]


def _with_labels(document: Document, labels: Iterable[Label]) -> Document:
    return document.with_text(document.text, document.evidence).with_labels(labels)


def _clean(reason: str) -> str:
    """A short reason on one line, the same in every run."""
    return shorten(printable(ADDRESS.sub("", reason), None), MAX_REASON_CHARS)


def _note(stage: str, rule: str, message: str) -> Remark:
    """A note about the whole article."""
    return Remark(stage=stage, rule=rule, severity="error", message=message, start=0, end=0, suggestion=None)
