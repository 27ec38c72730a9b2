"""Run a stage in its own process: read a task from standard input, write the findings to standard output.

`python -m pipeline.testing.child` imports nothing of the stage before the clock is shifted and chance is seeded.
"""

import pickle
import sys

import msgspec

from pipeline.testing.named import find_in
from pipeline.testing.surroundings import Surroundings


class Task(msgspec.Struct, frozen=True):
    """What a process is to do. `pickled` is the `Subject`, pickled; it is read last of all.

    `named` are modules that are found in a folder of their own.
    """

    path: list[str]
    surroundings: Surroundings
    pickled: bytes
    texts: list[str]
    named: dict[str, str] = {}


class Answer(msgspec.Struct, frozen=True):
    """For each text what was found, as lines; or why the stage could not be loaded."""

    found: list[list[str]] = []
    unloadable: str | None = None


def main() -> None:
    """Does one task."""
    task = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Task)
    sys.path[:] = task.path
    find_in(task.named)
    # What a stage prints must not get between.
    output, sys.stdout = sys.stdout, sys.stderr
    task.surroundings.arrange()
    answer = _answer(task)
    output.buffer.write(msgspec.msgpack.encode(answer))


def _answer(task: Task) -> Answer:
    from pipeline.testing.record import record
    from pipeline.testing.subject import Subject

    try:
        subject = pickle.loads(task.pickled)  # noqa: S301 -- we have pickled it ourselves
    except Exception as error:
        return Answer(unloadable=f"{type(error).__name__}: {error}")
    if not isinstance(subject, Subject):
        return Answer(unloadable=f"it has become a {type(subject).__name__}")

    def ask(text: str) -> list[str]:
        try:
            document = subject.document(text)
            return [] if document is None else record(subject.raw(document))
        except Exception as error:
            # The message may tell an address; that it raises, and what, is enough to compare.
            return [f"raised {type(error).__name__}"]

    if task.surroundings.backwards:
        # Asked before as well: a stage that remembers what it has seen gives itself away.
        for text in task.texts:
            ask(text)
        return Answer([ask(text) for text in reversed(task.texts)][::-1])
    return Answer([ask(text) for text in task.texts])


if __name__ == "__main__":
    main()
