"""Which readers are used: the built-in ones, and those of other packages that the settings name."""

from pathlib import Path

import pytest
from installed import InstalledPackages

from pipeline import UsageError
from pipeline.config.settings import Input
from pipeline.errors import SettingError
from pipeline.model.record import LeftOut, Record
from pipeline.readers.registry import BUILT_IN_READERS, built_in_reader, reader_faults, select_readers
from readers.packing import FERRY, contents, gz, read, rows

LOG = b"LOG " + FERRY
OPTION = """
    most: int = 5

    def __post_init__(self):
        if self.most > 9:
            raise ValueError("`most` is more than 9")
"""


def test_every_built_in_reader_is_valid_and_has_its_registered_name() -> None:
    assert [built_in_reader(name).name for name in BUILT_IN_READERS] == list(BUILT_IN_READERS)
    assert not [fault for name in BUILT_IN_READERS for fault in reader_faults(built_in_reader(name))]


def test_by_default_the_built_in_readers_are_used() -> None:
    assert select_readers().readers == tuple(map(built_in_reader, BUILT_IN_READERS))


def test_a_reader_of_another_package_is_used_if_it_is_named(packages: InstalledPackages, tmp_path: Path) -> None:
    packages.reader("logbook")
    (only,) = read(tmp_path / "a.txt", LOG, logbook={})
    assert isinstance(only, Record)
    assert (only.data, only.metadata) == (FERRY, {"reader": "logbook"})


def test_a_plugin_reader_reads_compressed_files_too(packages: InstalledPackages, tmp_path: Path) -> None:
    packages.reader("logbook")
    assert contents(read(tmp_path / "a.log.gz", gz(LOG), logbook={})) == [("a", FERRY)]


def test_a_plugin_reader_wins_against_an_equal_claim_of_a_built_in_one(
    packages: InstalledPackages, tmp_path: Path
) -> None:
    packages.reader("logbook")
    packages.reader("other", package="other-readers")
    made = select_readers({"other": {}, "logbook": {}})
    assert [reader.name for reader in made.readers[:3]] == ["other", "logbook", next(iter(BUILT_IN_READERS))]


def test_an_installed_reader_that_is_not_named_changes_nothing(packages: InstalledPackages, tmp_path: Path) -> None:
    packages.reader("logbook")
    assert contents(read(tmp_path / "a.txt", LOG)) == [("a", LOG)]


def test_a_broken_reader_that_is_not_named_changes_nothing(packages: InstalledPackages, tmp_path: Path) -> None:
    packages.reader("logbook", code="raise RuntimeError('{name}{protocol}{options}')")
    assert contents(read(tmp_path / "a.txt", LOG)) == [("a", LOG)]


def test_an_installed_reader_is_suggested_for_a_file_of_unknown_format(
    packages: InstalledPackages, tmp_path: Path
) -> None:
    packages.reader("logbook")
    (aside,) = read(tmp_path / "a.bin", bytes(100), named=False)
    reason = (
        "has a format that no reader knows; reader 'logbook' is installed: a table [sources.logbook] in the settings"
    )
    assert aside == LeftOut("a.bin", f"{reason} lets it try")


def test_an_unknown_reader_is_refused_with_the_closest_name() -> None:
    with pytest.raises(SettingError, match="reader 'zstdd' is not known; did you mean 'zstd'") as refused:
        select_readers({"zstdd": {}})
    assert refused.value.key == ("sources", "zstdd")


def test_an_unknown_format_is_refused_with_the_closest_name() -> None:
    with pytest.raises(SettingError, match="reader 'josnl' is not known; did you mean 'jsonl'") as refused:
        select_readers(form="josnl")
    assert refused.value.key == ("input", "format")


def test_a_reader_offered_by_two_packages_is_refused_with_both_names(packages: InstalledPackages) -> None:
    packages.reader("logbook")
    packages.reader("logbook", package="more-readers")
    with pytest.raises(UsageError, match=r"reader 'logbook' is offered by log-readers .* and more-readers .*uninstall"):
        select_readers({"logbook": {}})


def test_a_broken_package_is_named(packages: InstalledPackages) -> None:
    packages.reader("logbook", code="import not_there_{protocol}  # {name}{options}")
    with pytest.raises(UsageError, match=r"reader 'logbook' of package log-readers 0\.2 cannot be loaded"):
        select_readers({"logbook": {}})


def test_a_reader_for_another_protocol_is_refused(packages: InstalledPackages) -> None:
    packages.reader("logbook", protocol=2)
    with pytest.raises(UsageError, match="supports protocol 2, but this version uses 1; install versions that match"):
        select_readers({"logbook": {}})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"mots": 3}, r"\[sources\.logbook\]: no setting 'mots'; did you mean 'most'\?"),
        ({"most": "x"}, r"\[sources\.logbook\]: Expected `int`, got `str` - at `most`"),
        ({"most": 10}, r"\[sources\.logbook\]: `most` is more than 9"),
    ],
)
def test_an_invalid_option_is_refused_with_its_table(
    packages: InstalledPackages, options: dict[str, object], message: str
) -> None:
    packages.reader("logbook", options=OPTION)
    with pytest.raises(SettingError, match=message) as refused:
        select_readers({"logbook": options})
    assert refused.value.key[:2] == ("sources", "logbook")


def test_options_of_built_in_readers_are_checked() -> None:
    with pytest.raises(SettingError, match=r"\[sources\.zstd\]: Expected `int` <= 31 - at `window`"):
        select_readers({"zstd": {"window": 40}})


@pytest.mark.parametrize("form", ["gzip", "zstd", "xz", "bzip2", "zip", "tar"])
def test_a_compression_is_refused_as_a_format(form: str) -> None:
    with pytest.raises(
        SettingError, match=f"'{form}' unpacks files, which is always done; name the reader of their content"
    ):
        select_readers(form=form)


def test_a_named_format_applies_to_all_files_and_their_contents(tmp_path: Path) -> None:
    options = Input(format="text")
    assert contents(read(tmp_path / "t.jsonl", rows(2), options)) == [("t", rows(2))]
    assert contents(read(tmp_path / "t.jsonl.gz", gz(rows(2)), options)) == [("t", rows(2))]


def test_an_unexpected_exception_of_a_reader_fails_only_its_file(packages: InstalledPackages, tmp_path: Path) -> None:
    code = "from dataclasses import dataclass\n\n@dataclass(frozen=True)\nclass Logbook:\n"
    code += (
        "    name = '{name}'\n    protocol = {protocol}\n{options}\n    def sniff(self, source):\n        return 3\n"
    )
    code += "    def read(self, source, options):\n        raise KeyError('no')\n        yield\n"
    packages.reader("logbook", code=code)
    ((_, reason),) = contents(read(tmp_path / "a.txt", LOG, logbook={}))
    assert reason == "a.txt: the reader 'logbook' failed on it: KeyError: 'no'; report it, and leave the file out"
