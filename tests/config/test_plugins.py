"""Stages of other packages: found if installed, run if the recipe names them, and never trusted."""

import json
from pathlib import Path

import pytest
from installed import STAGE, InstalledPackages

import pipeline
from pipeline import Pipeline, StageError, UsageError
from pipeline.cli import main
from pipeline.config.plugins import offers
from pipeline.core.recipe import BUILT_IN, recipe

TALK = "Keeper: oh, the lamp.\nVisitor: oh?\nKeeper: It went out.\nVisitor: When?\n"


def refused(name: str) -> str:
    with pytest.raises(UsageError) as error:
        recipe(["entities", name])
    return str(error.value)


def test_a_stage_that_a_package_offers_runs_where_the_recipe_names_it(packages: InstalledPackages) -> None:
    packages.stage("loud")
    article = Pipeline(["entities", "loud", "dialogue"]).process(TALK)
    assert article.text.startswith("Keeper: OH, the lamp.")
    assert pipeline.restore(article) == TALK.encode()


def test_provenance_records_the_package_and_version_of_each_stage(packages: InstalledPackages) -> None:
    packages.stage("loud")
    stages = Pipeline(["entities", "loud"]).process(TALK).provenance.pipeline.stages
    assert [(stage.name, stage.package) for stage in stages] == [
        ("entities", "bilingual-pipeline"),
        ("loud", "loud-stages"),
    ]
    assert stages[1].version == "0.3"


def test_a_stage_that_is_passed_as_an_object_is_recorded_with_its_package_too(packages: InstalledPackages) -> None:
    packages.stage("loud")
    (stage,) = recipe(["loud"]).stages
    (recorded,) = recipe([type(stage)()]).versions
    assert (recorded.package, recorded.version) == ("loud-stages", "0.3")


def test_a_stage_that_no_recipe_names_changes_nothing(packages: InstalledPackages) -> None:
    before = pipeline.process(TALK)
    packages.stage("loud")
    assert Pipeline().process(TALK) == before


def test_settings_of_an_installed_stage_are_typed_and_checked(packages: InstalledPackages) -> None:
    packages.stage("loud")
    assert Pipeline(["loud"], {"loud": {"most": 1}}).clean("oh, oh") == "OH, oh"
    with pytest.raises(UsageError, match=r"\[stages\.loud\]: Expected `int` >= 1 - at `most`"):
        Pipeline(["loud"], {"loud": {"most": 0}})


def test_an_unknown_stage_is_refused_with_the_nearest_that_is_installed(packages: InstalledPackages) -> None:
    packages.stage("loud-voices")
    assert refused("loud-voice") == "stage 'loud-voice' is not known; did you mean 'loud-voices'?"


# --- what may be wrong with a package


def test_a_package_that_fails_to_import_is_named_with_the_reason(packages: InstalledPackages) -> None:
    packages.put("broken-stages", "1.0", "broken_stages", "import a_module_that_is_not_there", "loud")
    assert refused("loud") == (
        "stage 'loud' of package broken-stages 1.0 cannot be loaded from 'broken_stages:Shout': "
        "ModuleNotFoundError: No module named 'a_module_that_is_not_there'"
    )


def test_package_that_exits_on_import_is_named(packages: InstalledPackages) -> None:
    packages.put("broken-stages", "1.0", "leaving_stages", "raise SystemExit(3)", "loud")
    assert "SystemExit: 3" in refused("loud")


def test_a_package_without_the_class_that_it_offers_is_named(packages: InstalledPackages) -> None:
    packages.put("broken-stages", "1.0", "empty_stages", "", "loud")
    assert "package broken-stages 1.0 cannot be loaded from 'empty_stages:Shout': AttributeError" in refused("loud")


def test_two_packages_that_offer_one_name_are_both_named(packages: InstalledPackages) -> None:
    packages.stage("loud")
    packages.stage("loud", package="other-stages", version="2.1")
    assert refused("loud") == (
        "stage 'loud' is offered by loud-stages 0.3 (loud_stages_loud:Shout) and other-stages 2.1 "
        "(other_stages_loud:Shout); uninstall all but one"
    )


def test_a_stage_for_another_protocol_is_named_with_its_package(packages: InstalledPackages) -> None:
    code = STAGE.format(stage="loud", body="return ()").replace("protocol: ClassVar = 1", "protocol: ClassVar = 2")
    packages.put("new-stages", "9.0", "new_stages", code, "loud")
    said = refused("loud")
    assert said.startswith(
        "stage 'loud' of package new-stages 9.0 supports protocol 2, but this version uses 1; install"
    )


def test_an_entry_point_under_another_name_than_the_stage_is_refused(packages: InstalledPackages) -> None:
    packages.put("odd-stages", "1.0", "odd_stages", STAGE.format(stage="loud", body="return ()"), "quiet")
    assert "stage 'quiet' of package odd-stages 1.0 is named 'loud'" in refused("quiet")


SILENT = STAGE.format(stage="loud", body="return ()")


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("Shout = 7", "is named None"),
        ("class Shout: name = 'Loud'", "is named 'Loud'"),
        (SILENT.replace("def find", "def search"), "has no method 'find'"),
        (SILENT.replace("(frozen=True)", ""), "is not a frozen dataclass"),
        (SILENT.replace('"loud.oh"', '"oh"'), "declares rule 'oh'"),
        (SILENT.replace("0.6", "6"), "threshold 6, which is not between"),
        (SILENT.replace("] = 100", "]"), "__init__() missing 1 required"),
        (SILENT.replace("gives: ClassVar = frozenset()", 'gives: ClassVar = {"x"}'), "gives layer 'x', which must"),
        (
            SILENT.replace("needs: ClassVar = frozenset()", "needs: ClassVar = 'x'"),
            "does not declare 'needs' as a set of names",
        ),
    ],
)
def test_invalid_stage_is_refused_before_any_text_is_read(packages: InstalledPackages, code: str, fault: str) -> None:
    packages.put("odd-stages", "1.0", "odd_stages", code, "loud")
    said = refused("loud")
    assert said.startswith("stage 'loud' of package odd-stages 1.0 ")
    assert fault in said


def test_broken_package_outside_the_recipe_has_no_effect(packages: InstalledPackages) -> None:
    packages.put("broken-stages", "1.0", "broken_stages", "raise RuntimeError('broken')", "loud", "words")
    assert [stage.name for stage in recipe(["entities", "words"]).stages] == ["entities", "words"]
    assert Pipeline().process(TALK).text == TALK


def test_listing_installed_plugins_imports_nothing(packages: InstalledPackages) -> None:
    packages.put("broken-stages", "1.0", "broken_stages", "raise RuntimeError('broken')", "loud")
    (offer,) = offers()
    assert (offer.name, str(offer.package), offer.value) == ("loud", "broken-stages 1.0", "broken_stages:Shout")


# --- what may be wrong with a stage that runs


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("raise KeyError(document.text[:6])", "raised KeyError: 'Keeper' (line 20 of loud_stages_loud.py)"),
        ("return None", "raised TypeError: 'NoneType' object is not iterable"),
        ("return ['oh']", "is a repair and gave a str"),
        ("return [Label(0, 6, 'part', 'title', 'loud.oh', 1.0)]", "is a repair and gave a Label"),
        ("return [Edit(0, 'oh', 'OH', 'loud.oh', 1.0)]", "expects 'oh', the text has 'Ke'"),
        ("return [Edit(0, 'K', 'k', 'oh', 1.0)]", "used rule 'oh', which it does not declare"),
    ],
)
def test_a_stage_that_breaks_names_the_document_the_stage_and_the_package(
    packages: InstalledPackages, body: str, reason: str
) -> None:
    packages.stage("loud", body=body)
    with pytest.raises(StageError) as error:
        Pipeline(["loud"]).process(TALK, id="tape/7")
    assert str(error.value).startswith("tape/7: stage loud of loud-stages 0.3: ")
    assert reason in str(error.value)


def test_run_names_document_stage_and_package_and_continues(
    packages: InstalledPackages, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    packages.stage("loud", body="return [] if 'lamp' in document.text else 1 / 0")
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "a.txt").write_text("No light here.\n", "utf-8")
    (tmp_path / "raw" / "b.txt").write_text(TALK, "utf-8")
    (tmp_path / "p.toml").write_text('recipe = ["loud", "dialogue"]', "utf-8")
    done = main(["run", str(tmp_path / "raw"), "-o", str(tmp_path / "out"), "--config", str(tmp_path / "p.toml"), "-q"])
    assert done == 1
    said = "a: stage loud of loud-stages 0.3: raised ZeroDivisionError: division by zero"
    assert capsys.readouterr().err.startswith(said)
    (failure,) = (tmp_path / "out" / "_run" / "failures.jsonl").read_text("utf-8").splitlines()
    assert json.loads(failure)["package"] == "loud-stages 0.3"
    assert (tmp_path / "out" / "b.json").exists()


# --- the commands


def test_stages_lists_installed_stages_with_their_packages(
    packages: InstalledPackages, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    packages.stage("loud")
    (tmp_path / "p.toml").write_text('recipe = ["entities", "loud", "dialogue"]', "utf-8")
    assert main(["stages", "--config", str(tmp_path / "p.toml")]) == 0
    recipe_part, _, rest = capsys.readouterr().out.partition("installed but not in the recipe:")
    assert [line.split()[:5] for line in recipe_part.strip().splitlines()[2:3]] == [
        ["2", "loud", "repair", "loud-stages", "0.3"]
    ]
    assert "mojibake" in rest
    assert "loud" not in rest


def test_stages_reports_a_broken_package_and_continues(
    packages: InstalledPackages, capsys: pytest.CaptureFixture[str]
) -> None:
    packages.put("broken-stages", "1.0", "broken_stages", "raise RuntimeError('out of tune')", "loud")
    packages.stage("words", package="greedy-stages")
    assert main(["stages"]) == 0
    shown = capsys.readouterr().out
    assert "stage 'loud' of package broken-stages 1.0 cannot be loaded" in shown
    assert "RuntimeError: out of tune" in shown
    assert "stage 'words' of package greedy-stages 0.3 has the name of a built-in stage" in shown


def test_json_list_of_stages_has_one_object_per_stage(
    packages: InstalledPackages, capsys: pytest.CaptureFixture[str]
) -> None:
    packages.stage("loud")
    assert main(["stages", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["stage"] for row in rows if row["place"]] == list(BUILT_IN)
    (loud,) = [row for row in rows if row["stage"] == "loud"]
    assert (loud["place"], loud["package"], loud["version"], loud["rules"]) == (None, "loud-stages", "0.3", ["loud.oh"])


def test_the_rules_of_an_installed_stage_are_shown(
    packages: InstalledPackages, capsys: pytest.CaptureFixture[str]
) -> None:
    packages.stage("loud")
    assert main(["rules", "loud"]) == 0
    assert capsys.readouterr().out == (
        "loud.oh\n  a small `oh`\n  threshold: 0.6\n  acts on  oh no\n        →  OH no\n  spares   Ohio\n"
    )


def test_the_schema_for_editors_knows_installed_stages(
    packages: InstalledPackages, capsys: pytest.CaptureFixture[str]
) -> None:
    packages.stage("loud")
    packages.put("broken-stages", "1.0", "broken_stages", "raise RuntimeError('broken')", "hoarse")
    assert main(["schema", "--config"]) == 0
    out, err = capsys.readouterr()
    schema = json.loads(out)
    stages = schema["$defs"]["Stages"]["properties"]
    assert stages["loud"]["properties"]["most"]["description"] == "How many are made loud."
    assert "hoarse" not in stages
    assert "skipped: stage 'hoarse' of package broken-stages 1.0" in err
