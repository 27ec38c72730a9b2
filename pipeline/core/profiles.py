"""One recipe for most documents, and one for each profile: what it says, laid over what holds for all."""

from collections.abc import Mapping, Sequence

import msgspec

from pipeline.config.settings import Match, Profile, Settings, over
from pipeline.core.recipe import BUILT_IN, Recipe, recipe
from pipeline.errors import SettingError
from pipeline.model.article import PipelineVersion
from pipeline.model.stage import Stage
from pipeline.version import __version__


class RecipeVariant(msgspec.Struct, frozen=True):
    """A recipe, the documents it is for, and what the provenance says about it. Without a match it is for all."""

    recipe: Recipe
    version: PipelineVersion
    match: Match | None = None

    def only(self, names: set[str]) -> "RecipeVariant":
        """The same way with these stages of its recipe."""
        left_out = {stage.name for stage in self.recipe.stages} - names
        return way(self.recipe.without(left_out), self.version.profile, self.match)


def way(made: Recipe, profile: str | None = None, match: Match | None = None) -> RecipeVariant:
    """A recipe with its provenance."""
    version = PipelineVersion(version=__version__, settings=made.fingerprint, profile=profile, stages=made.versions)
    return RecipeVariant(made, version, match)


def ways(stages: Sequence[str | Stage] | None, settings: Settings) -> tuple[RecipeVariant, ...]:
    """A way for each profile, in their order, and at the end the one for all other documents.

    `stages` go before the recipe that the settings name. Raises `UsageError`; a `SettingError` where a setting is to
    blame.
    """
    chosen = settings.recipe if stages is None else stages
    common = recipe(chosen, settings.stages, rules=settings.rules, vocabulary=settings.vocabulary)
    found = [
        way(_laid_over(name, profile, chosen, settings), name, profile.match)
        for name, profile in settings.profiles.items()
    ]
    return (*found, way(common))


def first_fitting(among: Sequence[RecipeVariant], name: str, metadata: Mapping[str, str]) -> RecipeVariant:
    """The way of the document with this id and metadata: the first whose match fits."""
    return next(way for way in among if way.match is None or way.match.fits(name, metadata))


def _laid_over(name: str, profile: Profile, stages: Sequence[str | Stage] | None, settings: Settings) -> Recipe:
    given = {stage.name: stage for stage in stages or () if not isinstance(stage, str)}
    chosen = stages if profile.recipe is None else [given.get(stage, stage) for stage in profile.recipe]
    names = {stage if isinstance(stage, str) else stage.name for stage in (BUILT_IN if chosen is None else chosen)}
    # What is said for all documents about a stage that this profile leaves out says nothing here.
    common = {stage: values for stage, values in settings.stages.items() if stage in names}
    rules = {rule: value for rule, value in settings.rules.items() if rule.partition(".")[0] in names}
    try:
        return recipe(
            chosen,
            over(common, profile.stages),
            rules=over(rules, profile.rules, ("rules",)),
            vocabulary=settings.vocabulary + profile.vocabulary,
        )
    except SettingError as error:
        raise SettingError(("profiles", name, *error.key), f"profile {name!r}: {error.reason}") from error
