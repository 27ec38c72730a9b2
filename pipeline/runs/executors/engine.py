"""Engines: an engine makes the executor of a run."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeAlias

from pipeline.config.settings import Run
from pipeline.runs.executors.executor import Executor
from pipeline.runs.executors.process_pool import ProcessPool
from pipeline.runs.executors.worker import WorkerConfig

Engine: TypeAlias = Callable[[WorkerConfig, Run], AbstractContextManager[Executor]]
"""Makes an executor whose workers follow the config and the limits."""


def local_engine(workers: int | None = None) -> Engine:
    """Returns an engine of worker processes on this machine; by default one per processor."""
    return lambda config, limits: ProcessPool(config, workers or available_processors(), limits)


def available_processors() -> int:
    """Returns how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
