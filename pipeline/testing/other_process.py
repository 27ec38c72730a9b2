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
from pipeline.testing.surroundings import ALL_CHANGED, ALL_CHANGED_AGAIN, SINGLE_CHANGES, UNCHANGED, Surroundings

DETERMINISTIC = "deterministic"
EXTRA_SECONDS = 120
"""Seconds that a process may take beyond those of one text."""
MAX_SUSPECTS = 4
"""Number of the shortest texts with different findings that are tried alone."""


def differing(subject: Subject, texts: Sequence[str]) -> Broken | None:
    """The smallest text whose findings differ between processes, and why; None if there is none."""
    answers = list(_run(subject, texts, (UNCHANGED, ALL_CHANGED, ALL_CHANGED_AGAIN)))
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
    """What makes the findings in this text differ; None if they do not differ when no other text is processed."""
    causes = [(cause, way) for cause, ways in SINGLE_CHANGES.items() for way in ways]
    # The same environment twice: if these differ, the environment is not the cause.
    ways = (UNCHANGED, UNCHANGED, *(way for _, way in causes), ALL_CHANGED)
    right, same, *others, all_changed = _run(subject, [text], ways)
    if same != right:
        return _broken("chance, which no seed decides", text, right, same)
    differing_answers: dict[str, Answer] = {}
    for (cause, _), other in zip(causes, others, strict=True):
        if other != right:
            differing_answers.setdefault(cause, other)
    if differing_answers:
        return _broken(" and ".join(differing_answers), text, right, next(iter(differing_answers.values())))
    return _broken("its surroundings", text, right, all_changed) if all_changed != right else None


def _broken(cause: str, text: str, right: Answer, other: Answer) -> Broken:
    expected, actual = right.found[0], other.found[0]
    first = next((pair for pair in zip(expected, actual, strict=False) if pair[0] != pair[1]), None)
    if first is None:
        longer = len(expected) > len(actual)
        first = (expected[len(actual)] if longer else "nothing", (actual[len(expected) :] or ["nothing"])[0])
    return Broken(DETERMINISTIC, f"what it finds depends on {cause}: {first[0]} here, {first[1]} there", text)


def _run(subject: Subject, texts: Sequence[str], ways: Sequence[Surroundings]) -> Iterator[Answer]:
    """The findings for each text, with one process for each of `ways`. Raises `Broken` if the stage cannot be sent."""
    try:
        pickled = pickle.dumps(subject)
    except Exception as error:
        raise Broken(DETERMINISTIC, f"it cannot be sent to another process: {type(error).__name__}: {error}") from error
    path = [os.path.abspath(folder) for folder in sys.path]
    tasks = [Task(path, way, pickled, list(texts), named()) for way in ways]
    with ThreadPoolExecutor(max_workers=min(len(ways), os.cpu_count() or 1)) as pool:
        for answer in pool.map(lambda task: _run_task(task, subject.seconds + EXTRA_SECONDS), tasks):
            if answer.unloadable is not None:
                raise Broken(DETERMINISTIC, f"another process cannot load it: {answer.unloadable}")
            yield answer


def _run_task(task: Task, seconds: float) -> Answer:
    environment = task.surroundings.environment(dict(os.environ))
    # Packages may be installed on a path of the caller, and the stage may be a module of its tests.
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
