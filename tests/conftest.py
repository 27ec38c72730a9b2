"""How the laws are checked: the same for every test."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "laws",
    max_examples=100,
    deadline=None,
    # How fast examples are drawn depends on the machine, and no test may.
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("laws")
