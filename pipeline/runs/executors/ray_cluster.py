"""Processors of many machines: batches of documents go to Ray, which finds each a processor.

Only documents and articles travel. What there is to do, what was done and all that is written stay with the run itself,
so an output is the same to the byte whoever made it, and a run goes on where another engine left it.

A batch that is lost with its process or its machine is done again, and in the end each of its documents by itself; Ray
itself is told to try nothing twice, since it would never stop. Documents that crash do not come to that: on each
machine `process_batch` has them processed in another process.
"""

import os
import pickle
import signal
import socket
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterable, Mapping
from contextlib import ExitStack, chdir
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from threading import current_thread, main_thread
from types import TracebackType
from typing import Any, Final

import msgspec
import pyarrow as pa

from pipeline.config.settings import Run
from pipeline.core.pipeline import Pipeline
from pipeline.errors import PipelineError, UsageError
from pipeline.model.record import Record, printable
from pipeline.readers.arrow.batches import is_encodable, records_table
from pipeline.runs.batches import outcomes, process_batch, tally
from pipeline.runs.counters import ContentTotals
from pipeline.runs.executors.executor import DocumentTask, ExecutorError
from pipeline.runs.executors.worker import WorkerConfig
from pipeline.runs.outcome import LONE_SURROGATE, Failure, Outcome, Written, process_record, with_location
from pipeline.runs.output.article_writer import write_received_article
from pipeline.runs.plan import LIBRARIES
from pipeline.runs.records import decode_record
from pipeline.runs.run import Engine
from pipeline.version import __version__

PACKAGE: Final = "bilingual-pipeline"
INSTALL_COMMAND: Final = "pip install 'bilingual-pipeline[ray]'"

MAX_BATCH_LOSSES = 3
"""How often a batch may be lost, and then each of its documents by itself."""
MAX_LOSSES_IN_A_ROW = 16
"""Batches that may be lost one after the other, beside those that one machine can take with it."""
BATCHES_PER_PROCESSOR = 2
"""Batches for each processor, so that none is idle while one is sent."""
CONNECT_SECONDS = 10.0
"""Seconds that a cluster has to answer at its address."""
MAX_TEMPORARY_PATH_CHARS = 30
"""Characters of a folder in which Ray may put its sockets: their paths must be short."""
RESOURCES_SECONDS = 2.0
"""Seconds after which it is asked again how many processors there are: machines come and go."""
NO_PROCESSORS_SECONDS = 300.0
"""Seconds for which there may be none: a cluster may have to start machines first."""


def ray_engine(address: str | None = None, workers: int | None = None) -> Engine:
    """An engine of the Ray cluster at an address, or else of one that is started here, with so many processors.

    Raises `UsageError` where Ray is not installed.
    """
    try:
        import ray  # noqa: F401
    except ImportError:
        raise UsageError(
            f"--engine ray needs the package ray, which is not installed; run: {INSTALL_COMMAND}"
        ) from None
    return lambda assignment, limits: RayExecutor(assignment, limits, address, workers)


class _RayBatch(msgspec.Struct):
    """Documents that travel together, as they do so, and how often they were lost."""

    tasks: list[DocumentTask]
    table: pa.Table
    losses: int = 0


class RayExecutor:
    """A `Crew` of the processors of a Ray cluster, for the length of a `with` block."""

    chunk = 64
    chunk_bytes = 1 << 20

    def __init__(
        self, assignment: WorkerConfig, limits: Run, address: str | None = None, workers: int | None = None
    ) -> None:
        self._assignment = assignment
        self._limits = limits
        self._address = address
        self._workers = workers
        self._flying: dict[Any, _RayBatch] = {}
        """What Ray has, by the object that will be what became of it."""
        self._waiting: deque[_RayBatch] = deque()
        self._settled: list[tuple[int, Outcome]] = []
        self._losses = 0
        self._tally = ContentTotals()
        self._processors = 1
        self._seen = self._looked = time.monotonic()

    def __enter__(self) -> "RayExecutor":
        ray = self._ray = _quiet_ray()
        with ExitStack() as ending:
            scratch = folder = None
            if self._address is None:
                folder = os.getcwd()
                # Ray ends its processes without a word, so what they leave lies where this one takes it away.
                kept = tempfile.TemporaryDirectory(prefix="pipeline-", ignore_cleanup_errors=True)
                scratch = ending.enter_context(kept)
            if ray.is_initialized():
                # Somebody else's, who may have other work for it.
                ending.callback(self._cancel)
            else:
                _connect(ray, self._address, self._workers, scratch)
                ending.callback(ray.shutdown)
            work = _RayWork(self._assignment.pipeline, self._assignment.encoding, self._limits, scratch, folder)
            self._work = ray.put(pickle.dumps(work))
            self._versions = required_versions(self._assignment.pipeline)
            # Ray would try again without end what ends its process, and keep for that what all of it came from.
            self._process = ray.remote(_process).options(num_cpus=1, max_retries=0, retry_exceptions=False)
            self._look()
            self._ending = ending.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._ending.close()

    def _cancel(self) -> None:
        for flying in self._flying:
            self._ray.cancel(flying)

    def wants_more(self) -> bool:
        """Whether a processor may be idle soon."""
        return len(self._flying) + len(self._waiting) < BATCHES_PER_PROCESSOR * self._processors

    def take(self, tasks: list[DocumentTask]) -> None:
        """Documents to process."""
        try:
            self._waiting.append(_batch(tasks))
        except UnicodeEncodeError:
            sound = [task for task in tasks if is_encodable(decode_record(task.record))]
            if sound:
                self._waiting.append(_batch(sound))
            others = (task for task in tasks if task not in sound)
            self._settled += [(task.n, self._unencodable(decode_record(task.record))) for task in others]

    def take_tally(self) -> ContentTotals:
        """What the articles hold that were written since this was asked last."""
        taken, self._tally = self._tally, ContentTotals()
        return taken

    def done(self, timeout: float) -> list[tuple[int, Outcome]]:
        """What became of some documents; waits for `timeout` seconds at most."""
        self._send()
        found, self._settled = self._settled, []
        flying = list(self._flying)
        if flying:
            ready, _ = self._ray.wait(flying, timeout=0 if found else timeout)
            if ready:
                ready, _ = self._ray.wait(flying, num_returns=len(flying), timeout=0)
            for each in ready:
                self._take_in(each, found)
        if time.monotonic() - self._looked > RESOURCES_SECONDS:
            self._look()
        self._send()
        return found

    def _send(self) -> None:
        while self._waiting and len(self._flying) < BATCHES_PER_PROCESSOR * self._processors:
            batch = self._waiting.popleft()
            self._flying[self._process.remote(batch.table, self._versions, self._work)] = batch

    def _look(self) -> None:
        """Sees how many processors there are now."""
        self._looked = time.monotonic()
        there = int(self._ray.cluster_resources().get("CPU", 0))
        self._processors = max(1, there)
        if there:
            self._seen = self._looked
        elif self._looked - self._seen > NO_PROCESSORS_SECONDS:
            raise ExecutorError("the Ray cluster has no processors any more; nothing is lost: run again to go on")

    def _take_in(self, ready: Any, found: list[tuple[int, Outcome]]) -> None:  # noqa: ANN401 -- an object of Ray
        batch = self._flying.pop(ready)
        exceptions = self._ray.exceptions
        try:
            table = self._ray.get(ready)
        except exceptions.RayError as error:
            # Of what a task is given, too, a part may be lost with a machine: an error of Ray within the task's.
            raised = isinstance(error, exceptions.RayTaskError) and not isinstance(error.cause, exceptions.RayError)
            if raised or isinstance(error, exceptions.RuntimeEnvSetupError):
                raise _blame(error) from error
            self._lose(batch, error, found)
            return
        self._losses = 0
        written = []
        for task, outcome in zip(batch.tasks, outcomes(table), strict=True):
            settled = outcome
            if isinstance(outcome, Written) and outcome.body is not None:
                delivery, earlier = self._assignment.delivery, task.earlier
                settled = write_received_article(
                    task.record, outcome.body, delivery, earlier, degraded=outcome.degraded
                )
            written.append(isinstance(settled, Written))
            found.append((task.n, settled))
        self._tally.include(tally(table if all(written) else table.filter(pa.array(written))))

    def _lose(self, batch: _RayBatch, error: Exception, found: list[tuple[int, Outcome]]) -> None:
        """A batch was lost on its way, or with its process or its machine."""
        self._losses += 1
        if self._losses > MAX_LOSSES_IN_A_ROW + BATCHES_PER_PROCESSOR * self._processors:
            why = printable(str(error).strip().partition("\n")[0])
            raise ExecutorError(
                f"the Ray cluster loses whatever it is given: {why}; nothing is lost here: mend it, and run again to "
                "go on"
            )
        batch.losses += 1
        if batch.losses < MAX_BATCH_LOSSES:
            self._waiting.appendleft(batch)
        elif len(batch.tasks) > 1:
            self._waiting.extendleft(_batch([task]) for task in reversed(batch.tasks))
        else:
            (task,) = batch.tasks
            reason = (
                f"was lost with the process or the machine that had it {MAX_BATCH_LOSSES} times, each time alone; see "
                "the logs of Ray there, or leave it out"
            )
            failure = Failure(task.record.id, None, with_location(task.record, reason), None, "crash", passing=True)
            found.append((task.n, failure))

    def _unencodable(self, record: Record) -> Outcome:
        """What becomes of a record with a lone surrogate, which cannot travel."""
        without = msgspec.structs.replace(record, id="", data="", metadata={})
        if not is_encodable(without):
            return Failure(record.id, None, with_location(record, LONE_SURROGATE))
        # It stands in the id, the metadata or the text, and is refused there before any stage sees it.
        made = process_record(record, self._assignment.pipeline, self._assignment.encoding)
        assert isinstance(made, Failure)  # noqa: S101 -- see above
        return made


# On the machine of the run


def _batch(tasks: list[DocumentTask]) -> _RayBatch:
    return _RayBatch(tasks, records_table([decode_record(task.record) for task in tasks]))


def _quiet_ray() -> Any:  # noqa: ANN401 -- a module that need not be there
    # Read when it is imported: nothing is to be told to anybody, and what it warns of is no choice of ours.
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    import ray
    import ray.exceptions

    return ray


def _connect(ray: Any, address: str | None, workers: int | None, scratch: str | None) -> None:  # noqa: ANN401
    in_main = current_thread() is main_thread()
    before = signal.getsignal(signal.SIGTERM)
    if address is not None:
        _refuse_silent(address)
    options: dict[str, object] = {"log_to_driver": False, "logging_level": "ERROR"}
    if address is None:
        # By name, or a cluster is taken that the environment happens to name.
        options |= {"address": "local", "num_cpus": workers, "include_dashboard": False}
        if scratch is not None and len(scratch) <= MAX_TEMPORARY_PATH_CHARS:
            options["_temp_dir"] = scratch
    else:
        options["address"] = address
    try:
        # Ray puts the current folder first on the path of its workers, which would execute what lies in a dump. Where
        # Python is installed nobody puts such files.
        with chdir(sys.prefix):
            ray.init(**options)
    except (ConnectionError, ImportError, OSError, RuntimeError, ValueError) as error:
        what = "no Ray cluster can be started here" if address is None else f"--ray-address {address}"
        raise UsageError(f"{what}: {printable(str(error).strip().partition(chr(10))[0])}") from error
    finally:
        if in_main:
            # Ray ends the process at once when the system asks; a run ends in its own way.
            signal.signal(signal.SIGTERM, before)


def _refuse_silent(address: str) -> None:
    """Raises `UsageError` where nobody answers: Ray would go on asking for minutes."""
    host, _, port = address.rpartition(":")
    if "/" in host or not port.isdigit():
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), CONNECT_SECONDS).close()
    except OSError as error:
        raise UsageError(f"--ray-address {address}: nobody answers there: {error.strerror or error}") from None


def _blame(error: Exception) -> PipelineError:
    """What is said of an error that a task ended with: no document is to blame."""
    cause = getattr(error, "cause", None) or error
    if isinstance(cause, PipelineError):
        return cause
    why = next((line for line in reversed(str(cause).splitlines()) if line.strip()), type(cause).__name__)
    return ExecutorError(
        f"a machine of the cluster cannot work: {printable(why.strip())}; it needs {PACKAGE} {__version__} and the "
        "packages of all stages, as this one has them"
    )


def required_versions(pipeline: Pipeline) -> dict[str, str]:
    """The packages whose versions decide what comes out: this one, those of the stages of others, and libraries."""
    packages = (step.package for way in pipeline.ways for step in way.recipe.steps)
    libraries = {name: found for name in LIBRARIES if (found := _installed(name))}
    return (
        libraries
        | {each.name: each.version for each in packages if each.name and each.version}
        | {PACKAGE: __version__}
    )


# On a machine of the cluster


class _RayWork(msgspec.Struct, frozen=True):
    """What is to be done with each document.

    `scratch` is a folder for what is in use meanwhile; `folder` is the current folder of the run, where it is on this
    machine.
    """

    pipeline: Pipeline
    encoding: str | None
    limits: Run
    scratch: str | None
    folder: str | None = None


def _process(table: pa.Table, wanted: Mapping[str, str], pickled: bytes) -> pa.Table:
    check_versions(tuple(wanted.items()))
    work = _work(pickled)
    return process_batch(table, pipeline=work.pipeline, encoding=work.encoding, limits=work.limits)


@lru_cache(maxsize=1)
def _work(pickled: bytes) -> _RayWork:
    # Ray's own program is the main module here; a process that is to process documents would load it, which takes a
    # second and half of its memory.
    vars(sys.modules["__main__"]).pop("__file__", None)
    found = pickle.loads(pickled)  # noqa: S301 -- from the run
    assert isinstance(found, _RayWork)  # noqa: S101 -- nobody else sends any
    if found.scratch is not None:
        tempfile.tempdir = found.scratch
    if found.folder is not None:
        # As with the processes of `--engine local`: stages may have settings that are paths.
        os.chdir(found.folder)
    return found


@lru_cache(maxsize=1)
def check_versions(wanted: Iterable[tuple[str, str]]) -> None:
    """Raises `UsageError` where this machine has another version of a package: articles would not be the same."""
    for package, asked in wanted:
        there = __version__ if package == PACKAGE else _installed(package)
        if there != asked:
            has = f"{package} {there}" if there else f"no {package}"
            raise UsageError(f"a machine of the cluster has {has}, and this one {asked}; install the same on all")


def _installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
