"""What a rule means is told for every rule that is here, and for no other."""

from installed import Shelf

from pipeline.core.meanings import NO_STAGE, meanings
from pipeline.core.recipe import recipe


def test_rules_of_built_in_stages_are_told() -> None:
    stages = recipe().stages
    told = meanings(stage.name for stage in stages)
    assert {rule.name: rule.meaning for stage in stages for rule in stage.rules}.items() <= told.items()


def test_only_the_stages_asked_for_are_loaded() -> None:
    assert {name.partition(".")[0] for name in meanings(["words"]).keys() - NO_STAGE.keys()} == {"words"}


def test_rules_of_an_installed_stage_are_told(shelf: Shelf) -> None:
    shelf.stage("shout")
    assert meanings(["words", "shout"])["shout.oh"] == "a small `oh`"


def test_a_stage_that_is_not_here_adds_nothing() -> None:
    assert meanings(["theirs"]) == NO_STAGE


def test_a_stage_that_cannot_be_loaded_adds_nothing(shelf: Shelf) -> None:
    shelf.put("broken-stages", "1", "broken_stages", "raise OSError('no dictionary')", "shout")
    assert meanings(["shout"]) == NO_STAGE
