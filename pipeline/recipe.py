"""Which stages run, in which order, with which settings; all of it is checked before any text is read."""

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from importlib import import_module
from typing import Any, cast

import msgspec

from pipeline.article import StageVersion
from pipeline.errors import UsageError
from pipeline.stage import PROTOCOL, Stage
from pipeline.version import __version__

DISTRIBUTION = "bilingual-pipeline"

BUILT_IN = {
    "entities": "Entities",
    "mojibake": "Mojibake",
    "markup": "Markup",
    "punctuation": "Punctuation",
    "words": "Words",
    "languages": "Languages",
    "credits": "Credits",
    "dialogue": "Dialogue",
}
"""The stages of this package in the order of the built-in recipe: name, which is also the module, and class."""


class Recipe(msgspec.Struct, frozen=True):
    """Checked stages in the order in which they run."""

    stages: tuple[Stage, ...]

    @property
    def repairs(self) -> tuple[Stage, ...]:
        """The stages that may change the text."""
        return tuple(stage for stage in self.stages if not stage.gives)

    @property
    def finders(self) -> tuple[Stage, ...]:
        """The stages that label the final text."""
        return tuple(stage for stage in self.stages if stage.gives)

    def select(self, names: Sequence[str]) -> "Recipe":
        """The stages of this recipe that `names` names, in the recipe's order. Raises `UsageError` for another name."""
        known = [stage.name for stage in self.stages]
        for name in names:
            if name not in known:
                raise UsageError(f"stage {name!r} is not in the recipe{_nearest(name, known)}")
        return Recipe(tuple(stage for stage in self.stages if stage.name in names))


def recipe(
    stages: Sequence[str | Stage] | None = None, settings: Mapping[str, Mapping[str, object]] | None = None
) -> Recipe:
    """A checked recipe of `stages` (names of built-in ones, or stages), by default the built-in one.

    `settings` holds for each stage's name the values of its fields. Raises `UsageError`.
    """
    settings = dict(settings or {})
    made = tuple(
        _load(stage, settings.get(stage, {})) if isinstance(stage, str) else _set(stage, settings.get(stage.name, {}))
        for stage in (BUILT_IN if stages is None else stages)
    )
    names = [stage.name for stage in made]
    for name in settings:
        if name not in names:
            raise UsageError(f"[stages.{name}]: the recipe has no stage {name!r}{_nearest(name, names)}")
    check(made)
    return Recipe(made)


def check(stages: Sequence[Stage]) -> None:
    """Raises `UsageError`, which says what to move where, unless the stages can run in this order."""
    given: set[str] = set()
    finder = ""
    names = [stage.name for stage in stages]
    for i, stage in enumerate(stages):
        if stage.name in names[:i]:
            raise UsageError(f"recipe: stage {stage.name!r} stands twice; take one out")
        if stage.protocol != PROTOCOL:
            raise UsageError(f"stage {stage.name!r} is written for protocol {stage.protocol}, this is {PROTOCOL}")
        late = [name for name in names[i + 1 :] if name in stage.after]
        if late:
            raise UsageError(f"recipe: {stage.name!r} must stand after {late[-1]!r}; move it behind {late[-1]!r}")
        missing = sorted(stage.needs - given)
        if missing:
            givers = [other.name for other in stages[i + 1 :] if missing[0] in other.gives]
            move = f"move it behind {givers[0]!r}" if givers else "add a stage that gives it"
            raise UsageError(
                f"recipe: {stage.name!r} needs layer {missing[0]!r}, which nothing before it gives; {move}"
            )
        if not stage.gives and finder:
            raise UsageError(
                f"recipe: {stage.name!r} repairs text and stands after {finder!r}, which labels it; "
                f"move {stage.name!r} before {finder!r}"
            )
        if stage.gives:
            finder = finder or stage.name
        given |= stage.gives


def versions(stages: Sequence[Stage]) -> tuple[StageVersion, ...]:
    """Name, distribution and version of each stage, for the provenance."""
    return tuple(
        StageVersion(name=stage.name, package=DISTRIBUTION, version=__version__)
        if type(stage).__module__.startswith("pipeline.stages.")
        else StageVersion(name=stage.name, package=None, version=None)
        for stage in stages
    )


def fingerprint(stages: Sequence[Stage]) -> str:
    """SHA-256 of the recipe and every stage's settings: what decides the result besides the versions."""
    told = [[stage.name, options(stage)] for stage in stages]
    return hashlib.sha256(msgspec.json.encode(told, order="deterministic")).hexdigest()


def options(stage: Stage) -> dict[str, object]:
    """The settings of a stage: the fields of its dataclass."""
    return {field.name: getattr(stage, field.name) for field in dataclasses.fields(cast("Any", stage))}


def _load(name: str, values: Mapping[str, object]) -> Stage:
    if name not in BUILT_IN:
        raise UsageError(f"stage {name!r} is not known{_nearest(name, list(BUILT_IN))}")
    return _set(getattr(import_module(f"pipeline.stages.{name}"), BUILT_IN[name])(), values)


def _set(stage: Stage, values: Mapping[str, object]) -> Stage:
    """The same stage with `values` in its fields."""
    known = list(options(stage))
    for key in values:
        if key not in known:
            allowed = _nearest(key, known) if known else "; it has no settings"
            raise UsageError(f"[stages.{stage.name}]: no setting {key!r}{allowed}")
    try:
        typed = msgspec.convert(dict(values), type(stage)) if values else stage
    except msgspec.ValidationError as error:
        raise UsageError(f"[stages.{stage.name}]: {str(error).replace('$.', '')}") from None
    return cast("Stage", dataclasses.replace(cast("Any", stage), **{key: getattr(typed, key) for key in values}))


def _nearest(name: str, known: Sequence[str]) -> str:
    close = get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; known are {', '.join(known) or 'none'}"
