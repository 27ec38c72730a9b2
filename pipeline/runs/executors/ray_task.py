"""What a Ray task does on a machine of the cluster: checks the versions there, then processes a table."""

import os
import pickle
import sys
import tempfile
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from typing import Final

import msgspec
import pyarrow as pa

from pipeline.config.settings import Run
from pipeline.core.pipeline import Pipeline
from pipeline.errors import UsageError
from pipeline.runs.batches import process_batch
from pipeline.runs.cache_keys import LIBRARIES
from pipeline.version import __version__

PACKAGE: Final = "bilingual-pipeline"


class RayWork(msgspec.Struct, frozen=True):
    """What to do with each document.

    Attributes:
        pipeline: Makes the articles.
        encoding: The encoding of all texts that are bytes, if the user set one.
        limits: Time and memory for a document.
        temporary_folder: The folder for temporary files, if not that of the machine.
        folder: The current folder of the run, if it is on this machine.

    """

    pipeline: Pipeline
    encoding: str | None
    limits: Run
    temporary_folder: str | None
    folder: str | None = None


def process_table(table: pa.Table, versions: Mapping[str, str], pickled_work: bytes) -> pa.Table:
    """Returns the outcomes of a table of documents. `versions` are those of the machine of the run."""
    check_versions(tuple(versions.items()))
    work = _work(pickled_work)
    return process_batch(table, pipeline=work.pipeline, encoding=work.encoding, limits=work.limits)


def required_versions(pipeline: Pipeline) -> dict[str, str]:
    """Returns the packages whose versions decide what articles hold: this one, those of stages, and libraries."""
    packages = (step.package for variant in pipeline.variants for step in variant.recipe.steps)
    libraries = {name: installed for name in LIBRARIES if (installed := _installed(name))}
    of_stages = {each.name: each.version for each in packages if each.name and each.version}
    return libraries | of_stages | {PACKAGE: __version__}


@lru_cache(maxsize=1)
def check_versions(required: Iterable[tuple[str, str]]) -> None:
    """Raises `UsageError` if this machine has another version of a package: its articles would differ."""
    for package, wanted in required:
        installed = __version__ if package == PACKAGE else _installed(package)
        if installed != wanted:
            has = f"{package} {installed}" if installed else f"no {package}"
            raise UsageError(f"a machine of the cluster has {has}, and this one {wanted}; install the same on all")


@lru_cache(maxsize=1)
def _work(pickled: bytes) -> RayWork:
    # The main module here is Ray's own program. The process that handles documents would load it, which takes a second
    # and half of its memory.
    vars(sys.modules["__main__"]).pop("__file__", None)
    work = pickle.loads(pickled)  # noqa: S301 -- from the run
    assert isinstance(work, RayWork)  # noqa: S101 -- the run sends nothing else
    if work.temporary_folder is not None:
        tempfile.tempdir = work.temporary_folder
    if work.folder is not None:
        # As in the processes of `--engine local`: settings of stages may be paths.
        os.chdir(work.folder)
    return work


def _installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
