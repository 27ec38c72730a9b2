"""`pipeline stages check`: its checks, output and exit codes."""

import sys
from pathlib import Path

import pytest
from installed import LOUD, STAGE, InstalledPackages

from pipeline.cli import main
from pipeline.testing import laws

SOUND = STAGE.format(stage="loud", body=LOUD.format(stage="loud"))
RESTLESS = SOUND.replace('"oh", "OH"', '"", "oh "')


def checked(capsys: pytest.CaptureFixture[str], named: str) -> tuple[int, str]:
    code = main(["stages", "check", named, "--examples", "20"])
    return code, capsys.readouterr().out


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package with a valid stage, in the working directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", [*sys.path])
    folder = tmp_path / "loud" / f"loud_{tmp_path.name.replace('-', '_')}"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text(SOUND, "utf-8")
    return folder


@pytest.fixture
def without_slow_laws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two laws start other processes or measure; they hold at once. The first test below checks all laws."""
    monkeypatch.setattr(laws, "differing", lambda subject, texts: None)
    monkeypatch.setattr(laws, "grows", lambda subject: None)


def test_a_sound_stage_in_a_folder_passes(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, shown = checked(capsys, str(package.parent))
    assert code == 0
    assert shown.startswith(f"loud ({package.name}.Shout)\n  ok   declared")
    assert shown.endswith("loud: all 11 laws hold\n\n")


@pytest.mark.usefixtures("without_slow_laws")
def test_fault_is_shown_with_its_text_and_the_exit_code_is_1(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (package / "__init__.py").write_text(RESTLESS, "utf-8")
    code, shown = checked(capsys, str(package))
    assert code == 1
    assert "  FAIL idempotent" in shown
    assert "\ntext: 'oh'\nrule: loud.oh\n" in shown


def test_unchecked_laws_are_not_reported_as_passed(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (package / "__init__.py").write_text(SOUND.replace('Rule("loud.', 'Rule("soft.'), "utf-8")
    (package / "cases.json").write_text('[{"given": "oh", "right": "OH", "why": "loud"}]', "utf-8")
    code, shown = checked(capsys, str(package))
    assert code == 1
    assert "  FAIL declared       the stage declares rule 'soft.oh'" in shown
    assert "  -    linear         not tried\n  -    cases.json     not tried\n" in shown
    assert "  ok " not in shown


@pytest.mark.usefixtures("without_slow_laws")
def test_a_check_leaves_nothing_in_the_working_directory(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    checked(capsys, str(package))
    assert [path.name for path in Path().iterdir()] == ["loud"]


def test_error_without_hypothesis_says_what_to_install(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert main(["stages", "check", "words"]) == 2
    assert "pip install 'bilingual-pipeline[testing]'" in capsys.readouterr().err


@pytest.mark.usefixtures("without_slow_laws")
def test_cases_next_to_the_module_are_checked(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (package / "cases.json").write_text('[{"given": "oh", "right": "Oh", "why": "a capital is enough"}]', "utf-8")
    code, shown = checked(capsys, f"{package.parent}")
    assert code == 1
    assert "cases: a capital is enough: the result is 'OH', expected 'Oh'\ntext: 'oh'" in shown


@pytest.mark.usefixtures("without_slow_laws")
def test_an_installed_stage_is_checked_by_its_name(
    packages: InstalledPackages, capsys: pytest.CaptureFixture[str]
) -> None:
    packages.stage("loud")
    code, shown = checked(capsys, "loud")
    assert (code, shown.splitlines()[-2]) == (0, "loud: all 11 laws hold")


@pytest.mark.usefixtures("without_slow_laws")
def test_a_stage_of_a_module_is_chosen_by_its_class(
    packages: InstalledPackages, capsys: pytest.CaptureFixture[str]
) -> None:
    packages.stage("loud")
    code, shown = checked(capsys, "loud_stages_loud:Shout")
    assert (code, shown.splitlines()[0]) == (0, "loud (loud_stages_loud.Shout)")


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("no_such_module", "no_such_module cannot be imported: ModuleNotFoundError"),
        ("./nowhere.py", "./nowhere.py does not exist"),
        ("json", "json has no stage: a frozen dataclass with 'name' and 'find'"),
        ("loud_stages_loud:Shut", "loud_stages_loud has no stage 'Shut'; did you mean 'Shout'?"),
    ],
)
def test_what_cannot_be_checked_is_wrong_usage(
    packages: InstalledPackages, capsys: pytest.CaptureFixture[str], named: str, said: str
) -> None:
    packages.stage("loud")
    assert main(["stages", "check", named]) == 2
    assert said in capsys.readouterr().err
