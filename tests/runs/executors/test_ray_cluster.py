"""A run on a Ray cluster gives the same bytes as on one machine, whatever crashes.

`make soak` runs what needs a real cluster; `make test` has what is decided on this side of it, with a Ray of its own.
Two machines with one processor each are started here as processes. If a test must do something in the middle of a run,
documents wait at a gate, so nothing depends on timing.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from ordeal import GUARD
from untimed import untimed

from pipeline import Pipeline, UsageError, process_batch
from pipeline.cli import main
from pipeline.cli.interrupts import Terminated
from pipeline.cli.run import _terminated
from pipeline.runs.batches import OUTCOMES
from pipeline.runs.counters import Counters
from pipeline.runs.executors.engine import Engine, local_engine
from pipeline.runs.executors.ray_cluster import RayExecutor, ray_engine
from pipeline.runs.executors.ray_task import check_versions, required_versions
from pipeline.runs.job import OutputFormat
from pipeline.runs.plan_items import DocumentSource
from pipeline.runs.run import run
from pipeline.version import __version__
from runs.callbacks import Callbacks
from runs.harmful_stages import Doorkeeper, Perilous, job, records, remembered

# Some versions of Ray leave files open where they start the machines of a test.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")

TESTS = Path(__file__).parent.parent
HEAD = {
    "num_cpus": 0,
    "include_dashboard": False,
    # One that was ended refuses to answer, which is known at once; one that is busy has time to.
    "_system_config": {
        "health_check_initial_delay_ms": 500,
        "health_check_period_ms": 500,
        "health_check_timeout_ms": 60_000,
        "health_check_failure_threshold": 2,
    },
}
TEXTS = (
    "Nets dry on teh quay.",
    "RAISE",
    "Boats wait for the wind.",
    "Tiny.",
    "CRASH",
    "",
    "问：盐田现在是谁的？\n答：是村里的。",
    "A stage may GARBLE this.",
    "Half a character: \ud83d",
    *(f"The keeper of lamp {n} climbs teh stairs twice a night." for n in range(12)),
)


@pytest.fixture(scope="module")
def ray() -> Any:
    """Ray without usage statistics."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ["RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO"] = "0"
    return pytest.importorskip("ray", reason="ray is not installed: pip install 'bilingual-pipeline[ray]'")


class Machines:
    """Two machines, and a head node without processors."""

    def __init__(self) -> None:
        from ray.cluster_utils import Cluster as Nodes

        self._nodes: Any = Nodes(initialize_head=True, head_node_args=HEAD)
        self.address: str = self._nodes.address
        self._two = [self._nodes.add_node(num_cpus=1) for _ in range(2)]

    def kill_one(self) -> None:
        """Kills a machine with all its processes, but not the one that the run is connected to."""
        ray: Any = __import__("ray")
        own_node = ray.get_runtime_context().get_node_id()
        ours = {node["RayletSocketName"] for node in ray.nodes() if node["NodeID"] == own_node}
        other = next(node for node in self._two if node.raylet_socket_name not in ours)
        self._two.remove(other)
        self._nodes.remove_node(other, allow_graceful=False)

    def add_one(self) -> None:
        """Starts another."""
        self._two.append(self._nodes.add_node(num_cpus=1))

    def end(self) -> None:
        """Ends them all."""
        self._nodes.shutdown()


@pytest.fixture(scope="module")
def machines(ray: Any) -> Iterator[Machines]:
    path = os.pathsep.join([str(TESTS), str(TESTS.parent), os.environ.get("PYTHONPATH", "")])
    # What the machines leave is taken away; the paths of their sockets must be short.
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        # The stages of these tests must be there on each of them.
        for name, value in (("PYTHONPATH", path), ("TMPDIR", folder), ("RAY_TMPDIR", folder)):
            patch.setenv(name, value)
        made = Machines()
        yield made
        made.end()


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    folder = tmp_path / "gate"
    folder.mkdir()
    return folder


def go(
    output: Path,
    gate: Path,
    engine: Engine,
    texts: Sequence[str] = TEXTS,
    form: OutputFormat = "json",
    wait: Callable[[], None] = lambda: None,
) -> Counters:
    source = DocumentSource("wire.csv", lambda: iter(records(*texts)))
    return run([source], job(output, gate, form), engine=engine, events=Callbacks(wait=wait))


def files(output: Path) -> dict[str, bytes]:
    """Returns all files of an output except the state."""
    return {
        path.relative_to(output).as_posix(): path.read_bytes()
        for path in output.rglob("*")
        if path.is_file() and path.name not in {"lock", "state.sqlite", "state.sqlite-closed"}
    }


def opened(gate: Path) -> None:
    (gate / "open").touch()


# On a cluster


@pytest.mark.soak
@pytest.mark.parametrize("form", ["json", "parquet"])
def test_the_output_equals_that_of_the_local_engine(
    machines: Machines, tmp_path: Path, gate: Path, form: OutputFormat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This includes a crash, a degraded article, a rejection and other failures."""
    monkeypatch.setattr(RayExecutor, "chunk", 4)
    expected = go(tmp_path / "here", gate, local_engine(1), form=form)
    there = go(tmp_path / "there", gate, ray_engine(machines.address), form=form)
    assert there.totals == expected.totals
    assert there.content == expected.content
    assert (there.written, there.failed, there.rejected, there.degraded) == (16, 4, 1, 1)
    assert files(tmp_path / "there") == files(tmp_path / "here")


@pytest.mark.soak
def test_one_engine_resumes_what_the_other_began(machines: Machines, tmp_path: Path, gate: Path) -> None:
    go(tmp_path / "output", gate, local_engine(1), TEXTS[:3])
    account = go(tmp_path / "output", gate, ray_engine(machines.address))
    assert account.unchanged == 2
    assert account.written == 14


@pytest.mark.soak
@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_no_document_is_lost_or_doubled_when_a_machine_dies(
    machines: Machines, tmp_path: Path, gate: Path, form: OutputFormat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RayExecutor, "chunk", 4)
    texts = [*TEXTS, *(f"GATE {n}: the lock opens for teh barges." for n in range(12)), *TEXTS]
    killed = False

    def kill() -> None:
        nonlocal killed
        # Both have one processor, and on each a document waits.
        if not killed and len(list(gate.iterdir())) == 2:
            machines.kill_one()
            opened(gate)
            killed = True

    there = go(tmp_path / "there", gate, ray_engine(machines.address), texts, form, kill)
    machines.add_one()
    assert killed
    begun = Counter(path.stem for path in gate.iterdir() if path.name != "open")
    assert max(begun.values()) > 1, "nothing was lost, so this shows nothing"
    expected = go(tmp_path / "here", gate, local_engine(1), texts, form)
    assert there.totals == expected.totals
    assert there.content == expected.content
    assert files(tmp_path / "there") == files(tmp_path / "here")


def driver(
    address: str | None, output: Path, gate: Path, texts: Sequence[str], mark: str = ""
) -> subprocess.Popen[bytes]:
    """Starts a run in a process and process group of its own, like a terminal."""
    arguments = ", ".join(map(repr, (address, str(output), str(gate), list(texts))))
    call = f"from runs.harmful_stages import run_on_cluster; run_on_cluster({arguments})"
    path = os.pathsep.join([str(TESTS), str(TESTS.parent), os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", call],
        env={**os.environ, "PYTHONPATH": path, "MARK_OF_A_TEST": mark},
        start_new_session=True,
        stderr=subprocess.PIPE,
    )


def until(holds: Callable[[], bool], process: subprocess.Popen[bytes] | None = None) -> None:
    """Waits, for a long time if the machine is busy."""
    deadline = time.monotonic() + GUARD
    while not holds():
        if process is not None and process.poll() is not None:
            raise AssertionError(process.communicate()[1].decode())
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


@pytest.mark.soak
def test_a_killed_run_is_resumed(machines: Machines, tmp_path: Path, gate: Path) -> None:
    texts = [*(f"Lamp {n} is lit at teh pier." for n in range(64)), "GATE: the lock opens for teh barges."]
    first = driver(machines.address, tmp_path / "there", gate, texts)
    until(lambda: len(list(gate.iterdir())) == 1 and remembered(tmp_path / "there") == 64, first)
    first.kill()
    first.communicate()
    opened(gate)
    account = go(tmp_path / "there", gate, ray_engine(machines.address), texts)
    assert (account.unchanged, account.written) == (64, 1)
    go(tmp_path / "here", gate, local_engine(1), texts)
    articles = {name: body for name, body in files(tmp_path / "here").items() if not name.startswith("_run/")}
    assert {name: body for name, body in files(tmp_path / "there").items() if not name.startswith("_run/")} == articles


@pytest.mark.soak
@pytest.mark.filterwarnings("ignore")  # what Ray Data says of its own parts
def test_ray_data_runs_the_same_function(machines: Machines, ray: Any) -> None:
    data = pytest.importorskip("ray.data", reason="Ray Data is not installed: pip install 'ray[data]'")
    texts = ["Nets dry on the quay.", "CRASH", "Tiny.", "Boats wait for the wind.", "RAISE"]
    table = pa.table({"id": [f"d{n}" for n in range(len(texts))], "text": texts})
    pipeline = Pipeline(stages=[Perilous(), Doorkeeper()])
    ray.init(address=machines.address, log_to_driver=False, logging_level="ERROR")
    try:
        data.DataContext.get_current().enable_progress_bars = False
        made = data.from_arrow([table.slice(0, 2), table.slice(2)]).map_batches(
            process_batch, batch_format="pyarrow", batch_size=2, fn_kwargs={"pipeline": pipeline}
        )
        found = pa.concat_tables(made.iter_batches(batch_size=None, batch_format="pyarrow"))
    finally:
        ray.shutdown()
    assert found.sort_by("id").cast(OUTCOMES).equals(process_batch(table, pipeline=pipeline))


# On a cluster of this machine that the run starts itself


def marked(mark: str) -> list[str]:
    """Returns the processes that have a mark in their environment."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            if f"MARK_OF_A_TEST={mark}".encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


@pytest.mark.soak
@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked for in /proc")
def test_an_interrupted_run_leaves_no_process(ray: Any, tmp_path: Path, gate: Path) -> None:
    mark = str(tmp_path)
    process = driver(None, tmp_path / "there", gate, ["GATE: the lock opens for teh barges."], mark)
    until(lambda: any(gate.iterdir()), process)
    os.killpg(process.pid, signal.SIGINT)
    _, stderr = process.communicate()
    assert stderr.decode().strip().endswith("KeyboardInterrupt")
    until(lambda: not marked(mark))


@pytest.mark.soak
@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked for in /proc")
def test_the_command_runs_on_ray_and_leaves_no_process(ray: Any, tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    for n in range(3):
        (tmp_path / "raw" / f"{n}.txt").write_text(f"Q: Who lights lamp {n}?\n\nA: The keeper of teh pier.\n", "utf-8")
    command = [sys.executable, "-m", "pipeline", "run", "raw", "--workers", "1", "-o"]
    environment = {**os.environ, "MARK_OF_A_TEST": str(tmp_path)}
    for output, engine in (("here", "local"), ("there", "ray")):
        whole = [*command, output, "--engine", engine]
        done = subprocess.run(whole, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert (done.returncode, untimed(done.stderr)) == (0, "")
        assert "3  written" in done.stdout
    assert files(tmp_path / "there") == files(tmp_path / "here")
    until(lambda: not marked(str(tmp_path)))


def test_sigterm_is_reported_as_such_although_ray_turns_it_into_an_interrupt() -> None:
    def wait() -> None:
        with _terminated():
            try:
                signal.raise_signal(signal.SIGTERM)
            except KeyboardInterrupt:
                raise KeyboardInterrupt from None

    with pytest.raises(Terminated):
        wait()


# What is refused


def test_an_error_names_the_package_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(UsageError, match=r"pip install 'bilingual-pipeline\[ray\]'"):
        ray_engine()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--ray-address", "auto"], "--ray-address requires --engine ray"),
        (["--engine", "ray", "--dry-run"], "--dry-run cannot be combined with --engine ray"),
        (
            ["--engine", "ray", "--ray-address", "auto", "--workers", "2"],
            "--workers cannot be combined with --ray-address",
        ),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    options: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], ray: Any
) -> None:
    assert main(["run", str(tmp_path), *options]) == 2
    assert message in capsys.readouterr().err


def test_an_address_without_an_answer_is_reported_at_once(
    ray: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    (tmp_path / "a.txt").write_text("Nets dry on the quay.\n", "utf-8")
    options = ["--engine", "ray", "--ray-address", f"127.0.0.1:{port}", "-o", str(tmp_path / "output")]
    assert main(["run", str(tmp_path / "a.txt"), *options]) == 2
    assert f"--ray-address 127.0.0.1:{port}: no answer" in capsys.readouterr().err


def test_a_machine_with_other_versions_is_refused() -> None:
    check_versions(tuple(required_versions(Pipeline()).items()))
    with pytest.raises(UsageError, match=f"has bilingual-pipeline {__version__}, and this one 99.0; install the same"):
        check_versions((("bilingual-pipeline", "99.0"),))
    with pytest.raises(UsageError, match="has no loud-stages, and this one 0.3"):
        check_versions((("loud-stages", "0.3"),))
