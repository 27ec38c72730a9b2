"""`rule_meanings` documents the rules of the stages that it can load, and skips other stages."""

from installed import InstalledPackages

from pipeline.core.recipe import PIPELINE_RULES, recipe, rule_meanings


def test_rules_of_built_in_stages_have_their_meaning() -> None:
    stages = recipe().stages
    meanings = rule_meanings(stage.name for stage in stages)
    assert {rule.name: rule.meaning for stage in stages for rule in stage.rules}.items() <= meanings.items()


def test_only_rules_of_the_given_stages_are_added() -> None:
    added = rule_meanings(["words"]).keys() - PIPELINE_RULES.keys()
    assert {name.partition(".")[0] for name in added} == {"words"}


def test_rules_of_an_installed_stage_have_their_meaning(packages: InstalledPackages) -> None:
    packages.stage("shout")
    assert rule_meanings(["words", "shout"])["shout.oh"] == "a small `oh`"


def test_a_stage_that_is_not_installed_is_skipped() -> None:
    assert rule_meanings(["theirs"]) == PIPELINE_RULES


def test_a_stage_that_cannot_be_loaded_is_skipped(packages: InstalledPackages) -> None:
    packages.put("broken-stages", "1", "broken_stages", "raise OSError('no dictionary')", "shout")
    assert rule_meanings(["shout"]) == PIPELINE_RULES
