"""The recipe: which stages run, in which order, with which settings, for which documents.

A recipe is checked before any text is read. `recipe` makes one, `recipe_variants` one for each profile of the settings,
and `rule_meanings` documents the rules of its stages.
"""

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from importlib import import_module

import msgspec

from pipeline.config import validate
from pipeline.config.options import options, with_options
from pipeline.config.plugins import Offer, Package, offered, offers, package_of
from pipeline.config.settings import Match, Profile, Settings, Threshold, over
from pipeline.errors import SettingError, UsageError, did_you_mean
from pipeline.lexicon.vocabulary import NO_VOCABULARY, Vocabulary
from pipeline.model.article import ARTICLE_INVALID, STAGE_FAILED, PipelineVersion, StageVersion
from pipeline.model.stage import Rule, Stage
from pipeline.version import __version__

THIS_PACKAGE = Package("bilingual-pipeline", __version__)

BUILT_IN = {
    "entities": "Entities",
    "mojibake": "Mojibake",
    "markup": "Markup",
    "punctuation": "Punctuation",
    "words": "Words",
    "languages": "Languages",
    "credits": "Credits",
    "dialogue": "Dialogue",
    "kind": "Kind",
}
"""The stages of the built-in recipe in order: their names, which are also their modules, and their classes."""

OFF = math.inf
"""The threshold of a rule that is off."""

PIPELINE_RULES = {
    "decoding.mixed-line-ends": "a line end that is not like the document's others",
    "decoding.undecodable": "bytes that no codec reads; U+FFFD stands for them",
    "decoding.language": "text in an encoding of Japanese, Korean or Russian, which this pipeline is not made for",
    "assembly.unlabelled": "text that no stage labelled",
    STAGE_FAILED: "a finder failed, and what it finds is missing",
    ARTICLE_INVALID: "the structure that was found would break the contract, and was left out",
}
"""The meanings of rules that belong to no stage: those of decoding and of assembling the article."""


class Step(msgspec.Struct, frozen=True):
    """A stage of a recipe, with its rules by name and the package it comes from."""

    stage: Stage
    rules: Mapping[str, Rule]
    package: Package

    @property
    def foreign(self) -> str | None:
        """Name and version of the package, for messages; None for a stage of this package."""
        return None if self.package == THIS_PACKAGE else self.package.name and str(self.package)


class Recipe(msgspec.Struct, frozen=True, dict=True):
    """Checked steps in the order in which they run, and the settings that hold for all of them."""

    steps: tuple[Step, ...]
    thresholds: Mapping[str, float] = {}
    """The thresholds that the settings change, by rule; `OFF` for a rule that is off."""
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
        """The recipe with only these stages, in its own order. Raises `UsageError` for an unknown name."""
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
        """SHA-256 of all that changes the result, except versions: order, settings, thresholds, vocabulary."""
        configuration = {
            "stages": [[stage.name, options(stage)] for stage in self.stages],
            "rules": {name: "off" if value == OFF else value for name, value in self.thresholds.items()},
            "vocabulary": self.vocabulary,
        }
        return hashlib.sha256(msgspec.json.encode(configuration, order="deterministic")).hexdigest()

    @cached_property
    def versions(self) -> tuple[StageVersion, ...]:
        """Name, package and version of each stage, for the provenance."""
        return tuple(
            StageVersion(name=step.stage.name, package=step.package.name, version=step.package.version)
            for step in self.steps
        )


class RecipeVariant(msgspec.Struct, frozen=True):
    """A recipe, its provenance, and the documents that it is for: those that match, or all if there is no `match`."""

    recipe: Recipe
    version: PipelineVersion
    match: Match | None = None

    def select(self, names: set[str]) -> "RecipeVariant":
        """The variant with only these stages in its recipe."""
        left_out = {stage.name for stage in self.recipe.stages} - names
        return _variant(self.recipe.without(left_out), self.version.profile, self.match)


def recipe(
    stages: Sequence[str | Stage] | None = None,
    settings: Mapping[str, Mapping[str, object]] | None = None,
    *,
    rules: Mapping[str, Threshold] | None = None,
    vocabulary: Vocabulary = NO_VOCABULARY,
) -> Recipe:
    """Make and check a recipe.

    `stages` are stages, or names of built-in or installed ones; by default the built-in recipe. `settings` has the
    option values of each stage by its name. `rules` has a threshold from 0 to 1, or `off`, by the name of a rule, or
    of a stage for all its rules. Raises `UsageError`; its subclass `SettingError` if a setting is wrong.
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
    check_order(made_stages)
    return Recipe(tuple(steps), _thresholds(rules or {}, steps), vocabulary)


def recipe_variants(stages: Sequence[str | Stage] | None, settings: Settings) -> tuple[RecipeVariant, ...]:
    """The recipe of each profile, in order, and last the one for all other documents.

    `stages` override the recipe of the settings. Raises `UsageError`; its subclass `SettingError` if a setting is
    wrong.
    """
    chosen = settings.recipe if stages is None else stages
    default = recipe(chosen, settings.stages, rules=settings.rules, vocabulary=settings.vocabulary)
    profiles = [
        _variant(_profile_recipe(name, profile, chosen, settings), name, profile.match)
        for name, profile in settings.profiles.items()
    ]
    return (*profiles, _variant(default))


def matching_variant(variants: Sequence[RecipeVariant], id: str, metadata: Mapping[str, str]) -> RecipeVariant:  # noqa: A002 -- as in an article
    """The first variant that matches the document with this id and metadata."""
    return next(variant for variant in variants if variant.match is None or variant.match.fits(id, metadata))


def _variant(made: Recipe, profile: str | None = None, match: Match | None = None) -> RecipeVariant:
    version = PipelineVersion(version=__version__, settings=made.fingerprint, profile=profile, stages=made.versions)
    return RecipeVariant(made, version, match)


def _profile_recipe(name: str, profile: Profile, stages: Sequence[str | Stage] | None, settings: Settings) -> Recipe:
    """The recipe of a profile: what the profile sets overrides what the settings set for all documents."""
    objects = {stage.name: stage for stage in stages or () if not isinstance(stage, str)}
    chosen = stages if profile.recipe is None else [objects.get(stage, stage) for stage in profile.recipe]
    names = {stage if isinstance(stage, str) else stage.name for stage in (BUILT_IN if chosen is None else chosen)}
    # The settings may have options and thresholds of stages that this profile leaves out.
    options_of_all = {stage: values for stage, values in settings.stages.items() if stage in names}
    rules_of_all = {rule: value for rule, value in settings.rules.items() if rule.partition(".")[0] in names}
    try:
        return recipe(
            chosen,
            over(options_of_all, profile.stages),
            rules=over(rules_of_all, profile.rules, ("rules",)),
            vocabulary=settings.vocabulary + profile.vocabulary,
        )
    except SettingError as error:
        raise SettingError(("profiles", name, *error.key), f"profile {name!r}: {error.reason}") from error


def rule_meanings(stages: Iterable[str]) -> dict[str, str]:
    """The meaning of each rule of these stages, built-in or installed, and of `PIPELINE_RULES`, by the rule's name.

    A stage that is not installed, or cannot be loaded, is skipped.
    """
    meanings = dict(PIPELINE_RULES)
    names = list(stages)
    installed = offers() if any(name not in BUILT_IN for name in names) else ()
    for name in names:
        try:
            rules = step(name, installed).stage.rules
        except UsageError:
            continue
        meanings.update((rule.name, rule.meaning) for rule in rules)
    return meanings


def step(stage: str | Stage, installed: tuple[Offer, ...] = ()) -> Step:
    """Make a step of a stage, or of the name of a built-in or installed one. Raises `UsageError`."""
    if not isinstance(stage, str):
        for fault in validate.faults(stage):
            raise UsageError(f"stage {getattr(stage, 'name', stage)!r} {fault}")
        is_built_in = type(stage).__module__.startswith("pipeline.stages.")
        return Step(stage, _by_name(stage), THIS_PACKAGE if is_built_in else package_of(stage))
    if stage in BUILT_IN:
        built_in: Stage = getattr(import_module(f"pipeline.stages.{stage}.stage"), BUILT_IN[stage])()
        return Step(built_in, _by_name(built_in), THIS_PACKAGE)
    offer = offered(stage, installed)
    if offer is None:
        known = [*BUILT_IN, *(other.name for other in installed)]
        raise SettingError(("recipe",), f"stage {stage!r} is not known{did_you_mean(stage, known)}")
    loaded = offer.load()
    return Step(loaded, _by_name(loaded), offer.package)


def check_order(stages: Sequence[Stage]) -> None:
    """Check that the stages can run in this order. Raises `SettingError`, which says what to move where."""
    layers: set[str] = set()
    first_finder = ""
    names = [stage.name for stage in stages]
    for i, stage in enumerate(stages):
        if stage.name in names[:i]:
            raise _misplaced(f"stage {stage.name!r} is listed twice; remove one")
        late = [name for name in names[i + 1 :] if name in stage.after]
        if late:
            raise _misplaced(f"{stage.name!r} must run after {late[-1]!r}; move it after {late[-1]!r}")
        missing = sorted(stage.needs - layers)
        if missing:
            givers = [other.name for other in stages[i + 1 :] if missing[0] in other.gives]
            move = f"move it after {givers[0]!r}" if givers else "add a stage that gives it"
            raise _misplaced(f"{stage.name!r} needs layer {missing[0]!r}, which no stage before it gives; {move}")
        if not stage.gives and first_finder:
            raise _misplaced(
                f"{stage.name!r} repairs text but comes after {first_finder!r}, which labels it; "
                f"move {stage.name!r} before {first_finder!r}"
            )
        if stage.gives:
            first_finder = first_finder or stage.name
        layers |= stage.gives


def _by_name(stage: Stage) -> dict[str, Rule]:
    return {rule.name: rule for rule in stage.rules}


def _misplaced(reason: str) -> SettingError:
    return SettingError(("recipe",), f"recipe: {reason}")


def _thresholds(rules: Mapping[str, Threshold], steps: Sequence[Step]) -> dict[str, float]:
    """The threshold of each rule that `rules` names. A threshold of a rule overrides that of its stage."""
    by_stage = {step.stage.name: list(step.rules) for step in steps}
    names = [name for of_stage in by_stage.values() for name in of_stage]
    thresholds: dict[str, float] = {}
    for name in sorted(rules, key=lambda name: name not in by_stage):
        value = rules[name]
        if name not in by_stage and name not in names:
            reason = f"[rules]: the recipe has no rule or stage {name!r}{_nearest_rule(name, names, list(by_stage))}"
            raise SettingError(("rules", name), reason)
        for rule in by_stage.get(name, [name]):
            thresholds[rule] = OFF if value == "off" else float(value)
    return thresholds


def _nearest_rule(name: str, rules: Sequence[str], stages: Sequence[str]) -> str:
    """A hint: the nearest rule, or the nearest stage if no stage has this name. All rules are too many to list."""
    stage = name.partition(".")[0]
    of_stage = [rule for rule in rules if rule.startswith(f"{stage}.")]
    return did_you_mean(name, of_stage) if of_stage else did_you_mean(stage, stages)
