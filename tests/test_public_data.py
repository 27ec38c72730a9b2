"""The real article, the independent verifier and the public data; skipped if they are missing."""

import subprocess
import sys
from pathlib import Path

import pytest
import regex

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"
ARTICLES = sorted((SHARED / "seeds").glob("*.txt"))

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the public data is not beside this checkout")


def script(*arguments: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, *map(str, arguments)], capture_output=True, text=True, check=False)


def test_the_real_article_is_right_in_every_field_and_character() -> None:
    assert ARTICLES
    for raw in ARTICLES:
        done = script(
            SHARED / "seeds" / "check.py", raw, raw.with_suffix(".expected.json"), raw.with_suffix(".fixes.json")
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_reader_with_the_standard_library_alone_finds_the_golden_results_whole() -> None:
    done = script(SHARED / "verify.py", ROOT / "output", ROOT / "raw")
    assert done.returncode == 0, done.stdout


def test_the_real_documents_all_hold_to_the_contract(tmp_path: Path) -> None:
    run = script("-m", "pipeline", "run", SHARED / "cases" / "raw", "-o", tmp_path, "-q")
    assert run.returncode == 0, run.stderr
    done = script(SHARED / "verify.py", tmp_path, SHARED / "cases" / "raw")
    assert done.returncode == 0, done.stdout


def test_no_exchange_is_found_where_there_is_no_interview() -> None:
    printed = script(SHARED / "cases" / "score.py").stdout
    for field in ("n_exchanges", "n_questions", "n_answers"):
        match = regex.search(rf"^negative +{field} +(\d+) / +(\d+)", printed, regex.MULTILINE)
        assert match, printed
        assert match[1] == match[2], printed


def test_no_trap_of_the_entity_benchmark_is_harmed() -> None:
    printed = script(SHARED / "bench" / "entities" / "score.py").stdout
    match = regex.search(r"^traps +all +(\d+) / +(\d+)", printed, regex.MULTILINE)
    assert match, printed
    assert match[1] == match[2], printed
