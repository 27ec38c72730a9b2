"""No file in the current folder is executed, whatever its name: a dump may contain files of any name.

The folder holds a Python file for each module that Python or an installed package has. Each leaves a mark when it runs.
"""

import json
import os
import subprocess
import sys
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path

import pytest
import sampling
from installed import InstalledPackages
from ordeal import talk

import pipeline
from pipeline.exporters.json import write_article

COMMAND = Path(sys.executable).with_name("pipeline")
PACKAGES = ("encodings", "jieba", "json", "msgspec", "numpy", "pipeline", "ray", "regex")
"""Names that are folders here; all others are files."""
NAMES = sorted(
    {
        *sys.stdlib_module_names,
        *(name for name in packages_distributions() if name.isidentifier()),
        *PACKAGES,
        "sitecustomize",
        "usercustomize",
        "setproctitle",
    }
    - {"__main__"}
)
SPY = '''\
"""Prints the state of its process."""
import json
import os
import sys
from dataclasses import dataclass
from typing import ClassVar

from pipeline import Rule


@dataclass(frozen=True)
class Spy:
    """Changes nothing."""

    name: ClassVar = "spy"
    after: ClassVar = frozenset()
    needs: ClassVar = frozenset()
    gives: ClassVar = frozenset({"spy.none"})
    rules: ClassVar = ()
    protocol: ClassVar = 1
    log: str = ""

    def find(self, document):
        with open(self.log, "a", encoding="utf-8") as file:
            said = [sys.path, os.environ.get("PYTHONPATH"), os.environ.get("PYTHONSAFEPATH")]
            file.write(json.dumps(said) + "\\n")
        return iter(())
'''


class Dump:
    """A folder of two documents among files that want to be executed."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "dump"
        self.marks = folder / "marks"
        self.path.mkdir()
        self.marks.mkdir()
        for name in NAMES:
            place = self.path / (f"{name}/__init__.py" if name in PACKAGES else f"{name}.py")
            place.parent.mkdir(exist_ok=True)
            mark = str(self.marks / name)
            place.write_text(f"open({mark!r}, 'a').close()\n", "utf-8")
        for n in range(2):
            (self.path / f"a{n}.txt").write_text(talk(n), "utf-8")
        (self.path / "pipeline.toml").write_text('recipe = ["no such stage"]\n', "utf-8")

    def call(self, *arguments: object, **environment: str) -> str:
        """Runs the command in the folder and returns its output; no file of the folder must have run."""
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
        done = subprocess.run(
            [COMMAND, *map(str, arguments)],
            cwd=self.path,
            env={**inherited, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        executed = sorted(path.name for path in self.marks.iterdir())
        for name in executed:
            (self.marks / name).unlink()
        assert executed == []
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def dump(tmp_path_factory: pytest.TempPathFactory) -> Dump:
    return Dump(tmp_path_factory.mktemp("current-folder"))


@pytest.fixture(scope="module")
def right() -> dict[str, pipeline.Article]:
    return {f"a{n}": pipeline.process(talk(n).encode(), id=f"a{n}") for n in range(2)}


FORMS = ("jsonl", "parquet", "csv", "sqlite", "messages", "text")


@pytest.fixture(scope="module")
def articles(tmp_path_factory: pytest.TempPathFactory, right: dict[str, pipeline.Article]) -> Path:
    """A folder with the articles of the dump."""
    folder = tmp_path_factory.mktemp("articles")
    for article in right.values():
        write_article(article, folder)
    return folder


def texts(output: Path) -> dict[str, tuple[str, int]]:
    return {each.id: (each.text, len(list(each.exchanges))) for each in pipeline.read(output)}


@pytest.mark.parametrize(
    "more",
    [
        pytest.param((), marks=pytest.mark.soak),
        pytest.param(("--format", "jsonl", "--workers", 2), marks=pytest.mark.soak),
        ("--format", "parquet", "--fresh"),
        pytest.param(
            ("--engine", "ray", "--workers", 1),
            marks=[pytest.mark.soak, pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed")],
        ),
    ],
    ids=lambda more: "-".join(map(str, more)).strip("-") or "json",
)
def test_a_run_executes_nothing_of_the_folder_it_is_called_in(
    dump: Dump, right: dict[str, pipeline.Article], tmp_path: Path, more: tuple[object, ...]
) -> None:
    dump.call("run", ".", "-o", tmp_path / "out", "-q", "--set", 'input.include=["*.txt"]', *more)
    assert texts(tmp_path / "out") == {name: (each.text, len(list(each.exchanges))) for name, each in right.items()}


def test_files_of_a_dump_that_are_programs_are_read_as_any_others(dump: Dump, tmp_path: Path) -> None:
    dump.call("run", ".", "-o", tmp_path / "out", "-q")
    assert {"a0", "a1"} <= set(texts(tmp_path / "out"))


@pytest.mark.parametrize("safe", sampling.only([None, "1"], [None]))
def test_what_the_user_puts_on_the_path_is_found_and_nothing_else(
    dump: Dump, tmp_path: Path, packages: InstalledPackages, safe: str | None
) -> None:
    """In every process; and the variables are there as the user has set them."""
    packages.put("spy-stages", "1.0", "spy_stages", SPY, "spy", attribute="Spy")
    log = tmp_path / "log"
    variables = {"PYTHONPATH": str(packages.folder), **({} if safe is None else {"PYTHONSAFEPATH": safe})}
    settings = ("--set", 'recipe=["spy"]', "--set", f"stages.spy.log={log}", "--set", 'input.include=["*.txt"]')
    dump.call("run", ".", "-o", tmp_path / "out", "-q", *settings, **variables)
    said = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    assert len(said) == 2
    for path, python_path, python_safe_path in said:
        assert (python_path, python_safe_path) == (str(packages.folder), safe)
        assert str(packages.folder) in path
        assert not {"", str(dump.path)} & set(path)


@pytest.mark.parametrize(
    ("command", "printed"),
    sampling.only(
        [
            ("run . --dry-run --set input.include=['*.txt']", ""),
            ("clean a0.txt", "JON BERG"),
            ("verify {out}", "2/2"),
            ("restore {out}/a1.json", talk(1)),
            ("explain {out}/a0.json", "ASTRID HOLM"),
            ("diff {out} {out}", ""),
            *((f"export {{out}} --to {form} -o {{new}}", "") for form in FORMS),
            ("stages", ""),
            ("rules", ""),
            ("config", ""),
            ("schema", ""),
        ],
        [
            ("run . --dry-run --set input.include=['*.txt']", ""),
            ("verify {out}", "2/2"),
            ("export {out} --to sqlite -o {new}", ""),
            ("stages", ""),
        ],
    ),
)
def test_no_other_command_executes_anything_of_the_folder_it_is_called_in(
    dump: Dump, articles: Path, tmp_path: Path, command: str, printed: str
) -> None:
    """A process starts for each; these four load the most modules, and the others have their turn in the soak."""
    arguments = command.format(out=articles, new=tmp_path / "exported").split()
    output = dump.call(*arguments)
    assert output == printed if command.startswith("restore") else printed in output


@pytest.mark.skipif(find_spec("hypothesis") is None, reason="hypothesis is not installed")
@pytest.mark.parametrize(
    "named", sampling.only(["./lost_quotes_here.py", "lost_quotes_here"], ["./lost_quotes_here.py"])
)
def test_the_check_of_a_stage_executes_only_what_is_named(dump: Dump, tmp_path: Path, named: str) -> None:
    dump.call("stages", "new", "lost-quotes", "-o", tmp_path)
    (module,) = tmp_path.glob("lost-quotes/lost_quotes/__init__.py")
    here = dump.path / "lost_quotes_here.py"
    here.write_text(module.read_text("utf-8"), "utf-8")
    try:
        assert "all 11 laws hold" in dump.call("stages", "check", named, "--examples", 1)
    finally:
        here.unlink()


def test_python_m_pipeline_takes_the_current_folder_off_the_path(tmp_path: Path, packages: InstalledPackages) -> None:
    """As far as it can: what Python has imported by then came from there."""
    packages.put("spy-stages", "1.0", "spy_stages", SPY, "spy", attribute="Spy")
    (tmp_path / "regex").mkdir()
    (tmp_path / "regex" / "__init__.py").write_text("raise SystemExit('executed')\n", "utf-8")
    (tmp_path / "a.txt").write_text(talk(1), "utf-8")
    settings = ["--set", 'recipe=["spy"]', "--set", f"stages.spy.log={tmp_path / 'log'}"]
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "run", "a.txt", "-q", *settings],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(packages.folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    ((path, _, _),) = (json.loads(line) for line in (tmp_path / "log").read_text("utf-8").splitlines())
    assert str(tmp_path) not in path
