"""Run a stage in its own process: read a task from standard input, write the findings to standard output.

`python -m pipeline.testing.child` shifts the clock and seeds `random` before it imports anything of the stage.
"""

import pickle
import sys

import msgspec

from pipeline.testing.named import find_in
from pipeline.testing.surroundings import Surroundings


class Task(msgspec.Struct, frozen=True):
    """The input of the process.

    `pickled` is the pickled `Subject`, loaded after everything else is set up. `named` maps modules that are not on the
    path to their folders.
    """

    path: list[str]
    surroundings: Surroundings
    pickled: bytes
    texts: list[str]
    named: dict[str, str] = {}


class Answer(msgspec.Struct, frozen=True):
    """The output of the process: the findings for each text as lines, or why the stage could not be loaded."""

    found: list[list[str]] = []
    unloadable: str | None = None


def main() -> None:
    """Reads one task, runs it and writes the answer."""
    task = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Task)
    sys.path[:] = task.path
    find_in(task.named)
    # What a stage prints must not mix with the answer.
    output, sys.stdout = sys.stdout, sys.stderr
    task.surroundings.arrange()
    answer = _answer(task)
    output.buffer.write(msgspec.msgpack.encode(answer))


def _answer(task: Task) -> Answer:
    from pipeline.testing.record import record
    from pipeline.testing.subject import Subject

    try:
        subject = pickle.loads(task.pickled)  # noqa: S301 -- pickled by our own parent process
    except Exception as error:
        return Answer(unloadable=f"{type(error).__name__}: {error}")
    if not isinstance(subject, Subject):
        return Answer(unloadable=f"it unpickles to a {type(subject).__name__}")

    def findings(text: str) -> list[str]:
        try:
            document = subject.document(text)
            return [] if document is None else record(subject.raw(document))
        except Exception as error:
            # The message may contain a memory address; the type is enough to compare.
            return [f"raised {type(error).__name__}"]

    if task.surroundings.backwards:
        # Run once before, too, so that a stage that remembers earlier texts gives other findings.
        for text in task.texts:
            findings(text)
        return Answer([findings(text) for text in reversed(task.texts)][::-1])
    return Answer([findings(text) for text in task.texts])


if __name__ == "__main__":
    main()
