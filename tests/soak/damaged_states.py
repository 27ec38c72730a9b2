"""Runs over damaged states, with more bits than a quick test can try."""

from pathlib import Path

from runs.damaged_state import Trial, cases

from soak.part import Figures, Part, check

FLIPS = 4_000
SEED = 26
HEADER = 200
"""Bytes of which every bit is tried: SQLite's header, and where the first page begins."""


def damaged_states(folder: Path) -> Figures:
    """No damage blocks more than one run, and no article is lost."""
    tried, faults = tried_states(folder, FLIPS)
    for what, fault in faults[:20]:
        print(f"  {what}: {fault}")
    check(not faults, f"{len(faults)} damaged states stop runs, or cost articles")
    return {"damaged states, half of them after a kill": f"{tried:,}", "that stop runs or cost articles": "none"}


def tried_states(folder: Path, flips: int) -> tuple[int, list[tuple[str, str]]]:
    """Returns how many were tried, and what went wrong with which."""
    trial = Trial(folder)
    found = [*cases(trial.data, SEED, flips), *_header(trial.data)]
    faults = []
    for what, data in found:
        for was_killed in (False, True):
            fault = trial.fault(lambda path, data=data: path.write_bytes(data), was_killed=was_killed)  # type: ignore[misc]
            if fault is not None:
                faults.append((f"{what}{' after a kill' if was_killed else ''}", fault))
    return 2 * len(found), faults


def _header(data: bytes) -> list[tuple[str, bytes]]:
    changed = []
    for bit in range(HEADER * 8):
        other = bytearray(data)
        other[bit // 8] ^= 1 << bit % 8
        changed.append((f"bit {bit}", bytes(other)))
    return changed


PARTS: tuple[Part, ...] = (damaged_states,)
