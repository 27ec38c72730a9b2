"""Run a stage in other processes: with another clock, hash seed, working directory, time zone and locale."""

import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import msgspec

from pipeline.testing.broken import Broken
from pipeline.testing.child import Answer, Task
from pipeline.testing.named import named
from pipeline.testing.subject import Subject
from pipeline.testing.surroundings import ALONE, FIRST, HERE, SECOND, Surroundings

DETERMINISTIC = "deterministic"
EXTRA_SECONDS = 120
"""Seconds that a process may take beyond those of one text."""
MAX_SUSPECTS = 4
"""How many of the shortest texts that came out differently are tried alone."""


def differing(subject: Subject, texts: Sequence[str]) -> Broken | None:
    """Where the findings of a stage differ from one process to another: the smallest text, and why. None: nowhere."""
    answers = list(_run(subject, texts, (HERE, FIRST, SECOND)))
    suspects = [
        text for i, text in enumerate(texts) if any(answer.found[i] != answers[0].found[i] for answer in answers[1:])
    ]
    suspects.sort(key=len)
    for text in suspects[:MAX_SUSPECTS]:
        broken = _alone(subject, text)
        if broken is not None:
            return broken
    if suspects:
        return Broken(DETERMINISTIC, "what it finds depends on the texts before this one", suspects[0])
    return None


def _alone(subject: Subject, text: str) -> Broken | None:
    """What makes the findings in this one text differ; None where nothing does when no other text is there."""
    causes = [(cause, way) for cause, ways in ALONE.items() for way in ways]
    # Once more the same: where that differs nothing else is to blame.
    right, same, *others, all_changed = _run(subject, [text], (HERE, HERE, *(way for _, way in causes), FIRST))
    if same != right:
        return _broken("chance, which no seed decides", text, right, same)
    found: dict[str, Answer] = {}
    for (cause, _), other in zip(causes, others, strict=True):
        if other != right:
            found.setdefault(cause, other)
    if found:
        return _broken(" and ".join(found), text, right, next(iter(found.values())))
    return _broken("its surroundings", text, right, all_changed) if all_changed != right else None


def _broken(cause: str, text: str, right: Answer, other: Answer) -> Broken:
    here, there = right.found[0], other.found[0]
    first = next((pair for pair in zip(here, there, strict=False) if pair[0] != pair[1]), None)
    if first is None:
        first = (here[len(there)] if len(here) > len(there) else "nothing", (there[len(here) :] or ["nothing"])[0])
    return Broken(DETERMINISTIC, f"what it finds depends on {cause}: {first[0]} here, {first[1]} there", text)


def _run(subject: Subject, texts: Sequence[str], ways: Sequence[Surroundings]) -> Iterator[Answer]:
    """What the stage finds in each text, in a process for each of `ways`. Raises `Broken` where it cannot be sent."""
    try:
        pickled = pickle.dumps(subject)
    except Exception as error:
        raise Broken(DETERMINISTIC, f"it cannot be sent to another process: {type(error).__name__}: {error}") from error
    path = [os.path.abspath(folder) for folder in sys.path]
    tasks = [Task(path, way, pickled, list(texts), named()) for way in ways]
    with ThreadPoolExecutor(max_workers=min(len(ways), os.cpu_count() or 1)) as pool:
        for answer in pool.map(lambda task: _ask(task, subject.seconds + EXTRA_SECONDS), tasks):
            if answer.unloadable is not None:
                raise Broken(DETERMINISTIC, f"another process cannot load it: {answer.unloadable}")
            yield answer


def _ask(task: Task, seconds: float) -> Answer:
    environment = task.surroundings.environment(dict(os.environ))
    # What is installed may stand on a path of the caller's, and the stage may be a module of its tests.
    environment["PYTHONPATH"] = os.pathsep.join(task.path)
    with tempfile.TemporaryDirectory() as folder:
        try:
            done = subprocess.run(
                [sys.executable, "-P", "-m", "pipeline.testing.child"],
                input=msgspec.msgpack.encode(task),
                capture_output=True,
                check=False,
                timeout=seconds,
                env=environment,
                cwd=folder if task.surroundings.elsewhere else None,
            )
        except subprocess.TimeoutExpired:
            raise Broken("ends", f"it does not end in {seconds:.0f} seconds in another process") from None
    try:
        return msgspec.msgpack.decode(done.stdout, type=Answer)
    except msgspec.DecodeError:
        output = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no output"]
        raise Broken(DETERMINISTIC, f"its process ended with exit status {done.returncode}: {output[-1]}") from None
