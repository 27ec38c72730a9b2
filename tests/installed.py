"""Creates installed packages for a test: the files that a wheel leaves on the disk, without building one."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

STAGE = '''\
from dataclasses import dataclass
from typing import Annotated, ClassVar
from msgspec import Meta
from pipeline import Edit, Label, Note, Reject, Rule


@dataclass(frozen=True)
class Shout:
    """Every `oh` is loud."""

    name: ClassVar = "{stage}"
    after: ClassVar = frozenset({{"entities"}})
    needs: ClassVar = frozenset()
    gives: ClassVar = frozenset()
    rules: ClassVar = (Rule("{stage}.oh", "a small `oh`", acts=("oh no",), spares=("Ohio",), threshold=0.6),)
    protocol: ClassVar = 1
    most: Annotated[int, Meta(description="How many are made loud.", ge=1)] = 100

    def find(self, document):
        {body}
'''
READER = """\
from dataclasses import dataclass
from typing import ClassVar
from pipeline.readers import Claim, document_record


@dataclass(frozen=True)
class Logbook:
    name: ClassVar = "{name}"
    protocol: ClassVar = {protocol}
{options}
    def sniff(self, source):
        return Claim.CONTENT if source.head.startswith(b"LOG ") else Claim.NONE

    def read(self, source, options):
        yield document_record(source, source.whole(options.limits.bytes)[4:], "text/plain", {{"reader": "{name}"}})
"""
LOUD = """import re
        for match in list(re.finditer(r"\\boh\\b", document.text))[: self.most]:
            yield Edit(match.start(), "oh", "OH", "{stage}.oh", 0.9)"""


class InstalledPackages:
    """A folder on the path with installed packages."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(
        self,
        package: str,
        version: str,
        module: str,
        code: str,
        *names: str,
        attribute: str = "Shout",
        group: str = "stages",
    ) -> None:
        """Installs a package of one module that offers `names`, as stages or whatever `group` says."""
        # Another test may have left one of this name, from a packages of its own.
        sys.modules.pop(module, None)
        (self.folder / f"{module}.py").write_text(code, "utf-8")
        about = self.folder / f"{package.replace('-', '_')}-{version}.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n", "utf-8")
        lines = "".join(f"{name} = {module}:{attribute}\n" for name in names)
        (about / "entry_points.txt").write_text(f"[bilingual_pipeline.{group}]\n{lines}", "utf-8")

    def stage(self, name: str, *, package: str = "loud-stages", version: str = "0.3", body: str = LOUD) -> None:
        """Installs a package with one stage, whose method `find` is `body`."""
        code = STAGE.format(stage=name, body=body.format(stage=name))
        self.put(package, version, f"{package.replace('-', '_')}_{name.replace('-', '_')}", code, name)

    def reader(
        self, name: str, *, package: str = "log-readers", protocol: int = 1, code: str = READER, options: str = ""
    ) -> None:
        """Installs a package with one reader, of files that begin with `LOG `; `options` are lines of its class."""
        made = code.format(name=name, protocol=protocol, options=options)
        module = f"{package.replace('-', '_')}_{name.replace('-', '_')}"
        self.put(package, "0.2", module, made, name, attribute="Logbook", group="sources")


@pytest.fixture
def packages(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[InstalledPackages]:
    """An empty folder of this kind; modules imported from it are forgotten after the test."""
    folder = tmp_path_factory.mktemp("packages")
    monkeypatch.syspath_prepend(str(folder))
    before = set(sys.modules)
    yield InstalledPackages(folder)
    for name in set(sys.modules) - before:
        if Path(str(getattr(sys.modules[name], "__file__", ""))).is_relative_to(folder):
            del sys.modules[name]
