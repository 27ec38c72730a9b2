"""The check of names: each kind of finding is found, names where it is, and can be excepted with a reason."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent.parent / "scripts" / "check_names.py"
LISTS = """
[vague-modules]
utils = "what they are for"
[modules]
packages = "article_store"
[classes]
Crew = "Executor"
[functions]
told = "a verb"
[exceptions]
"""
PATTERN = "a" * 101


class Package:
    """A package in a folder, and the script to check it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("__init__", "")

    def write(self, module: str, code: str, *, docstring: str = '"""A module."""\n') -> None:
        path = self.folder / "pipeline" / f"{module}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(docstring + code, "utf-8")

    def check(self, exceptions: str = "", *options: str) -> tuple[int, str]:
        names = self.folder / "names.toml"
        names.write_text(LISTS + exceptions, "utf-8")
        command = [sys.executable, str(SCRIPT), "--package", str(self.folder / "pipeline"), "--names", str(names)]
        done = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
        assert not done.stderr
        return done.returncode, done.stdout


@pytest.fixture
def package(tmp_path: Path) -> Package:
    return Package(tmp_path)


def three(package: Package, code: str) -> None:
    for name in ("one", "two", "rooms/three"):
        package.write(name, code)


def long_function(operator: str, values: int) -> str:
    return f"def f(*a):\n    return {f' {operator} '.join(['a'] * values)}\n"


BRANCHES = {
    "if": "if a: pass",
    "conditional expression": "a if a else a",
    "comprehension": "[b for b in a]",
    "loop": "while a: break",
    "handler": "try: pass\n    except OSError: pass",
    "case": "match a:\n        case 1: pass",
}

FOUND = [
    pytest.param("html_utils", "", "module pipeline/html_utils.py", id="a vague word in a module's name"),
    pytest.param("packages", "", "module pipeline/packages.py", id="a module's name from the list"),
    pytest.param("packages/__init__", "", "module pipeline/packages/__init__.py", id="a package's name from the list"),
    pytest.param("a", "class _Crew: ...\n", "class pipeline/a.py:_Crew", id="a class from the list"),
    pytest.param("a", "def _told(): ...\n", "function pipeline/a.py:_told", id="a function from the list"),
    pytest.param("a", "class C:\n    def told(self): ...\n", "function pipeline/a.py:told", id="a method"),
    pytest.param("a", long_function("and", 21), "complexity pipeline/a.py:f", id="a condition of 21 parts"),
    pytest.param("a", f'import re\nP = re.compile("{PATTERN}")\n', "pattern pipeline/a.py:P", id="a long pattern"),
    pytest.param("a", f'import re\nP = re.compile("b" + r"{PATTERN}")\n', "pattern pipeline/a.py:P", id="joined"),
    pytest.param("a", f'import re\nP = re.compile(f"{{P}}{PATTERN}")\n', "pattern pipeline/a.py:P", id="an f-string"),
    pytest.param("a", f'import re\nT = "{PATTERN}"\nP = re.compile(T)\n', "pattern pipeline/a.py:P", id="by its name"),
    pytest.param("a", f'import regex\nregex.sub("{PATTERN}", "", "")\n', "pattern pipeline/a.py:line 3", id="a call"),
]


@pytest.mark.parametrize(("module", "code", "key"), FOUND)
def test_found(package: Package, module: str, code: str, key: str) -> None:
    package.write(module, code)
    status, output = package.check()
    assert status == 1
    assert [line.partition("   [")[2] for line in output.splitlines()[:-1]] == [f"{key}]"]


@pytest.mark.parametrize(("module", "code", "key"), FOUND)
def test_what_is_excepted_with_a_reason_passes(package: Package, module: str, code: str, key: str) -> None:
    package.write(module, code)
    assert package.check(f'"{key}" = "because"\n') == (0, "")


@pytest.mark.parametrize(
    ("module", "code"),
    [
        pytest.param("bookshelf", "", id="a name that holds one of the list"),
        pytest.param("a", "class Screw: ...\n", id="a class whose name holds one of the list"),
        pytest.param("a", long_function("and", 20), id="a condition of 20 parts"),
        pytest.param("a", f'import re\nP = re.compile("{PATTERN}", re.I | re.VERBOSE)\n', id="a verbose pattern"),
        pytest.param("a", f'import re\nP = re.compile("(?x){PATTERN}")\n', id="verbose by the pattern itself"),
        pytest.param("a", f'import re\nP = re.compile("{PATTERN[:100]}")\n', id="a pattern of 100 characters"),
        pytest.param("a", f'text = "{PATTERN}"\n', id="a long text that is no pattern"),
    ],
)
def test_not_found(package: Package, module: str, code: str) -> None:
    package.write(module, code)
    assert package.check() == (0, "")


@pytest.mark.parametrize("branch", BRANCHES.values(), ids=BRANCHES)
def test_each_way_through_a_function_counts(package: Package, branch: str) -> None:
    package.write("a", "def f(a):\n" + 19 * f"    {branch}\n")
    assert package.check() == (0, "")
    package.write("a", "def f(a):\n" + 20 * f"    {branch}\n")
    status, output = package.check()
    assert status == 1
    assert "has a complexity of 21" in output


@pytest.mark.parametrize(
    ("code", "key"),
    [
        pytest.param("class Place: ...\n", "class Place", id="a class"),
        pytest.param("LONGEST = 1\n", "constant LONGEST", id="a constant"),
        pytest.param("LONGEST: int = 1\n", "constant LONGEST", id="an annotated constant"),
        pytest.param("_LONGEST, LEAST_OF_ALL_9 = 1, 2\n", "constant LONGEST", id="with an underscore, in a tuple"),
        pytest.param("try:\n    LONGEST = 1\nexcept OSError:\n    pass\n", "constant LONGEST", id="below try"),
    ],
)
def test_one_name_in_three_modules_is_found_in_each(package: Package, code: str, key: str) -> None:
    package.write("one", code)
    package.write("two", code.replace("_LONGEST", "LONGEST"))
    assert package.check() == (0, "")
    package.write("rooms/three", code)
    status, output = package.check()
    assert status == 1
    found = [line.partition(":")[0] for line in output.splitlines() if line.endswith(f"[{key}]")]
    assert found == ["pipeline/one.py", "pipeline/rooms/three.py", "pipeline/two.py"]


def test_a_local_name_may_be_anywhere(package: Package) -> None:
    three(package, "def f():\n    LONGEST = 1\n    return LONGEST\n")
    assert package.check() == (0, "")


def test_a_module_without_a_docstring_is_found(package: Package) -> None:
    package.write("a", "x = 1\n", docstring="")
    status, output = package.check()
    assert status == 1
    assert output.startswith("pipeline/a.py:1: the module has no docstring")


@pytest.mark.parametrize(
    ("exception", "message"),
    [
        pytest.param('"constant GONE" = "because"', "names.toml: constant GONE: no such finding\n", id="unused"),
        pytest.param('"function pipeline/a.py:told" = " "', "names.toml: function pipeline/a.py:told: no reason\n"),
    ],
)
def test_exceptions_are_needed_and_give_a_reason(package: Package, exception: str, message: str) -> None:
    package.write("a", "def told(): ...\n" if "told" in exception else "")
    assert package.check(f"{exception}\n") == (1, message)


def test_the_report_sorts_by_folder_and_counts(package: Package) -> None:
    three(package, "LONGEST = 1\n")
    status, output = package.check("", "--report")
    assert status == 0
    assert "pipeline/rooms/  1" in output.splitlines()
    assert output.splitlines()[-1] == "constant: 3"
