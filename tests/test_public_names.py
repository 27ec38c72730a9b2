"""The public names of `pipeline`, and the libraries that importing it must not load."""

import subprocess
import sys
from pathlib import Path

import pytest

import pipeline

HEAVY = frozenset({"bs4", "duckdb", "ftfy", "jieba", "marisa_trie", "msgspec", "pandas", "polars", "pyarrow", "rich"})
ARTICLE = (
    "Salt From the Old Pans\\n\\n"
    "Q: Who owns the salt pans now?\\n\\n"
    "A: The village does. We bought them back in 1998, after the company had left.\\n"
)


def loaded(code: str) -> frozenset[str]:
    """The top-level modules in a fresh interpreter after `code` has run."""
    told = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint('\\nloaded', *sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()[-1]
    return frozenset(name.partition(".")[0] for name in told.split()[1:])


@pytest.mark.parametrize("name", pipeline.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(pipeline, name) is not None


def test_public_names_are_listed_for_completion() -> None:
    assert dir(pipeline) == sorted(pipeline.__all__)


def test_the_design_s_names_are_public() -> None:
    assert {
        "Document", "Edit", "Finding", "Label", "Note", "Pipeline", "Reject", "Rule", "Stage",
        "clean", "compare", "explain", "process", "read", "restore", "trace",
    } <= set(pipeline.__all__)  # fmt: skip


def test_no_public_name_is_the_name_of_a_package() -> None:
    """Importing a module of that package would replace the function by the package."""
    packages = {path.name for path in Path(pipeline.__file__).parent.iterdir() if path.is_dir()}
    assert not packages & set(pipeline.__all__)


def test_another_name_is_an_attribute_error_that_names_it() -> None:
    with pytest.raises(AttributeError, match="no attribute 'pocess'"):
        _ = pipeline.pocess


def test_importing_the_package_loads_no_library() -> None:
    assert not loaded("import pipeline") & HEAVY


def test_help_loads_no_library() -> None:
    """`pipeline --help` answers at once."""
    modules = loaded("from pipeline.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass")
    assert "argparse" in modules
    assert not modules & HEAVY


def test_python_dash_m_loads_no_library_for_help_either() -> None:
    """The way of the installed command, seen from outside."""
    told = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "pipeline", "--help"], capture_output=True, text=True, check=True
    ).stderr
    modules = {line.rpartition("|")[2].strip().partition(".")[0] for line in told.splitlines()}
    assert "argparse" in modules
    assert not modules & HEAVY


def test_an_english_article_does_not_pay_for_the_chinese_dictionary() -> None:
    modules = loaded(f"import pipeline\nassert pipeline.process('{ARTICLE}', id='salt').sections")
    assert "msgspec" in modules
    assert "jieba" not in modules
