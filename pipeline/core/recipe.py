"""Which stages run, in which order, with which settings; all of it is checked before any text is read."""

import hashlib
import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from importlib import import_module

import msgspec

from pipeline.config import validate
from pipeline.config.options import options, with_options
from pipeline.config.plugins import Offer, Package, offered, offers, package_of
from pipeline.config.settings import Threshold
from pipeline.errors import SettingError, UsageError, did_you_mean
from pipeline.lexicon.vocabulary import NO_VOCABULARY, Vocabulary
from pipeline.model.article import StageVersion
from pipeline.model.stage import Rule, Stage
from pipeline.version import __version__

OWN = Package("bilingual-pipeline", __version__)

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

OFF = math.inf


class Step(msgspec.Struct, frozen=True):
    """A stage in its place: with its rules by name, and the package it comes from."""

    stage: Stage
    rules: Mapping[str, Rule]
    package: Package

    @property
    def foreign(self) -> str | None:
        """The package, where it is not this one: for a message about the stage."""
        return None if self.package == OWN else self.package.name and str(self.package)


class Recipe(msgspec.Struct, frozen=True, dict=True):
    """Checked steps in the order in which they run, and what the settings say to all of them."""

    steps: tuple[Step, ...]
    thresholds: Mapping[str, float] = {}
    """Of the rules whose threshold is not their own; infinite for a rule that is off."""
    vocabulary: Vocabulary = NO_VOCABULARY

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """The stages."""
        return tuple(step.stage for step in self.steps)

    @cached_property
    def repairs(self) -> tuple[Step, ...]:
        """The steps that may change the text."""
        return tuple(step for step in self.steps if not step.stage.gives)

    @cached_property
    def finders(self) -> tuple[Step, ...]:
        """The steps that label the final text."""
        return tuple(step for step in self.steps if step.stage.gives)

    def select(self, names: Sequence[str]) -> "Recipe":
        """The steps that `names` names, in the recipe's order. Raises `UsageError` for another name."""
        known = [stage.name for stage in self.stages]
        for name in names:
            if name not in known:
                raise UsageError(f"stage {name!r} is not in the recipe{did_you_mean(name, known)}")
        return self.without(set(known) - set(names))

    def without(self, names: set[str]) -> "Recipe":
        """The recipe without these stages."""
        steps = tuple(step for step in self.steps if step.stage.name not in names)
        return msgspec.structs.replace(self, steps=steps)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of all that decides the result besides the versions: order, settings, thresholds, vocabulary."""
        told = {
            "stages": [[stage.name, options(stage)] for stage in self.stages],
            "rules": {name: "off" if value == OFF else value for name, value in self.thresholds.items()},
            "vocabulary": self.vocabulary,
        }
        return hashlib.sha256(msgspec.json.encode(told, order="deterministic")).hexdigest()

    @cached_property
    def versions(self) -> tuple[StageVersion, ...]:
        """Name, package and version of each stage, for the provenance."""
        return tuple(
            StageVersion(name=step.stage.name, package=step.package.name, version=step.package.version)
            for step in self.steps
        )


def recipe(
    stages: Sequence[str | Stage] | None = None,
    settings: Mapping[str, Mapping[str, object]] | None = None,
    *,
    rules: Mapping[str, Threshold] | None = None,
    vocabulary: Vocabulary = NO_VOCABULARY,
) -> Recipe:
    """A checked recipe of `stages` (names of built-in or installed ones, or stages), by default the built-in one.

    `settings` holds for each stage's name the values of its fields; `rules` for the name of a rule, or of a stage and
    so for all its rules, a threshold or `off`. Raises `UsageError`; a `SettingError` where a setting is to blame.
    """
    settings = dict(settings or {})
    installed: tuple[Offer, ...] | None = None
    steps = []
    for stage in BUILT_IN if stages is None else stages:
        if isinstance(stage, str) and stage not in BUILT_IN and installed is None:
            installed = offers()
        made = step(stage, installed or ())
        name = made.stage.name
        chosen = with_options(made.stage, settings.get(name, {}), ("stages", name))
        steps.append(msgspec.structs.replace(made, stage=chosen))
    made_stages = [made.stage for made in steps]
    names = [stage.name for stage in made_stages]
    for name in settings:
        if name not in names:
            reason = f"[stages.{name}]: the recipe has no stage {name!r}{did_you_mean(name, names)}"
            raise SettingError(("stages", name), reason)
    check(made_stages)
    return Recipe(tuple(steps), _thresholds(rules or {}, steps), vocabulary)


def step(stage: str | Stage, installed: tuple[Offer, ...] = ()) -> Step:
    """A stage, or the built-in or installed one of that name, with its rules and package. Raises `UsageError`."""
    if not isinstance(stage, str):
        for fault in validate.faults(stage):
            raise UsageError(f"stage {getattr(stage, 'name', stage)!r} {fault}")
        own = type(stage).__module__.startswith("pipeline.stages.")
        return Step(stage, _by_name(stage), OWN if own else package_of(stage))
    if stage in BUILT_IN:
        found: Stage = getattr(import_module(f"pipeline.stages.{stage}.stage"), BUILT_IN[stage])()
        return Step(found, _by_name(found), OWN)
    offer = offered(stage, installed)
    if offer is None:
        known = [*BUILT_IN, *(other.name for other in installed)]
        raise SettingError(("recipe",), f"stage {stage!r} is not known{did_you_mean(stage, known)}")
    found = offer.load()
    return Step(found, _by_name(found), offer.package)


def check(stages: Sequence[Stage]) -> None:
    """Raises `UsageError`, which says what to move where, unless the stages can run in this order."""
    given: set[str] = set()
    finder = ""
    names = [stage.name for stage in stages]
    for i, stage in enumerate(stages):
        if stage.name in names[:i]:
            raise _misplaced(f"stage {stage.name!r} stands twice; take one out")
        late = [name for name in names[i + 1 :] if name in stage.after]
        if late:
            raise _misplaced(f"{stage.name!r} must stand after {late[-1]!r}; move it behind {late[-1]!r}")
        missing = sorted(stage.needs - given)
        if missing:
            givers = [other.name for other in stages[i + 1 :] if missing[0] in other.gives]
            move = f"move it behind {givers[0]!r}" if givers else "add a stage that gives it"
            raise _misplaced(f"{stage.name!r} needs layer {missing[0]!r}, which nothing before it gives; {move}")
        if not stage.gives and finder:
            raise _misplaced(
                f"{stage.name!r} repairs text and stands after {finder!r}, which labels it; "
                f"move {stage.name!r} before {finder!r}"
            )
        if stage.gives:
            finder = finder or stage.name
        given |= stage.gives


def _by_name(stage: Stage) -> dict[str, Rule]:
    return {rule.name: rule for rule in stage.rules}


def _misplaced(reason: str) -> SettingError:
    return SettingError(("recipe",), f"recipe: {reason}")


def _thresholds(rules: Mapping[str, Threshold], steps: Sequence[Step]) -> dict[str, float]:
    """The threshold of every rule that `rules` names; what it says of one rule goes before what it says of a stage."""
    by_stage = {step.stage.name: list(step.rules) for step in steps}
    names = [name for of_stage in by_stage.values() for name in of_stage]
    found: dict[str, float] = {}
    for name in sorted(rules, key=lambda name: name not in by_stage):
        value = rules[name]
        if name not in by_stage and name not in names:
            reason = f"[rules]: the recipe has no rule or stage {name!r}{_nearest_rule(name, names, list(by_stage))}"
            raise SettingError(("rules", name), reason)
        for rule in by_stage.get(name, [name]):
            found[rule] = OFF if value == "off" else float(value)
    return found


def _nearest_rule(name: str, rules: Sequence[str], stages: Sequence[str]) -> str:
    """The nearest rule, or the rules of the stage that the name begins with: all rules are too many to list."""
    stage = name.partition(".")[0]
    of_stage = [rule for rule in rules if rule.startswith(f"{stage}.")]
    return did_you_mean(name, of_stage) if of_stage else did_you_mean(stage, stages)
