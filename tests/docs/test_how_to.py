"""The how-to is done as it is read: every command, in one shell, in an empty folder, with what it shows.

`make soak` does it; the commands have tests of their own, which `make test` runs.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import regex
from untimed import untimed

from pipeline.model.stage import PART_VALUES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "write-a-stage.md").read_text("utf-8")
REFERENCE = PAGE[PAGE.index("\n# Reference\n") :]

BLOCK = regex.compile(r"^```(\w+)\n(.*?)^```$", regex.DOTALL | regex.MULTILINE)
FILE = regex.compile(r"`([\w./-]+\.(?:py|json|toml|txt))`")
HERE = regex.compile(r"<<'(\w+)'$")
LEFT_OUT = "…"
END = "\x1e"
"""Parts what one command printed from what the next one does."""


class Write(msgspec.Struct, frozen=True):
    """The reader puts `text` into a file; in place of one line where `only_line` says so."""

    path: str
    text: str
    only_line: bool


class Command(msgspec.Struct, frozen=True):
    """The reader types a command and compares what is printed with what the page shows."""

    typed: str
    shown: str


class Done(msgspec.Struct, frozen=True):
    """What a command did."""

    command: Command
    printed: str
    code: int
    seconds: float


def steps(page: str) -> Iterator[Write | Command]:
    """What the reader does, in order. A block whose lead names a file is that file's content."""
    for block in BLOCK.finditer(page):
        kind, text = block.groups()
        lead = page[: block.start()].rstrip().rpartition("\n\n")[2]
        if kind == "console":
            yield from commands(text)
        elif lead.endswith(":") and (named := FILE.findall(lead)):
            yield Write(named[-1], text, only_line="change this one line" in " ".join(lead.split()))


def commands(block: str) -> Iterator[Command]:
    """The commands of a console block, behind `$ `, each with what is shown below it."""
    lines = iter(block.splitlines())
    typed, shown = "", []
    for line in lines:
        if not line.startswith("$ "):
            shown.append(line)
            continue
        if typed:
            yield Command(typed, "\n".join(shown))
        typed, shown = line[2:], []
        if here := HERE.search(typed):
            for inner in lines:
                typed += f"\n{inner}"
                if inner == here[1]:
                    break
    yield Command(typed, "\n".join(shown))


def shape(printed: str) -> list[str]:
    """The lines without numbers, which change with every improvement, without dots of progress and extra blanks."""
    lines = [regex.sub(r"\s*\d[\d,.]*", " N", line) for line in printed.strip().splitlines()]
    return [regex.sub(r"^\.+(?= +\[)", "…", regex.sub(r"\s+", " ", line).strip()) for line in lines]


def without_warnings_of_pip(each: Done) -> str:
    """What is printed without pip's warnings: they are about its own version and the index, never about the page."""
    if "pip install" not in each.command.typed:
        return each.printed
    return "".join(line for line in each.printed.splitlines(keepends=True) if not line.startswith("WARNING: "))


def is_shown(shown: list[str], printed: list[str]) -> bool:
    """Whether the page shows what was printed; a line `…` of the page stands for any number of lines."""
    if LEFT_OUT not in shown:
        return shown == printed
    at = shown.index(LEFT_OUT)
    head, rest = shown[:at], shown[at + 1 :]
    return printed[:at] == head and any(is_shown(rest, printed[i:]) for i in range(at, len(printed) + 1))


@pytest.fixture(scope="module")
def environment() -> dict[str, str]:
    """A shell without network: what the page installs comes from the checkout and from this interpreter's packages."""
    others = ("PYTEST", "PIP_", "VIRTUAL")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(others)}
    return inherited | {
        "CHECKOUT": str(ROOT),
        "NO_COLOR": "1",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # the other way round than it reads: nothing is downloaded to build with
        "PIP_NO_INDEX": "1",
        # A `.pth` file may add a folder of packages, and is not read from one that this variable names.
        "PYTHONPATH": os.pathsep.join(folder for folder in sys.path if Path(folder).name == "site-packages"),
    }


@pytest.fixture(scope="module")
def remains() -> Callable[[], set[str]]:
    """What building has left in the checkout since the fixture was made."""
    before = {path.name for path in ROOT.iterdir()}
    return lambda: {
        path.name
        for path in ROOT.iterdir()
        if path.name not in before and (path.name in {"build", "dist"} or path.suffix == ".egg-info")
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reader's folder, empty at first."""
    return tmp_path_factory.mktemp("how-to")


@pytest.fixture(scope="module")
def done(
    environment: dict[str, str],
    remains: Callable[[], set[str]],
    folder: Path,
    record_testsuite_property: Callable[[str, object], None],
) -> list[Done]:
    """Every command of the page, done in one shell in an empty folder."""
    assert not remains()
    told: list[Done] = []
    with subprocess.Popen(
        ["bash"],
        cwd=folder,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    ) as shell:
        watch = threading.Timer(1800, shell.kill)
        watch.start()
        for step in steps(PAGE):
            if isinstance(step, Write):
                put(step, folder)
            else:
                told.append(typed(step, shell))
                record_testsuite_property(f"{step.typed.splitlines()[0]}", f"{told[-1].seconds:.1f} s")
        assert shell.stdin is not None
        shell.stdin.close()
        watch.cancel()
    return told


def put(step: Write, folder: Path) -> None:
    """Writes a file, or replaces the line that assigns to the same name as the one given."""
    path, text = folder / step.path, step.text
    if step.only_line:
        name = text.partition("=")[0]
        lines = path.read_text("utf-8").splitlines(keepends=True)
        assert sum(line.startswith(name) for line in lines) == 1
        text = "".join(text if line.startswith(name) else line for line in lines)
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")


def typed(command: Command, shell: subprocess.Popen[str]) -> Done:
    """Types a command into the shell and waits until it is done."""
    assert shell.stdin is not None
    assert shell.stdout is not None
    began = time.monotonic()
    shell.stdin.write(f"{command.typed}\nprintf '{END}%s\\n' $?\n")
    shell.stdin.flush()
    printed = ""
    for line in shell.stdout:
        before, end, code = line.partition(END)
        printed += before
        if end:
            return Done(command, untimed(printed), int(code), time.monotonic() - began)
    raise AssertionError(f"the shell ended at: {command.typed}\n{printed}")


@pytest.mark.soak
def test_every_command_prints_what_the_page_shows(done: list[Done]) -> None:
    for each in done:
        assert is_shown(shape(each.command.shown), shape(without_warnings_of_pip(each))), (
            f"$ {each.command.typed}\n{each.printed}"
        )


@pytest.mark.soak
def test_a_command_fails_only_where_the_page_shows_a_fault(done: list[Done]) -> None:
    for each in done:
        shows_fault = bool(regex.search(r"^ *(FAIL|pipeline: error:)", each.command.shown, regex.MULTILINE))
        assert bool(each.code) == shows_fault, f"$ {each.command.typed}\n{each.printed}"


@pytest.mark.soak
def test_the_kit_is_shown_to_find_a_mistake_and_then_none(done: list[Done]) -> None:
    codes = [each.code for each in done if each.command.typed.startswith("pipeline stages check")]
    assert codes == [1, 0]


@pytest.mark.soak
@pytest.mark.usefixtures("done")
def test_building_from_the_checkout_leaves_nothing_there(remains: Callable[[], set[str]]) -> None:
    assert not remains()


@pytest.mark.soak
@pytest.mark.usefixtures("done")
@pytest.mark.parametrize(
    "checker",
    [
        ["mypy", "--strict", "--no-incremental"],
        ["ruff", "format", "--check", "--no-cache"],
        ["ruff", "check", "--no-cache", "--config", str(ROOT / "pyproject.toml")],
    ],
    ids=lambda checker: " ".join(checker[:2]),
)
def test_the_stage_of_the_page_is_typed_and_in_the_style_of_this_project(folder: Path, checker: list[str]) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", *checker, "."], cwd=folder / "lost-quotes", capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout


def test_the_python_of_the_reference_runs() -> None:
    code = [text for kind, text in BLOCK.findall(REFERENCE) if kind == "python"]
    assert code
    namespace: dict[str, Any] = {}
    for each in code:
        exec(each, namespace)


def test_every_part_stands_in_the_table_of_parts() -> None:
    table = REFERENCE[REFERENCE.index("| `part` value") :].partition("\n\n")[0]
    first = [line.split("|")[1] for line in table.splitlines()[2:]]
    assert set(regex.findall(r"`([^`]+)`", " ".join(first))) == PART_VALUES


def test_every_link_leads_somewhere() -> None:
    links = regex.findall(r"\]\(([^)#]*)#?([^)]*)\)", PAGE)
    assert links
    for file, anchor in links:
        target = (ROOT / "docs" / file).read_text("utf-8") if file else PAGE
        headings = [
            regex.sub(r"[^\w -]", "", line.lstrip("# ")).lower().replace(" ", "-")
            for line in target.splitlines()
            if line.startswith("#")
        ]
        assert not anchor or anchor in headings, f"{file}#{anchor}"
