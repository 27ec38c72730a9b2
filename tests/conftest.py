"""How the laws are checked, and what keeps the tests independent of the machine: the same for every test."""

import os
import signal
from functools import partial
from math import inf

import pytest
from hypothesis import HealthCheck, settings

from pipeline.cli import run
from pipeline.cli.progress import Progress

settings.register_profile(
    "laws",
    max_examples=100,
    deadline=None,
    # A gate that others wait for tries the same examples each time; on a developer's machine they are new ones.
    derandomize="CI" in os.environ,
    # How fast examples are drawn depends on the machine, and no test may.
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("laws")

pytest_plugins = ["installed", "ordeal"]

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell starts background jobs so, and their children inherit it: no run could be interrupted.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def no_time_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run in this process prints neither progress lines nor how long it took, however slow the machine is.

    `untimed` does the same for what other processes print.
    """
    monkeypatch.setattr(run, "Progress", partial(Progress, clock=lambda: 0.0))
    monkeypatch.setattr(run, "MIN_SHOWN_SECONDS", inf)
