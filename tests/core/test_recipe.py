"""The recipe: errors are raised before any text is read, and say what to move where."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import pytest

from pipeline import Document, Finding, Pipeline, Rule, UsageError
from pipeline.config.options import options
from pipeline.core.recipe import BUILT_IN, Recipe, check_order, recipe, step
from pipeline.version import __version__


@dataclass(frozen=True)
class Silent:
    """A repair that finds nothing."""

    name: ClassVar[str] = "silent"
    after: ClassVar[frozenset[str]] = frozenset()
    needs: ClassVar[frozenset[str]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset()
    rules: ClassVar[tuple[Rule, ...]] = ()
    protocol: ClassVar[int] = 1
    longest: int = 40
    hours: frozenset[int] = frozenset({0, 8})

    def find(self, document: Document) -> Iterator[Finding]:
        """Yields nothing."""
        yield from ()


@dataclass(frozen=True)
class Tides(Silent):
    """A finder that gives a layer."""

    name: ClassVar[str] = "tides"
    gives: ClassVar[frozenset[str]] = frozenset({"tides.level"})


@dataclass(frozen=True)
class Harbour(Silent):
    """A finder that needs that layer."""

    name: ClassVar[str] = "harbour"
    needs: ClassVar[frozenset[str]] = frozenset({"tides.level"})
    gives: ClassVar[frozenset[str]] = frozenset({"part"})


@dataclass(frozen=True)
class Late(Silent):
    """A repair that must run after two others."""

    name: ClassVar[str] = "late"
    after: ClassVar[frozenset[str]] = frozenset({"entities", "words"})


@dataclass(frozen=True)
class Future(Silent):
    """A stage for a contract that is not this one."""

    name: ClassVar[str] = "future"
    protocol: ClassVar[int] = 2


# --- what a recipe is


def test_built_in_recipe_has_the_documented_order() -> None:
    built_in = recipe()
    assert [stage.name for stage in built_in.stages] == list(BUILT_IN)
    assert [step.stage.name for step in built_in.repairs] == ["entities", "mojibake", "markup", "punctuation", "words"]
    assert [step.stage.name for step in built_in.finders] == ["languages", "credits", "dialogue", "kind"]


def test_every_built_in_stage_is_found_under_its_own_name() -> None:
    assert all(recipe([name]).stages[0].name == name for name in BUILT_IN)


def test_recipe_may_mix_names_and_stage_objects() -> None:
    assert [stage.name for stage in recipe(["entities", Silent(), "languages"]).stages] == [
        "entities",
        "silent",
        "languages",
    ]


def test_a_recipe_may_be_empty() -> None:
    assert recipe([]).stages == ()


def test_a_selection_keeps_the_order_of_the_recipe() -> None:
    assert [stage.name for stage in recipe().select(["words", "entities"]).stages] == ["entities", "words"]


def test_selecting_an_unknown_stage_suggests_the_nearest() -> None:
    with pytest.raises(UsageError, match="stage 'entites' is not in the recipe; did you mean 'entities'"):
        recipe().select(["entites"])


# --- what is refused


def test_an_unknown_stage_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(UsageError, match="stage 'mojibak' is not known; did you mean 'mojibake'"):
        recipe(["mojibak"])


def test_an_unknown_stage_like_no_other_is_refused_with_all_names() -> None:
    with pytest.raises(UsageError, match="stage 'zzz' is not known; use one of: entities, mojibake"):
        recipe(["zzz"])


def test_error_for_a_misplaced_stage_says_where_to_move_it() -> None:
    with pytest.raises(UsageError, match="'mojibake' must run after 'entities'; move it after 'entities'"):
        recipe(["mojibake", "entities"])


def test_error_names_the_last_stage_to_follow() -> None:
    names = ["late", "words", "entities"]
    with pytest.raises(UsageError, match="move it after 'entities'"):
        check_order([recipe([name]).stages[0] if name != "late" else Late() for name in names])


def test_stage_to_follow_may_be_missing_from_the_recipe() -> None:
    assert recipe([Late()]).stages == (Late(),)


def test_error_for_a_layer_given_too_late_says_what_to_move() -> None:
    with pytest.raises(UsageError, match=r"'harbour' needs layer 'tides\.level'.*; move it after 'tides'"):
        recipe([Harbour(), Tides()])
    assert recipe([Tides(), Harbour()]).stages == (Tides(), Harbour())


def test_layer_that_no_stage_gives_is_named() -> None:
    with pytest.raises(UsageError, match=r"'harbour' needs layer 'tides\.level'.*; add a stage that gives it"):
        recipe([Harbour()])


def test_error_for_a_repair_after_a_finder_says_where_to_move_it() -> None:
    with pytest.raises(
        UsageError, match=r"'silent' repairs text but comes after 'tides'.*move 'silent' before 'tides'"
    ):
        recipe([Tides(), Harbour(), Silent()])


def test_stage_may_be_listed_only_once() -> None:
    with pytest.raises(UsageError, match="stage 'silent' is listed twice; remove one"):
        recipe([Silent(), Silent(longest=7)])


def test_a_stage_for_another_protocol_is_refused() -> None:
    with pytest.raises(UsageError, match="stage 'future' supports protocol 2, but this version uses 1"):
        recipe([Future()])


def test_a_recipe_is_refused_before_any_text_is_read() -> None:
    with pytest.raises(UsageError):
        Pipeline([Tides(), Silent()])


# --- settings


def test_settings_are_the_fields_of_their_stage() -> None:
    assert options(recipe([Silent()], {"silent": {"longest": 12}}).stages[0]) == {
        "longest": 12,
        "hours": frozenset({0, 8}),
    }


def test_settings_keep_other_options_of_a_stage_object() -> None:
    (stage,) = recipe([Silent(longest=7)], {"silent": {"hours": [6]}}).stages
    assert stage == Silent(longest=7, hours=frozenset({6}))


def test_an_unknown_setting_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(UsageError, match=r"\[stages\.silent\]: no setting 'longst'; did you mean 'longest'"):
        recipe([Silent()], {"silent": {"longst": 12}})


def test_a_setting_of_the_wrong_type_is_refused_with_its_name() -> None:
    with pytest.raises(UsageError, match=r"\[stages\.silent\]: Expected `int`, got `str` - at `longest`"):
        recipe([Silent()], {"silent": {"longest": "forty"}})


def test_an_unknown_setting_of_a_built_in_stage_is_refused() -> None:
    with pytest.raises(UsageError, match=r"\[stages\.entities\]: no setting 'colour'"):
        recipe(["entities"], {"entities": {"colour": "red"}})


def test_settings_of_a_stage_that_is_not_in_the_recipe_are_refused_with_the_nearest_name() -> None:
    with pytest.raises(UsageError, match=r"\[stages\.silnt\]: the recipe has no stage 'silnt'; did you mean 'silent'"):
        recipe([Silent()], {"silnt": {"longest": 12}})


# --- what is recorded


def of(*stages: Silent) -> Recipe:
    return Recipe(tuple(step(stage) for stage in stages))


def test_fingerprint_depends_on_stages_order_and_settings() -> None:
    recipes = [(), (Silent(),), (Silent(longest=41),), (Silent(), Late()), (Late(), Silent())]
    assert len({of(*stages).fingerprint for stages in recipes}) == len(recipes)


def test_fingerprint_does_not_depend_on_the_order_of_a_set() -> None:
    forward, backward = Silent(hours=frozenset([0, 8])), Silent(hours=frozenset([8, 0]))
    assert list(forward.hours) != list(backward.hours)
    assert of(forward).fingerprint == of(backward).fingerprint


def test_built_in_stages_are_recorded_with_their_distribution() -> None:
    built_in, own = recipe(["entities", Silent()]).versions
    assert (built_in.name, built_in.package, built_in.version) == ("entities", "bilingual-pipeline", __version__)
    assert (own.name, own.package, own.version) == ("silent", None, None)
