"""`pipeline stages new`: a package whose tests pass at once, or a refusal that says what to do, and nothing written."""

import ast
import builtins
import importlib
import subprocess
import sys
import tomllib
from pathlib import Path

import msgspec
import pytest
from sampling import only

import pipeline
from pipeline.cli import main
from pipeline.cli.new_package import MAX_PLUGIN_NAME_CHARS, write_package
from pipeline.cli.stages.new import TEMPLATE_IMPORTS, StagePackage, rendered
from pipeline.config import validate
from pipeline.core.recipe import BUILT_IN
from pipeline.model.stage import Stage
from pipeline.testing import laws

ROOT = Path(__file__).parents[2]
KINDS = ("repair", "finder", "filter")
each_kind = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder in which the command is called."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a package of each kind, named for it: `late-repair`, `late-finder`, `late-filter`."""
    folder = tmp_path_factory.mktemp("packages")
    for kind in KINDS:
        assert main(["stages", "new", f"late-{kind}", "--kind", kind, "-o", str(folder)]) == 0
    return folder


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *arguments], cwd=folder, capture_output=True, text=True, check=False)


def loaded(package: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """The stage of a package, by the entry point that its pyproject.toml names."""
    monkeypatch.syspath_prepend(package)
    manifest = tomllib.loads((package / "pyproject.toml").read_text("utf-8"))
    ((name, place),) = manifest["project"]["entry-points"]["bilingual_pipeline.stages"].items()
    module, class_name = place.split(":")
    stage: Stage = getattr(importlib.import_module(module), class_name)()
    assert stage.name == name
    return stage


def recipe(package: Path, stage: Stage) -> pipeline.Pipeline:
    """The pipeline of the recipe in the package's README, with `stage` under its name."""
    line = next(line for line in (package / "README.md").read_text("utf-8").splitlines() if line.startswith("recipe"))
    names = tomllib.loads(line)["recipe"]
    assert sorted(names) == sorted([*BUILT_IN, stage.name])
    return pipeline.Pipeline([stage if name == stage.name else name for name in names])


@pytest.mark.parametrize("kind", only(KINDS, ["repair"]))
def test_the_tests_of_a_new_package_pass_at_once(packages: Path, kind: str) -> None:
    done = run(packages, "pytest", "-q", "-p", "no:cacheprovider", f"late-{kind}")
    assert done.returncode == 0, done.stdout


@pytest.mark.soak
@each_kind
def test_a_new_package_passes_the_check(packages: Path, kind: str) -> None:
    """`make test` checks the same laws by the tests of a new package."""
    done = run(packages, "pipeline", "stages", "check", f"./late-{kind}")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_new_package_is_found_by_the_check(
    packages: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(packages)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(laws, "differing", lambda subject, texts: None)
    monkeypatch.setattr(laws, "grows", lambda subject: None)
    assert main(["stages", "check", "./late-finder", "--examples", "5"]) == 0
    assert "late-finder: all 11 laws hold" in capsys.readouterr().out


@pytest.mark.soak
@each_kind
def test_the_code_of_a_new_package_is_typed(packages: Path, kind: str) -> None:
    """That nothing is left without a type is a rule of the style, too, which is checked below."""
    done = run(packages / f"late-{kind}", "mypy", "--strict", "--no-incremental", ".")
    assert done.returncode == 0, done.stdout


@each_kind
@pytest.mark.parametrize("name", ["k", "late-stage", "k" * MAX_PLUGIN_NAME_CHARS])
def test_the_code_of_a_new_package_is_in_the_style_of_this_project(here: Path, kind: str, name: str) -> None:
    assert main(["stages", "new", name, "--kind", kind]) == 0
    for check in (
        ["format", "--check"],
        ["check", "--config", str(ROOT / "pyproject.toml")],
    ):
        done = run(here / name, "ruff", *check, "--no-cache", ".")
        assert done.returncode == 0, done.stdout


@each_kind
def test_a_new_stage_is_declared_as_a_stage_must_be(packages: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = loaded(packages / f"late-{kind}", monkeypatch)
    assert not list(validate.faults(stage))
    assert bool(stage.gives) == (kind != "repair")


@each_kind
def test_every_setting_of_a_new_stage_has_a_description(
    packages: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = loaded(packages / f"late-{kind}", monkeypatch)
    (described,) = msgspec.json.schema(type(stage))["$defs"].values()
    assert described["properties"]
    assert all(setting["description"] for setting in described["properties"].values())


def test_the_repair_works_in_the_recipe_that_its_readme_names(packages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = packages / "late-repair"
    made = recipe(package, loaded(package, monkeypatch))
    assert made.clean("The tide was late. . . as ever,so we ate.") == "The tide was late... as ever, so we ate."


def test_the_finder_works_in_the_recipe_that_its_readme_names(packages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = packages / "late-finder"
    article = recipe(package, loaded(package, monkeypatch)).process("The quay was built in 1911 and again in 2007.")
    found = [(note.layer, note.value) for note in article.annotations if note.layer != "kind"]
    assert found == [("late-finder.year", "1911"), ("late-finder.year", "2007")]


def test_the_filter_works_in_the_recipe_that_its_readme_names(packages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = packages / "late-filter"
    made = recipe(package, loaded(package, monkeypatch))
    annotations = made.process("Host: Who built the quay?\nIda Brandt: My aunt.").annotations
    (found,) = [annotation for annotation in annotations if annotation.layer != "kind"]
    assert (found.layer, found.value, found.start) == ("late-filter.questions", "1", None)
    with pytest.raises(pipeline.RejectedError) as verdict:
        made.process("The quay was built by my aunt.")
    assert verdict.value.rule == "late-filter.too-few"


def test_a_repair_is_what_is_made_where_no_kind_is_named(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stages", "new", "late-tides"]) == 0
    assert capsys.readouterr().out.startswith("created ./late-tides with an example repair:\n")


def test_module_and_class_are_named_after_the_stage(here: Path) -> None:
    assert main(["stages", "new", "late-tides-2"]) == 0
    assert "class LateTides2:" in (here / "late-tides-2" / "late_tides_2" / "__init__.py").read_text("utf-8")
    assert (here / "late-tides-2" / "tests" / "test_late_tides_2.py").is_file()


def test_every_file_that_was_written_is_named(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stages", "new", "late-tides"]) == 0
    printed = capsys.readouterr().out.splitlines()
    folder = here / "late-tides"
    written = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    assert len(written) == 6
    for path in written:
        assert f"  {path}" in printed


def test_the_next_commands_are_named_with_the_folder_in_which_it_lies(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "plugins").mkdir()
    assert main(["stages", "new", "late-tides", "-o", "plugins"]) == 0
    printed = capsys.readouterr().out
    assert "\n  python -m pip install -e './plugins/late-tides[test]'\n" in printed
    assert "\n  python -m pytest ./plugins/late-tides\n" in printed
    assert "\n  pipeline stages check ./plugins/late-tides\n" in printed


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Tides", "is not a valid stage name; use lowercase letters, digits and single hyphens"),
        ("2-tides", "starting with a letter"),
        ("late--tides", "single hyphens"),
        ("late-", "single hyphens"),
        ("late_tides", "such as lost-quotes"),
        ("潮水", "lowercase letters"),
        ("../tides", "lowercase letters"),
        ("", "lowercase letters"),
        ("t" * (MAX_PLUGIN_NAME_CHARS + 1), "use at most 40"),
        ("dialogue", "is a built-in stage; choose another name"),
        ("lambda", "is a Python keyword; choose a longer name"),
        ("calendar", "is a module of the standard library; choose a longer name"),
        ("pipeline", "already exists and would be hidden; choose another name"),
        ("tests", "already exists and would be hidden; choose another name"),
        ("bilingual-pipeline", "is the name of an installed package; choose another name"),
        ("label", "the class for 'label' would be Label, which is already taken; choose a longer name"),
        ("none", "would be None"),
        ("warning", "would be Warning"),
    ],
)
def test_a_name_that_cannot_be_a_stage_s_is_refused_with_advice(
    here: Path, capsys: pytest.CaptureFixture[str], name: str, message: str
) -> None:
    assert main(["stages", "new", name]) == 2
    printed = capsys.readouterr()
    assert printed.err.startswith("pipeline: error: ")
    assert message in printed.err
    assert printed.out == ""
    assert not list(here.iterdir())


def test_a_name_that_an_installed_package_offers_is_refused(
    tmp_path: Path, here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = tmp_path / "site" / "tide_tables-1.4.dist-info"
    installed.mkdir(parents=True)
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: tide-tables\nVersion: 1.4\n", "utf-8")
    (installed / "entry_points.txt").write_text("[bilingual_pipeline.stages]\nlate-tides = tide_tables:Late\n", "utf-8")
    monkeypatch.syspath_prepend(installed.parent)
    assert main(["stages", "new", "late-tides"]) == 2
    advice = "stage 'late-tides' is already provided by tide-tables 1.4; uninstall it or choose another name"
    assert capsys.readouterr().err == f"pipeline: error: {advice}\n"


def test_a_name_whose_module_can_be_imported_is_refused(
    tmp_path: Path, here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "late_tides.py").write_text("", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    assert main(["stages", "new", "late-tides"]) == 2
    assert "module 'late_tides' already exists" in capsys.readouterr().err
    assert not (here / "late-tides").exists()


def test_folder_of_that_name_is_not_a_module(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "tides").mkdir()
    monkeypatch.syspath_prepend(here)
    assert main(["stages", "new", "tides"]) == 0


def test_folder_with_files_is_refused_and_unchanged(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "late-tides").mkdir()
    (here / "late-tides" / "notes.txt").write_text("mine", "utf-8")
    assert main(["stages", "new", "late-tides"]) == 2
    assert "late-tides already exists; choose another name, or another folder with -o" in capsys.readouterr().err
    assert [path.name for path in (here / "late-tides").iterdir()] == ["notes.txt"]


def test_file_at_the_path_is_refused_and_unchanged(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "late-tides").write_text("mine", "utf-8")
    assert main(["stages", "new", "late-tides"]) == 2
    assert "late-tides already exists" in capsys.readouterr().err
    assert (here / "late-tides").read_text("utf-8") == "mine"


def test_an_empty_folder_is_filled(here: Path) -> None:
    (here / "late-tides").mkdir()
    assert main(["stages", "new", "late-tides"]) == 0
    assert (here / "late-tides" / "pyproject.toml").is_file()


def test_a_parent_that_is_not_there_is_refused(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stages", "new", "late-tides", "-o", "plugins"]) == 2
    assert "plugins is not a folder; create it first, or choose another with -o" in capsys.readouterr().err


def test_where_one_file_cannot_be_written_nothing_is(here: Path) -> None:
    contents = {"a.txt": "first", f"{'b' * 300}.txt": "no file system has names this long"}
    with pytest.raises(pipeline.UsageError, match="cannot write .*late-tides"):
        write_package(contents, here / "late-tides")
    assert not list(here.iterdir())


@each_kind
def test_no_class_is_named_like_something_that_its_package_imports(kind: str) -> None:
    imported = set()
    for path, text in rendered(StagePackage("late-tides", kind)).items():
        if path.endswith(".py"):
            nodes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom)]
            imported |= {alias.name for node in nodes for alias in node.names} - {"LateTides"}
    camel = {name for name in imported if name[0].isupper() and not name.isupper()}
    assert camel
    assert camel <= TEMPLATE_IMPORTS
    assert not TEMPLATE_IMPORTS & set(dir(builtins))
