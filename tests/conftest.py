"""How the laws are checked: the same for every test."""

import os

from hypothesis import HealthCheck, settings

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
