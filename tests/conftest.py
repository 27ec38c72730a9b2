"""How the laws are checked, and what keeps the tests independent of the machine: the same for every test."""

import os
import signal
from functools import partial
from math import inf

import pytest
from hypothesis import HealthCheck, settings

from pipeline.cli import run
from pipeline.cli.progress import Progress

EXAMPLES = {"fast": 5, "laws": 25, "thorough": 100}
"""How many examples a law is tried with: in `make test-fast`, by default, and in `make soak`."""

for name, count in EXAMPLES.items():
    settings.register_profile(
        name,
        max_examples=count,
        deadline=None,
        # A gate that others wait for tries the same examples each time; on a developer's machine they are new ones.
        derandomize="CI" in os.environ,
        # How fast examples are drawn depends on the machine, and no test may.
        suppress_health_check=[HealthCheck.too_slow],
    )
settings.load_profile("laws")

pytest_plugins = ["in_process", "installed", "ordeal"]

LONG = (
    "test_killed_processes",
    "test_how_to",
    "test_laws",
    "test_resume",
    "test_process_pool",
    "test_batches",
    "test_documentation",
    "test_ray_cluster",
    "test_public_data",
    "test_terminals",
    "test_stages_new",
    "test_any_history",
    "test_examples",
    "test_supervisor",
    "test_stages_check",
    "test_current_folder",
    "test_samples",
    "test_redress",
    "test_any_bytes",
)
"""Modules that begin first, the longest before the others: no module is still under way when all others are done."""

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell starts background jobs so, and their children inherit it: no run could be interrupted.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_xdist_auto_num_workers() -> int:
    """Half as many processes again as there are cores: tests of runs wait for other processes a third of the time."""
    cores = os.cpu_count() or 1
    return cores + (cores + 1) // 2


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sorts by module; the order stays as it is within a module, and for all that are not long."""
    order = {module: place for place, module in enumerate(LONG)}
    items.sort(key=lambda item: order.get(item.path.stem, len(LONG)))


@pytest.fixture(autouse=True)
def no_time_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run in this process prints neither progress lines nor how long it took, however slow the machine is.

    `untimed` does the same for what other processes print.
    """
    monkeypatch.setattr(run, "Progress", partial(Progress, clock=lambda: 0.0))
    monkeypatch.setattr(run, "MIN_SHOWN_SECONDS", inf)
