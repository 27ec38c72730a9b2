"""The laws that every stage must keep. A broken law is reported with the smallest text that breaks it."""

import pickle
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from pipeline.config import validate
from pipeline.errors import StageError
from pipeline.model.document import Document
from pipeline.model.stage import Finding, Rule, Stage
from pipeline.testing.broken import Broken
from pipeline.testing.case import Case
from pipeline.testing.growth import grows
from pipeline.testing.guard import MAX_SECONDS_PER_TEXT
from pipeline.testing.odd_texts import drawn, fixed, texts
from pipeline.testing.other_process import differing
from pipeline.testing.record import is_known, line, record
from pipeline.testing.search import shorter, smallest
from pipeline.testing.state import watched
from pipeline.testing.subject import EndlessError, Subject, subject
from pipeline.text.edits import Edit, apply, inverse

EXAMPLES = 100
"""Number of random texts for each law."""
MAX_PICKLE_BYTES = 10_000
"""Bytes from which a pickled stage is too large."""
METADATA = {"url": "https://example.org/a", "author": "Ada Fern", "date": "2024-05-17"}


@dataclass(frozen=True)
class Law:
    """A law that every stage must keep. Call it with a stage to check it.

    `before` are finders to run first, for a stage that needs layers; by default, the built-in finders that give them.
    `examples` is the number of random texts, `seconds` the time limit of the stage for one text.
    """

    name: str
    meaning: str
    check: Callable[[Subject, int], None]

    def __call__(
        self,
        stage: Stage,
        *,
        before: Sequence[Stage] = (),
        examples: int = EXAMPLES,
        seconds: float = MAX_SECONDS_PER_TEXT,
    ) -> None:
        """Raises `Broken` if the stage breaks the law, `UsageError` if no finder gives a layer that it needs."""
        tested = subject(stage, before, seconds)
        try:
            self.check(tested, examples)
        except EndlessError as error:
            raise _endless(tested, error.text) from None

    def __str__(self) -> str:
        return self.name


class Fault(msgspec.Struct, frozen=True):
    """What is wrong with the findings of a stage in one text, and under which rule."""

    what: str
    rule: str | None = None


def of_text(name: str, meaning: str, fault: Callable[[Subject, str], Fault | None]) -> Law:
    """A law about single texts."""

    def check(tested: Subject, examples: int) -> None:
        text = smallest(
            lambda text: fault(tested, text) is not None, fixed(tested.stage), texts(tested.stage), examples
        )
        if text is not None:
            # A stage that remembers earlier texts may pass now.
            shown = fault(tested, text) or Fault("it fails only sometimes")
            raise Broken(name, shown.what, text, shown.rule)

    return Law(name, meaning, check)


def _declared(tested: Subject, _: int) -> None:
    """The rest of the declaration is checked by `subject`."""
    stage = tested.stage
    docstring = type(stage).__doc__
    # `dataclass` sets the signature as the docstring of a class that has none.
    if not docstring or docstring.startswith(f"{type(stage).__name__}("):
        raise Broken("declared", "the stage has no docstring, which is what `pipeline stages` shows")
    for rule in stage.rules:
        if not rule.meaning.strip():
            raise Broken("declared", f"the stage has no meaning for rule {rule.name!r}")
    if not any(rule.acts for rule in stage.rules):
        raise Broken("declared", "no rule of the stage has an example in `acts`")


def _pickles(tested: Subject, _: int) -> None:
    stage = tested.stage
    try:
        pickled = pickle.dumps(stage)
        unpickled = pickle.loads(pickled)  # noqa: S301 -- pickled in the line before
    except Exception as error:
        raise Broken("pickles", f"it cannot be pickled: {type(error).__name__}: {error}") from error
    if unpickled != stage:
        raise Broken("pickles", "it is not equal to its unpickled copy")
    if len(pickled) >= MAX_PICKLE_BYTES:
        size = f"it pickles to {len(pickled):,} bytes, {MAX_PICKLE_BYTES:,} or more are too many"
        raise Broken("pickles", f"{size}; load large data in a cached function")


def _cases(tested: Subject, _: int) -> None:
    for rule in tested.stage.rules:
        for text in rule.acts:
            if not _acts(tested, rule, text):
                raise Broken("cases", "the rule finds nothing in a text of its `acts`", text, rule.name)
        for text in rule.spares:
            if _acts(tested, rule, text):
                raise Broken("cases", "the rule finds something in a text of its `spares`", text, rule.name)


def _acts(tested: Subject, rule: Rule, text: str) -> bool:
    document = tested.document(text)
    if document is None:
        return False
    try:
        return any(is_known(finding) and finding.rule == rule.name for finding in tested.raw(document))
    except Exception as error:
        what = f"it raises {type(error).__name__} on an example of the rule: {error}"
        raise Broken("cases", what, text, rule.name) from error


def _ends(tested: Subject, text: str) -> Fault | None:
    error = _error(tested, text)
    return Fault(f"it {error.reason}") if error and _is_endless(error) else None


def _survives(tested: Subject, text: str) -> Fault | None:
    error = _error(tested, text)
    return Fault(f"it {error.reason}") if error and _is_raised(error) else None


def _proper(tested: Subject, text: str) -> Fault | None:
    error = _error(tested, text)
    if error is None or _is_raised(error) or _is_endless(error):
        return None
    # The reason contains the name of the rule, if a finding is at fault.
    return Fault(error.reason, next((rule.name for rule in tested.stage.rules if rule.name in error.reason), None))


def _error(tested: Subject, text: str) -> StageError | None:
    document = tested.document(text)
    return None if document is None else tested.error(document)


def _is_raised(error: StageError) -> bool:
    return error.reason.startswith("raised ")


def _is_endless(error: StageError) -> bool:
    return error.reason.endswith("did not end")


def _repaired(tested: Subject, text: str) -> tuple[Edit, ...]:
    """The edits of a repair; none if there is anything wrong with them, which other laws report."""
    document = tested.document(text)
    try:
        return () if document is None else tested.repaired(document)
    except StageError:
        return ()


def _restorable(tested: Subject, text: str) -> Fault | None:
    edits = _repaired(tested, text)
    restored = apply(apply(text, edits), inverse(edits))
    return None if restored == text else Fault(f"undoing its edits gives {restored!r}", edits[0].rule)


def _idempotent(tested: Subject, text: str) -> Fault | None:
    edits = _repaired(tested, text)
    again = _repaired(tested, apply(text, edits)) if edits else ()
    if not again:
        return None
    first = again[0]
    what = f"a repair finds more in its own result {apply(text, edits)!r}: {first.old!r} to {first.new!r}"
    return Fault(f"{what} at {first.start}", first.rule)


def _pure(tested: Subject, text: str) -> Fault | None:
    try:
        return _impure(tested, text)
    except Exception:
        # Exceptions are reported by the law `survives`.
        return None


def _impure(tested: Subject, text: str) -> Fault | None:
    document, untouched = tested.document(text, dict(METADATA)), tested.document(text, dict(METADATA))
    if document is None or untouched is None:
        return None
    changed: list[str] = []
    with watched(changed):
        first = tested.raw(document)
    if changed:
        return Fault(f"it changes {' and '.join(changed)}")
    if document != untouched:
        part = next(name for name in Document.__struct_fields__ if getattr(document, name) != getattr(untouched, name))
        return Fault(f"it changes the document's {part}")
    with watched([]):
        again, fresh = tested.raw(document), tested.raw(untouched)
        for other_text in ("", *(text for rule in tested.stage.rules[:3] for text in rule.acts[:1])):
            other = tested.document(other_text)
            if other is not None:
                tested.raw(other)
        later = tested.document(text, dict(METADATA))
        last = first if later is None else tested.raw(later)
    for findings, when in (
        (again, "when called twice"),
        (fresh, "in an equal document"),
        (last, "after other texts"),
    ):
        if record(findings) != record(first):
            return _difference(first, findings, when)
    return None


def _difference(first: list[Finding], second: list[Finding], when: str) -> Fault:
    before, after = record(first), record(second)
    gone, new = [entry for entry in before if entry not in after], [entry for entry in after if entry not in before]
    pair = f"{(gone or ['nothing'])[0]}, then {(new or ['nothing'])[0]}" if gone or new else "the same in another order"
    rules = [finding.rule for finding in (*first, *second) if is_known(finding) and line(finding) in (*gone, *new)]
    return Fault(f"its findings differ {when}: {pair}", rules[0] if rules else None)


def _deterministic(tested: Subject, examples: int) -> None:
    tried = dict.fromkeys((*fixed(tested.stage), *drawn(tested.stage, examples)))
    broken = differing(tested, sorted(tried, key=len))
    if broken is not None:
        raise broken


def _linear(tested: Subject, _: int) -> None:
    broken = grows(tested)
    if broken is not None:
        raise broken


def _endless(tested: Subject, text: str) -> Broken:
    """The fault for a text on which the stage did not end, with a smaller text if one takes as long."""

    def hangs(text: str, seconds: float) -> bool:
        limited = msgspec.structs.replace(tested, seconds=seconds)
        try:
            _error(limited, text)
        except EndlessError:
            return True
        return False

    reduced = shorter(text, lambda text: hangs(text, min(1.0, tested.seconds / 4)), tries=20)
    text = reduced if len(reduced) < len(text) and hangs(reduced, tested.seconds) else text
    return Broken("ends", f"it does not end in {tested.seconds:g} seconds", text)


LAWS: tuple[Law, ...] = (
    Law("declared", "its declaration is complete: names, rules with a meaning and examples, a docstring", _declared),
    Law("pickles", "it can be pickled for another process, and is small", _pickles),
    of_text("ends", "it ends on every text", _ends),
    of_text("survives", "it raises no exception on any text", _survives),
    of_text("proper", "it yields only what it declares: kinds, rules, layers, valid spans and confidences", _proper),
    Law("cases", "every rule finds something in its `acts` and nothing in its `spares`", _cases),
    of_text("restorable", "undoing its edits restores the text", _restorable),
    of_text("idempotent", "a repair changes nothing in its own result", _idempotent),
    of_text("pure", "the same document gives the same findings, and nothing else changes", _pure),
    Law(
        "deterministic",
        "it finds the same in other processes, with another time, folder and seed",
        _deterministic,
    ),
    Law("linear", "twice the text takes at most three times the work", _linear),
)
"""All laws, the quick ones first."""


def faults(
    stage: Stage,
    *,
    before: Sequence[Stage] = (),
    cases: Sequence[Case] = (),
    examples: int = EXAMPLES,
    seconds: float = MAX_SECONDS_PER_TEXT,
) -> Iterator[Broken]:
    """Yield a `Broken` for each law, then for each case, that the stage breaks. Stops if the stage cannot run."""
    for law, broken in verdicts(stage, before=before, examples=examples, seconds=seconds):
        if broken is not None:
            yield broken
            if prevents_other_checks(stage, law, broken):
                return
    for case in cases:
        try:
            case.check(stage, before=before)
        except Broken as broken:
            yield broken


def verdicts(
    stage: Stage, *, before: Sequence[Stage] = (), examples: int = EXAMPLES, seconds: float = MAX_SECONDS_PER_TEXT
) -> Iterator[tuple[Law, Broken | None]]:
    """Yield each law as soon as it is checked, with how the stage breaks it, or None. Stops if the stage cannot run."""
    for law in LAWS:
        failure = None
        try:
            law(stage, before=before, examples=examples, seconds=seconds)
        except Broken as broken:
            failure = broken
        yield law, failure
        if failure is not None and prevents_other_checks(stage, law, failure):
            return


def prevents_other_checks(stage: Stage, law: Law, broken: Broken) -> bool:
    """Whether no other law can be checked: the stage does not end, or its declaration is invalid."""
    return broken.law == "ends" or (law.name == "declared" and not _is_sound(stage))


def _is_sound(stage: Stage) -> bool:
    return next(validate.faults(stage), None) is None
