"""What a user waits for: `pipeline --help`, and a first article from a cold start."""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ENGLISH = "The Long Walk\nBy Ada Fern\nDaily Post: Why walk?\nIda Moss: Because it is slow.\n" * 3
CHINESE = (
    "海潮日报记者周明远福建厦门报道\n海潮日报：潮水几点来？\n周守潮：六点。\n"
    "海潮日报：天天都看吗？\n周守潮：天天看。\n编辑：林一舟\n"
)


def report(rounds: int) -> None:
    """Prints milliseconds, whole processes, median of several."""
    print(f"\ncold start, ms a process (median of {rounds})")
    print(f"  {'pipeline --help':32s} {_process(['--help'], rounds):8.0f}   aim  150")
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (("first article, English", ENGLISH), ("first article, Chinese byline", CHINESE)):
            path = Path(folder) / "a.txt"
            path.write_text(text, "utf-8")
            took = _process(["run", str(path), "-q", "-o", str(Path(folder) / "out")], rounds)
            print(f"  {name:32s} {took:8.0f}   aim 1000")


def _process(arguments: list[str], rounds: int) -> float:
    times = []
    for _ in range(rounds + 1):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "pipeline", *arguments], check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times[1:])
