"""The built wheel works when installed elsewhere, with all its data files."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CHINESE = (
    "海潮日报记者周明远福建厦门报道\n海潮日报：潮水几点来？\n周守潮：六点。\n"
    "海潮日报：天天都看吗？\n周守潮：天天看。\n编辑：林一舟\n"
)


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the wheel was unpacked, with nothing of the checkout in it."""
    built, installed = tmp_path_factory.mktemp("wheel"), tmp_path_factory.mktemp("site")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(built), str(ROOT)],
        check=True,
        capture_output=True,
    )
    (wheel,) = built.glob("*.whl")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", installed, wheel],
        check=True,
        capture_output=True,
    )
    return installed


def run(elsewhere: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(elsewhere)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_wheel_processes_an_article(elsewhere: Path, tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "tide.txt").write_text(CHINESE, "utf-8")
    done = run(elsewhere, tmp_path, "-m", "pipeline", "run", "raw", "-o", "out")
    assert done.returncode == 0, done.stderr
    article = json.loads((tmp_path / "out" / "tide.json").read_text("utf-8"))
    assert article["byline"]["reporters"] == ["周明远"]
    assert [credit["names"] for credit in article["credits"]] == [["林一舟"]]
    assert len(article["sections"][0]["exchanges"]) == 2


def test_the_code_that_ran_is_the_wheels(elsewhere: Path, tmp_path: Path) -> None:
    done = run(elsewhere, tmp_path, "-c", "import pipeline; print(pipeline.__file__)")
    assert Path(done.stdout.strip()).is_relative_to(elsewhere)


def test_the_wheel_is_typed(elsewhere: Path) -> None:
    assert (elsewhere / "pipeline" / "py.typed").is_file()


def test_every_data_file_of_the_package_is_in_the_wheel(elsewhere: Path) -> None:
    package = ROOT / "pipeline"
    data = {
        path.relative_to(package)
        for path in package.rglob("*")
        if path.suffix not in {".py", ".pyc"} and path.is_file()
    }
    assert data
    assert not {path for path in data if not (elsewhere / "pipeline" / path).is_file()}
