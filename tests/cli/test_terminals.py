"""No command prints control characters of ids, names or texts to a terminal; closed streams cause no errors."""

import json
import os
import random
import re
import select
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sampling import only

import pipeline
from pipeline.cli import main
from pipeline.exporters.json import write_article
from pipeline.text.escapes import HIDDEN

pytestmark = pytest.mark.skipif(os.name == "nt", reason="it has no pseudo-terminals")

BELL = "\x1b]0;attack\x07"
"""Sets the title of a terminal."""
OWN = re.compile(r"\x1b\[[\d;?]*[A-Za-z]|\r")
"""Control sequences that rich writes; the hostile texts have none of them."""
TEXT = (
    f"The Lamp{BELL}\n\nQ: Who\u202e lights\x9b31m it?\n\n"
    "A: My\u200b aunt\x85 did.\u2028 \U000e0041 andnobody else\x0b.\n"
)
CHANCE = random.Random(26)
DRAWN = [
    "".join(
        CHANCE.choice("ab\x1bc\x9b\x07\r\x7f\u061c\u200e\u200f\u202a\u2069\u2028\ufeff\U000e0020") for _ in range(12)
    )
    for _ in range(4)
]
IDS = [f"x{BELL}", "a\nwritten: all", "\u202egnp.a", "tag\U000e0041", "c1\x9b31m", "nul\0", *DRAWN]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of raw documents, two outputs, and one with broken articles, all with hostile names."""
    folder = tmp_path_factory.mktemp("terminal")
    raw = folder / "raw"
    raw.mkdir()
    for number, name in enumerate(IDS):
        file = name.replace("\0", "").replace("/", "")
        (raw / f"{file}.txt").write_text(f"{TEXT}{number}\n", "utf-8")
        (raw / f"{file}-empty.txt").touch()
        (raw / f"{file}.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    rows = [{"id": name, "text": f"{TEXT}{name}"} for name in IDS] + [{"id": name, BELL: ""} for name in IDS]
    (raw / f"rows{BELL}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    for number, name in enumerate(IDS):
        for side, more in (("old", ""), ("new", "It rang\x1bc.\n")):
            article = pipeline.process(f"{TEXT}{more}{number}\n", id=name, metadata={BELL: BELL})
            write_article(article, folder / side)
        write_article(article, folder / "broken")
    for path in list((folder / "broken").rglob("*.json"))[::2]:
        path.write_text(path.read_text("utf-8").replace('"lf"', json.dumps(BELL), 1), "utf-8")
    (folder / "broken" / f"{BELL}\u202e.json").write_text("{}", "utf-8")
    return folder


COMMANDS: dict[str, Callable[[Path], list[str]]] = {
    "run": lambda at: ["run", f"{at}/raw", "-o", f"{at}/out-{os.urandom(4).hex()}", "-v", "--workers", "1"],
    "run --dry-run": lambda at: ["run", f"{at}/raw", "--dry-run", "-v"],
    "run --dry-run --json": lambda at: ["run", f"{at}/raw", "--dry-run", "--json"],
    "run of what is not there": lambda at: ["run", f"{at}/{BELL}"],
    "clean of what is not there": lambda at: ["clean", f"{at}/{BELL}"],
    "explain": lambda at: ["explain", f"{at}/old", "--id", IDS[0]],
    "explain --json": lambda at: ["explain", f"{at}/old", "--id", IDS[0], "--json"],
    "explain --line": lambda at: ["explain", f"{at}/old", "--id", IDS[2], "--line", "3"],
    "explain --find": lambda at: ["explain", f"{at}/old", "--id", IDS[1], "--find", BELL * 2],
    "explain of no id": lambda at: ["explain", f"{at}/old", "--id", f"{BELL}no"],
    "explain --doubtful": lambda at: ["explain", f"{at}/broken", "--doubtful"],
    "explain --doubtful --json": lambda at: ["explain", f"{at}/broken", "--doubtful", "--json"],
    "verify": lambda at: ["verify", f"{at}/broken", "-v"],
    "diff": lambda at: ["diff", f"{at}/old", f"{at}/new"],
    "diff --json": lambda at: ["diff", f"{at}/old", f"{at}/broken", "--json"],
    "diff --id": lambda at: ["diff", f"{at}/old", f"{at}/new", "--id", IDS[0]],
    "export": lambda at: ["export", f"{at}/broken", "-o", f"{at}/exported.jsonl"],
    "restore": lambda at: ["restore", f"{at}/broken", "-o", f"{at}/restored"],
    "restore of no id": lambda at: ["restore", f"{at}/old", "--id", f"{BELL}no"],
    "stages": lambda at: ["stages", "--stages", BELL],
    "stages check": lambda at: ["stages", "check", f"{at}/{BELL}.py"],
    "stages new": lambda at: ["stages", "new", BELL],
    "rules": lambda at: ["rules", BELL],
    "config": lambda at: [
        "config",
        "--set",
        f"input.text_field={json.dumps(BELL)}",
        "--set",
        'input.id_field="\u202e"',
    ],
    "config of no key": lambda at: ["config", "--set", f'"{BELL}"=1'],
    "no verb": lambda at: [BELL],
}


@contextmanager
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bytes]]:
    """Makes standard output and standard error a terminal; yields what was written to it."""
    master, slave = os.openpty()
    sent: list[bytes] = []
    ended = threading.Event()

    def read() -> None:
        # Processes that outlive a run have the other end open, too: that it is closed is no sign of the end.
        while True:
            last = ended.is_set()
            while select.select([master], [], [], 0 if last else 0.01)[0]:
                sent.append(os.read(master, 1 << 16))
            if last:
                return

    reader = threading.Thread(target=read)
    reader.start()
    monkeypatch.setenv("TERM", "xterm-256color")
    try:
        with os.fdopen(slave, "w", encoding="utf-8") as stream, monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", stream)
            patch.setattr(sys, "stderr", stream)
            yield sent
            stream.flush()
            ended.set()
            reader.join()
    finally:
        ended.set()
        reader.join()
        os.close(master)


def called(arguments: list[str]) -> int:
    try:
        return main(arguments)
    except SystemExit as left:
        return int(left.code or 0)


@pytest.mark.usefixtures("run_in_process")
@pytest.mark.parametrize("name", COMMANDS)
def test_a_terminal_gets_no_control_characters(name: str, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with terminal(monkeypatch) as sent:
        code = called(COMMANDS[name](place))
    text = OWN.sub("", b"".join(sent).decode())
    assert code in {0, 1, 2}
    assert text.strip()
    assert HIDDEN.findall(text.replace("\n", "")) == []


@pytest.mark.parametrize("name", COMMANDS)
def test_a_pipe_gets_no_control_characters(name: str, place: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert called(COMMANDS[name](place)) in {0, 1, 2}
    printed = capfd.readouterr()
    assert HIDDEN.findall((printed.out + printed.err).replace("\n", "")) == []
    if name.endswith("--json"):
        assert all(json.loads(part) for part in ([printed.out] if "{\n" in printed.out else printed.out.splitlines()))


@pytest.mark.usefixtures("run_in_process")
def test_an_id_of_several_lines_makes_no_line_of_its_own(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("run", "verify", "diff", "restore", "explain --doubtful"):
        called(COMMANDS[name](place))
        printed = capsys.readouterr()
        assert not [line for line in (printed.out + printed.err).splitlines() if line.startswith("written: all")], name


def test_data_stays_as_it_is_but_on_a_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    (tmp_path / "a.txt").write_text("A lamp\u202e\n", "utf-8")
    command = ["clean", str(tmp_path / "a.txt"), "--stages", "entities"]
    assert main(command) == 0
    assert capfdbinary.readouterr().out == "A lamp\u202e\n".encode()
    with terminal(monkeypatch) as sent:
        assert main(command) == 0
    assert b"".join(sent) == b"A lamp<U+202E>\r\n"


# Streams that take not every character, or nothing, or are not there

PLAIN = "Q: 谁点灯？\n\nA: 我姑妈。\n"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("streams")
    for side, more in (("out", ""), ("new", "灯\n")):
        write_article(pipeline.process(PLAIN + more, id="灯"), folder / side)
    (folder / "raw").mkdir()
    (folder / "raw" / "灯.txt").write_text(PLAIN, "utf-8")
    (folder / "raw" / "空.txt").touch()
    return folder


VERBS = {
    "run": "run raw -o again -v --fresh --workers 1",
    "run --dry-run": "run raw --dry-run",
    "clean": "clean raw/灯.txt",
    "export": "export out --to jsonl",
    "restore": "restore out/灯.json",
    "verify": "verify out",
    "diff": "diff out new",
    "explain": "explain out/灯.json",
    "stages": "stages",
    "rules": "rules",
    "config": "config --all",
    "schema": "schema",
    "help": "--help",
}
DATA = {"clean", "export", "restore", "config", "schema"}
"""Commands whose output is data: it is an error if it cannot be written."""
FEW = ("run", "clean", "verify", "help")
"""A process starts for each; all verbs have their turn in the soak."""


def shell(command: str, folder: Path, **variables: str) -> "subprocess.CompletedProcess[bytes]":
    """What a shell makes of a command of the pipeline."""
    environment = {**os.environ, "PYTHONPATH": str(Path(pipeline.__file__).parent.parent), **variables}
    line = f"{sys.executable} -m pipeline {command}"
    return subprocess.run(["bash", "-c", line], cwd=folder, env=environment, capture_output=True, check=False)


@pytest.mark.parametrize(
    ("verb", "encoding"),
    only(
        [
            *((verb, "ascii") for verb in ("explain", "diff", "verify", "run", "clean")),
            ("run", "latin-1"),
            ("diff", "cp936"),
        ],
        [("clean", "ascii"), ("verify", "ascii"), ("diff", "cp936")],
    ),
)
def test_characters_outside_the_encoding_are_no_error(verb: str, encoding: str, small: Path) -> None:
    done = shell(VERBS[verb], small, PYTHONIOENCODING=encoding)
    assert b"Error" not in done.stderr
    assert done.returncode in {0, 1}
    if verb == "clean":
        assert done.stdout.decode("utf-8") == PLAIN


def test_characters_that_an_encoding_lacks_are_shown_by_number(small: Path) -> None:
    done = shell("verify 灯灯", small, PYTHONIOENCODING="ascii")
    assert done.returncode == 2
    assert rb"\u706f\u706f" in done.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no such device")
@pytest.mark.parametrize("verb", only(VERBS, FEW))
def test_a_full_disk_under_standard_output_is_named(verb: str, small: Path) -> None:
    done = shell(f"{VERBS[verb]} > /dev/full", small)
    assert done.returncode == 1
    last = done.stderr.decode().splitlines()[-1]
    assert last == "pipeline: error: cannot write to standard output: No space left on device"


@pytest.mark.parametrize("verb", only(VERBS, FEW))
def test_closed_pipe_is_no_error(verb: str, small: Path) -> None:
    done = shell(f"{VERBS[verb]} 2> said | true; echo ${{PIPESTATUS[0]}}", small)
    assert done.stdout in ({b"0\n", b"1\n"} if verb.startswith("run") else {b"0\n"})
    assert b"Broken" not in (small / "said").read_bytes()


@pytest.mark.parametrize("verb", only(VERBS, FEW))
def test_streams_that_are_closed_end_quietly(verb: str, small: Path) -> None:
    done = shell(f"{VERBS[verb]} >&- <&-", small)
    assert b"Traceback" not in done.stderr
    if verb in DATA:
        assert done.returncode == 1
        assert b"standard output is closed" in done.stderr
    elif not verb.startswith("run"):
        assert (done.returncode, done.stderr) == (0, b"")
    done = shell(f"{VERBS[verb]} 2>&-", small)
    assert b"Traceback" not in done.stdout
    assert done.returncode in {0, 1}


@pytest.mark.parametrize("verb", ["clean -", "explain -"])
def test_standard_input_that_is_closed_is_named(verb: str, small: Path) -> None:
    done = shell(f"{verb} <&-", small)
    assert done.returncode == 2
    assert done.stderr == b"pipeline: error: standard input is closed; give a file instead of -\n"
