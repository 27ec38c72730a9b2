"""The laws: what every stage promises, each checked on the smallest text that breaks it."""

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
from pipeline.testing.guard import SECONDS
from pipeline.testing.odd_texts import drawn, fixed, texts
from pipeline.testing.other_process import differing
from pipeline.testing.record import is_known, line, record
from pipeline.testing.search import shorter, smallest
from pipeline.testing.state import watched
from pipeline.testing.subject import EndlessError, Subject, subject
from pipeline.text.edits import Edit, apply, inverse

EXAMPLES = 100
"""How many texts are drawn at random for a law."""
MAX_PICKLE_BYTES = 10_000
"""Bytes of a pickled stage."""
METADATA = {"url": "https://example.org/a", "author": "Ada Fern", "date": "2024-05-17"}


@dataclass(frozen=True)
class Law:
    """One promise that every stage keeps. Called with a stage it raises `Broken` where the stage does not keep it.

    `before` are finders that must run first, for a stage that needs layers; left out, the built-in finders run that
    give them. `examples` is how many texts are drawn at random, `seconds` how long the stage may take for one.
    """

    name: str
    meaning: str
    check: Callable[[Subject, int], None]

    def __call__(
        self, stage: Stage, *, before: Sequence[Stage] = (), examples: int = EXAMPLES, seconds: float = SECONDS
    ) -> None:
        """Raises `Broken` where the stage breaks the law, `UsageError` where nobody gives a layer that it needs."""
        tested = subject(stage, before, seconds)
        try:
            self.check(tested, examples)
        except EndlessError as error:
            raise _endless(tested, error.text) from None

    def __str__(self) -> str:
        return self.name


class Fault(msgspec.Struct, frozen=True):
    """What is wrong with a stage on one text, and under which rule."""

    what: str
    rule: str | None = None


def of_text(name: str, meaning: str, fault: Callable[[Subject, str], Fault | None]) -> Law:
    """A law about single texts."""

    def check(tested: Subject, examples: int) -> None:
        text = smallest(
            lambda text: fault(tested, text) is not None, fixed(tested.stage), texts(tested.stage), examples
        )
        if text is not None:
            # One that remembers what it has seen may do well now.
            found = fault(tested, text) or Fault("it fails only sometimes")
            raise Broken(name, found.what, text, found.rule)

    return Law(name, meaning, check)


def _declared(tested: Subject, _: int) -> None:
    """What else is wrong with the declaration is found when the subject is made."""
    stage = tested.stage
    said = type(stage).__doc__
    # A dataclass without a docstring gets its signature for one.
    if not said or said.startswith(f"{type(stage).__name__}("):
        raise Broken("declared", "the stage has no docstring, which is what `pipeline stages` shows")
    for rule in stage.rules:
        if not rule.meaning.strip():
            raise Broken("declared", f"the stage has no meaning for rule {rule.name!r}")
    if not any(rule.acts for rule in stage.rules):
        raise Broken("declared", "no rule of the stage has an example in `acts`")


def _pickles(tested: Subject, _: int) -> None:
    stage = tested.stage
    try:
        sent = pickle.dumps(stage)
        back = pickle.loads(sent)  # noqa: S301 -- it was pickled in the line before
    except Exception as error:
        raise Broken("pickles", f"it cannot be pickled: {type(error).__name__}: {error}") from error
    if back != stage:
        raise Broken("pickles", "it is not equal to its unpickled copy")
    if len(sent) >= MAX_PICKLE_BYTES:
        size = f"it pickles to {len(sent):,} bytes, {MAX_PICKLE_BYTES:,} or more are too many"
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
    # Where the stage begins the sentence it is left out, elsewhere the finding does.
    return Fault(error.reason, next((rule.name for rule in tested.stage.rules if rule.name in error.reason), None))


def _error(tested: Subject, text: str) -> StageError | None:
    document = tested.document(text)
    return None if document is None else tested.error(document)


def _is_raised(error: StageError) -> bool:
    return error.reason.startswith("raised ")


def _is_endless(error: StageError) -> bool:
    return error.reason.endswith("did not end")


def _repaired(tested: Subject, text: str) -> tuple[Edit, ...]:
    """The edits of a repair that fit; none where there is anything wrong with them, which other laws say."""
    document = tested.document(text)
    try:
        return () if document is None else tested.repaired(document)
    except StageError:
        return ()


def _restorable(tested: Subject, text: str) -> Fault | None:
    edits = _repaired(tested, text)
    back = apply(apply(text, edits), inverse(edits))
    return None if back == text else Fault(f"undoing its edits gives {back!r}", edits[0].rule)


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
        # That a stage raises is told by the law that it must not.
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
        for other in ("", *(text for rule in tested.stage.rules[:3] for text in rule.acts[:1])):
            elsewhere = tested.document(other)
            if elsewhere is not None:
                tested.raw(elsewhere)
        later = tested.document(text, dict(METADATA))
        last = first if later is None else tested.raw(later)
    for found, when in (
        (again, "when called twice"),
        (fresh, "in an equal document"),
        (last, "after other texts"),
    ):
        if record(found) != record(first):
            return _other(first, found, when)
    return None


def _other(first: list[Finding], found: list[Finding], when: str) -> Fault:
    here, there = record(first), record(found)
    gone, new = [one for one in here if one not in there], [one for one in there if one not in here]
    pair = f"{(gone or ['nothing'])[0]}, then {(new or ['nothing'])[0]}" if gone or new else "the same in another order"
    rules = [finding.rule for finding in (*first, *found) if is_known(finding) and line(finding) in (*gone, *new)]
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
    """What to say of a text on which the stage was stopped, made smaller under a shorter limit."""

    def hangs(text: str, seconds: float) -> bool:
        hurried = msgspec.structs.replace(tested, seconds=seconds)
        try:
            _error(hurried, text)
        except EndlessError:
            return True
        return False

    less = shorter(text, lambda text: hangs(text, min(1.0, tested.seconds / 4)), tries=20)
    text = less if len(less) < len(text) and hangs(less, tested.seconds) else text
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
    seconds: float = SECONDS,
) -> Iterator[Broken]:
    """Every law that the stage breaks, then every case; nothing more after a fault that leaves no stage to try."""
    for law, broken in verdicts(stage, before=before, examples=examples, seconds=seconds):
        if broken is not None:
            yield broken
            if leaves_nothing(stage, law, broken):
                return
    for case in cases:
        try:
            case.check(stage, before=before)
        except Broken as broken:
            yield broken


def verdicts(
    stage: Stage, *, before: Sequence[Stage] = (), examples: int = EXAMPLES, seconds: float = SECONDS
) -> Iterator[tuple[Law, Broken | None]]:
    """Each law as soon as it is tried, with how the stage breaks it, or None; the last one may leave nothing to try."""
    for law in LAWS:
        found = None
        try:
            law(stage, before=before, examples=examples, seconds=seconds)
        except Broken as broken:
            found = broken
        yield law, found
        if found is not None and leaves_nothing(stage, law, found):
            return


def leaves_nothing(stage: Stage, law: Law, broken: Broken) -> bool:
    """Whether no other law can be tried: the stage never ends, or its declaration lets it run nowhere."""
    return broken.law == "ends" or (law.name == "declared" and not _is_sound(stage))


def _is_sound(stage: Stage) -> bool:
    return next(validate.faults(stage), None) is None
