"""After any history, a run leaves the same output as a run into an empty folder.

Sources change, runs are killed at any step, settings go back and forth, and files vanish. All of this happens in one
process, so that thousands of histories can be tried: an executor in this process returns documents in random order, and
a kill is an exception after which nothing that the run does has an effect.
"""

import os
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sampling import examples

from pipeline.runs import run_loop
from pipeline.runs.output import compress_shard, shard_store
from pipeline.runs.output.storage_backend import StorageBackend
from pipeline.runs.plan import RerunOptions
from pipeline.runs.state import State
from runs.history_parts import (
    InlineCompression,
    KillCountdown,
)
from runs.history_world import World

HISTORIES = int(os.environ.get("HISTORIES", "0")) or examples(8)
STEPS = 14

CHANGES: list[Callable[[World], None]] = [
    World.new_file,
    World.remove_file,
    World.insert,
    World.insert,
    World.delete,
    World.change,
    World.change,
    World.move,
    World.touch,
    World.spoil,
    World.settings,
    World.limits,
    World.smaller,
    World.other_form,
    World.back_and_forth,
]
LOSSES: list[Callable[[World], None]] = [World.lose_state, World.lose_article]
EDITED = 0.2
"""How likely it is that somebody edits articles before a step."""


@pytest.fixture
def countdown(monkeypatch: pytest.MonkeyPatch) -> KillCountdown:
    """Counts what a run does to the disk."""
    countdown = KillCountdown()
    for owner, name in [
        (Path, "replace"),
        (Path, "unlink"),
        (Path, "mkdir"),
        (State, "_write"),
        (State, "commit"),
        (shard_store.ShardStore, "_append"),
        (compress_shard, "write_shard"),
        (shutil, "rmtree"),
    ]:
        countdown.before(owner, name, monkeypatch)
    monkeypatch.setattr(os, "fsync", lambda _: None)
    monkeypatch.setattr(run_loop, "COMMIT_SECONDS", 0.0005)
    monkeypatch.setattr(shard_store, "ShardCompression", InlineCompression)
    monkeypatch.setattr(run_loop, "ShardStore", SmallShards)
    return countdown


class SmallShards(shard_store.ShardStore):
    """Shards of bytes rather than of MiB."""

    def __init__(
        self, depot: StorageBackend, run_folder: Path, form: Any, size: int, state: State, lock: Path, **options: bool
    ) -> None:
        super().__init__(depot, run_folder, form, size >> 20, state, lock, **options)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory if there is one, because thousands of files are made."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory) as made:
        yield Path(made)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # a killed run closes no file
@pytest.mark.parametrize("form", ["json", "jsonl", "parquet"])
def test_after_any_history_a_run_leaves_what_one_into_an_empty_folder_does(
    folder: Path, countdown: KillCountdown, form: str
) -> None:
    first = int(os.environ.get("HISTORY", "0"))
    for seed in range(first, first + (HISTORIES if "HISTORY" not in os.environ else 1)):
        InlineCompression.chance = random.Random(seed)
        world = World(seed, folder / str(seed) / "output", form, countdown)
        try:
            live(world)
        except BaseException as error:
            # `HISTORY=7` tries that one alone.
            error.add_note(f"history {seed} as {form}: " + "; ".join(world.reason))
            raise
        shutil.rmtree(folder / str(seed))


def sometimes_edit(world: World) -> None:
    """Edits some articles, or none."""
    while world.chance.random() < EDITED:
        world.reason.append("edit")
        world.edit()
    if world.chance.random() < EDITED:
        world.reason.append("undo")
        world.undo()


def live(world: World) -> None:
    """Lives a history of changes, losses, and runs of which some are killed or interrupted."""
    for _ in range(STEPS):
        for _ in range(world.chance.choice([0, 1, 1, 2, 5])):
            change = world.chance.choice(CHANGES)
            world.reason.append(change.__name__)
            change(world)
        if world.chance.random() < 0.1:
            loss = world.chance.choice(LOSSES)
            world.reason.append(loss.__name__)
            loss(world)
            world.done_before = None
        sometimes_edit(world)
        while world.chance.random() < 0.5:
            world.run(
                kill=world.chance.choice([world.chance.randint(0, 20), world.chance.randint(0, 300)]),
                interrupt=world.chance.random() < 0.3,
            )
            sometimes_edit(world)
        if world.form == "json" and world.chance.random() < 0.1:
            world.run(choices=RerunOptions(first=world.chance.randint(1, 9)))
            world.done_before = None
        if world.chance.random() < 0.7:
            world.check()
    world.check()
