"""An executor that sends batches of documents to a Ray cluster.

Only documents and articles travel. The plan, the state and all writing stay with the run, so the output is the same to
the byte as with local workers, and one engine can resume what the other began.

A batch that is lost with its process or its machine is sent again, and in the end each of its documents alone. Ray
itself must not retry, since it would never stop. A document that crashes does not lose its batch: `process_batch`
handles documents in another process on each machine.
"""

import os
import pickle
import signal
import socket
import sys
import tempfile
import time
from collections import deque
from contextlib import ExitStack, chdir
from threading import current_thread, main_thread
from types import TracebackType
from typing import Any, Final

import msgspec
import pyarrow as pa

from pipeline.config.settings import Run
from pipeline.errors import PipelineError, UsageError
from pipeline.model.record import Record, printable
from pipeline.readers.arrow.batches import is_encodable, records_table
from pipeline.runs.batches import outcomes_of_table
from pipeline.runs.executors.engine import Engine
from pipeline.runs.executors.executor import DocumentTask, ExecutorError
from pipeline.runs.executors.ray_task import PACKAGE, RayWork, process_table, required_versions
from pipeline.runs.executors.worker import WorkerConfig
from pipeline.runs.outcome import LONE_SURROGATE, Failure, Outcome, Written, process_record, with_location
from pipeline.runs.output.article_writer import write_received_article
from pipeline.runs.records import decode_record
from pipeline.version import __version__

INSTALL_COMMAND: Final = "pip install 'bilingual-pipeline[ray]'"

MAX_BATCH_LOSSES = 3
"""How often a batch may be lost before its documents are sent one by one, and how often each of them then."""
MAX_LOSSES_IN_A_ROW = 16
"""How many batches in a row may be lost, besides those that one machine can take with it."""
BATCHES_PER_PROCESSOR = 2
"""One is processed while the next is sent."""
CONNECT_SECONDS = 10.0
"""How long a cluster may take to answer at its address."""
MAX_TEMPORARY_PATH_CHARS = 30
"""Length of a folder in which Ray may put its sockets: their paths must be short."""
RESOURCES_SECONDS = 2.0
"""How often the cluster is asked for its number of processors: machines come and go."""
NO_PROCESSORS_SECONDS = 300.0
"""How long there may be no processors: a cluster may have to start machines first."""


def ray_engine(address: str | None = None, workers: int | None = None) -> Engine:
    """Returns an engine for the Ray cluster at an address, or for a cluster that is started here with `workers`.

    Raises `UsageError` if Ray is not installed.
    """
    try:
        import ray  # noqa: F401
    except ImportError:
        message = f"--engine ray needs the package ray, which is not installed; run: {INSTALL_COMMAND}"
        raise UsageError(message) from None
    return lambda config, limits: RayExecutor(config, limits, address, workers)


class _RayBatch(msgspec.Struct):
    """Documents that travel together as a table, and how often they were lost."""

    tasks: list[DocumentTask]
    table: pa.Table
    losses: int = 0


class RayExecutor:
    """An `Executor` of the processors of a Ray cluster. Use it as a context manager."""

    chunk = 64
    chunk_bytes = 1 << 20

    def __init__(
        self, config: WorkerConfig, limits: Run, address: str | None = None, workers: int | None = None
    ) -> None:
        self._config = config
        self._limits = limits
        self._address = address
        self._workers = workers
        self._sent: dict[Any, _RayBatch] = {}
        """The batches that Ray has, by the reference to their results."""
        self._waiting: deque[_RayBatch] = deque()
        self._done: list[tuple[int, Outcome]] = []
        """Outcomes of documents that cannot travel."""
        self._losses_in_a_row = 0
        self._processors = 1
        self._processors_seen = self._checked = time.monotonic()

    def __enter__(self) -> "RayExecutor":
        ray = self._ray = _quiet_ray()
        with ExitStack() as cleanup:
            temporary = folder = None
            if self._address is None:
                folder = os.getcwd()
                # Ray kills its processes without notice, so their temporary files go where this process deletes them.
                kept = tempfile.TemporaryDirectory(prefix="pipeline-", ignore_cleanup_errors=True)
                temporary = cleanup.enter_context(kept)
            if ray.is_initialized():
                # The caller's cluster, which may have other work.
                cleanup.callback(self._cancel)
            else:
                _connect(ray, self._address, self._workers, temporary)
                cleanup.callback(ray.shutdown)
            work = RayWork(self._config.pipeline, self._config.encoding, self._limits, temporary, folder)
            self._work = ray.put(pickle.dumps(work))
            self._versions = required_versions(self._config.pipeline)
            # Otherwise Ray would retry for ever what kills its process, and keep all inputs for that.
            self._process = ray.remote(process_table).options(num_cpus=1, max_retries=0, retry_exceptions=False)
            self._check_processors()
            self._cleanup = cleanup.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._cleanup.close()

    def _cancel(self) -> None:
        for reference in self._sent:
            self._ray.cancel(reference)

    def wants_more(self) -> bool:
        """Whether a processor may soon be idle."""
        return len(self._sent) + len(self._waiting) < BATCHES_PER_PROCESSOR * self._processors

    def take(self, tasks: list[DocumentTask]) -> None:
        """Adds documents to process."""
        try:
            self._waiting.append(_batch(tasks))
        except UnicodeEncodeError:
            sound = [task for task in tasks if is_encodable(decode_record(task.record))]
            if sound:
                self._waiting.append(_batch(sound))
            others = (task for task in tasks if task not in sound)
            self._done += [(task.n, self._fail_unencodable(decode_record(task.record))) for task in others]

    def done(self, timeout: float) -> list[tuple[int, Outcome]]:
        """Returns outcomes with the numbers of their tasks. Waits at most `timeout` seconds."""
        self._send()
        outcomes, self._done = self._done, []
        sent = list(self._sent)
        if sent:
            ready, _ = self._ray.wait(sent, timeout=0 if outcomes else timeout)
            if ready:
                ready, _ = self._ray.wait(sent, num_returns=len(sent), timeout=0)
            for reference in ready:
                self._take_in(reference, outcomes)
        if time.monotonic() - self._checked > RESOURCES_SECONDS:
            self._check_processors()
        self._send()
        return outcomes

    def _send(self) -> None:
        while self._waiting and len(self._sent) < BATCHES_PER_PROCESSOR * self._processors:
            batch = self._waiting.popleft()
            self._sent[self._process.remote(batch.table, self._versions, self._work)] = batch

    def _check_processors(self) -> None:
        """Asks the cluster how many processors it has now."""
        self._checked = time.monotonic()
        processors = int(self._ray.cluster_resources().get("CPU", 0))
        self._processors = max(1, processors)
        if processors:
            self._processors_seen = self._checked
        elif self._checked - self._processors_seen > NO_PROCESSORS_SECONDS:
            raise ExecutorError("the Ray cluster has no processors any more; rerun to resume")

    def _take_in(self, reference: Any, outcomes: list[tuple[int, Outcome]]) -> None:  # noqa: ANN401 -- a type of Ray
        batch = self._sent.pop(reference)
        exceptions = self._ray.exceptions
        try:
            table = self._ray.get(reference)
        except exceptions.RayError as error:
            # A part of a task's input may be lost with a machine, too: then an error of Ray is inside the task's.
            raised = isinstance(error, exceptions.RayTaskError) and not isinstance(error.cause, exceptions.RayError)
            if raised or isinstance(error, exceptions.RuntimeEnvSetupError):
                raise _task_error(error) from error
            self._retry(batch, error, outcomes)
            return
        self._losses_in_a_row = 0
        for task, outcome in zip(batch.tasks, outcomes_of_table(table), strict=True):
            if isinstance(outcome, Written):
                written = write_received_article(task.record, outcome, self._config.writer, task.expected_hash)
                outcomes.append((task.n, written))
            else:
                outcomes.append((task.n, outcome))

    def _retry(self, batch: _RayBatch, error: Exception, outcomes: list[tuple[int, Outcome]]) -> None:
        """Sends a batch again that was lost on its way, or with its process or its machine."""
        self._losses_in_a_row += 1
        if self._losses_in_a_row > MAX_LOSSES_IN_A_ROW + BATCHES_PER_PROCESSOR * self._processors:
            reason = printable(str(error).strip().partition("\n")[0])
            raise ExecutorError(f"the Ray cluster loses every batch: {reason}; fix this, then rerun to resume")
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
            outcomes.append((task.n, failure))

    def _fail_unencodable(self, record: Record) -> Outcome:
        """Returns the failure of a record with a lone surrogate, which cannot travel."""
        without_text = msgspec.structs.replace(record, id="", data="", metadata={})
        if not is_encodable(without_text):
            return Failure(record.id, None, with_location(record, LONE_SURROGATE))
        # It is in the id, the metadata or the text. The pipeline refuses it there before any stage sees it.
        failure = process_record(record, self._config.pipeline, self._config.encoding)
        assert isinstance(failure, Failure)  # noqa: S101 -- see above
        return failure


def _batch(tasks: list[DocumentTask]) -> _RayBatch:
    return _RayBatch(tasks, records_table([decode_record(task.record) for task in tasks]))


def _quiet_ray() -> Any:  # noqa: ANN401 -- a module that may be missing
    # Ray reads these when it is imported: no usage statistics, and no warning about a setting that is not ours.
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    import ray
    import ray.exceptions

    return ray


def _connect(ray: Any, address: str | None, workers: int | None, temporary: str | None) -> None:  # noqa: ANN401
    in_main = current_thread() is main_thread()
    before = signal.getsignal(signal.SIGTERM)
    if address is not None:
        _check_address(address)
    options: dict[str, object] = {"log_to_driver": False, "logging_level": "ERROR"}
    if address is None:
        # Named, because otherwise Ray takes a cluster that an environment variable names.
        options |= {"address": "local", "num_cpus": workers, "include_dashboard": False}
        if temporary is not None and len(temporary) <= MAX_TEMPORARY_PATH_CHARS:
            options["_temp_dir"] = temporary
    else:
        options["address"] = address
    try:
        # Ray puts the current folder first on the import path of its workers, which would execute Python files of a
        # dump. The folder in which Python is installed holds no such files.
        with chdir(sys.prefix):
            ray.init(**options)
    except (ConnectionError, ImportError, OSError, RuntimeError, ValueError) as error:
        what = "cannot start a Ray cluster here" if address is None else f"--ray-address {address}"
        raise UsageError(f"{what}: {printable(str(error).strip().partition(chr(10))[0])}") from error
    finally:
        if in_main:
            # Ray ends the process at once on SIGTERM; a run must end in its own way.
            signal.signal(signal.SIGTERM, before)


def _check_address(address: str) -> None:
    """Raises `UsageError` if nothing answers: Ray would retry for minutes."""
    host, _, port = address.rpartition(":")
    if "/" in host or not port.isdigit():
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), CONNECT_SECONDS).close()
    except OSError as error:
        raise UsageError(f"--ray-address {address}: no answer: {error.strerror or error}") from None


def _task_error(error: Exception) -> PipelineError:
    """Returns the error to raise for a task that failed as a whole: no document is to blame."""
    cause = getattr(error, "cause", None) or error
    if isinstance(cause, PipelineError):
        return cause
    reason = next((line for line in reversed(str(cause).splitlines()) if line.strip()), type(cause).__name__)
    return ExecutorError(
        f"a machine of the cluster cannot work: {printable(reason.strip())}; it needs {PACKAGE} {__version__} and the "
        "packages of all stages, in the versions of this machine"
    )
