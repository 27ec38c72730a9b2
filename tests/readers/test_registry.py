"""Which readers take part: those of this package, and of others those that the settings name."""

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


def test_every_reader_of_this_package_is_sound_and_called_as_it_is_registered() -> None:
    assert [built_in_reader(name).name for name in BUILT_IN_READERS] == list(BUILT_IN_READERS)
    assert not [fault for name in BUILT_IN_READERS for fault in reader_faults(built_in_reader(name))]


def test_the_same_readers_take_part_where_nothing_is_said() -> None:
    assert select_readers().readers == tuple(map(built_in_reader, BUILT_IN_READERS))


def test_a_reader_of_another_package_takes_part_where_it_is_named(packages: InstalledPackages, tmp_path: Path) -> None:
    packages.reader("logbook")
    (only,) = read(tmp_path / "a.txt", LOG, logbook={})
    assert isinstance(only, Record)
    assert (only.data, only.metadata) == (FERRY, {"reader": "logbook"})


def test_it_reads_what_is_packed_as_well(packages: InstalledPackages, tmp_path: Path) -> None:
    packages.reader("logbook")
    assert contents(read(tmp_path / "a.log.gz", gz(LOG), logbook={})) == [("a", FERRY)]


def test_it_comes_before_those_of_this_package_where_both_are_as_sure(
    packages: InstalledPackages, tmp_path: Path
) -> None:
    packages.reader("logbook")
    packages.reader("other", package="other-readers")
    made = select_readers({"other": {}, "logbook": {}})
    assert [reader.name for reader in made.readers[:3]] == ["other", "logbook", next(iter(BUILT_IN_READERS))]


def test_one_that_is_installed_and_not_named_changes_nothing(packages: InstalledPackages, tmp_path: Path) -> None:
    packages.reader("logbook")
    assert contents(read(tmp_path / "a.txt", LOG)) == [("a", LOG)]


def test_one_that_is_installed_and_broken_disturbs_nobody_who_does_not_name_it(
    packages: InstalledPackages, tmp_path: Path
) -> None:
    packages.reader("logbook", code="raise RuntimeError('{name}{protocol}{options}')")
    assert contents(read(tmp_path / "a.txt", LOG)) == [("a", LOG)]


def test_one_that_is_installed_is_hinted_at_where_nobody_knows_a_file(
    packages: InstalledPackages, tmp_path: Path
) -> None:
    packages.reader("logbook")
    (aside,) = read(tmp_path / "a.bin", bytes(100), named=False)
    said = "has a format that no reader knows; reader 'logbook' is installed: a table [sources.logbook] in the settings"
    assert aside == LeftOut("a.bin", f"{said} lets it try")


def test_a_reader_that_is_not_known_is_refused_with_the_nearest() -> None:
    with pytest.raises(SettingError, match="reader 'zstdd' is not known; did you mean 'zstd'") as refused:
        select_readers({"zstdd": {}})
    assert refused.value.key == ("sources", "zstdd")


def test_a_format_that_is_not_known_is_refused_with_the_nearest() -> None:
    with pytest.raises(SettingError, match="reader 'josnl' is not known; did you mean 'jsonl'") as refused:
        select_readers(form="josnl")
    assert refused.value.key == ("input", "format")


def test_a_reader_that_two_packages_offer_is_refused_with_both(packages: InstalledPackages) -> None:
    packages.reader("logbook")
    packages.reader("logbook", package="more-readers")
    with pytest.raises(UsageError, match=r"reader 'logbook' is offered by log-readers .* and more-readers .*uninstall"):
        select_readers({"logbook": {}})


def test_a_package_that_is_broken_is_named(packages: InstalledPackages) -> None:
    packages.reader("logbook", code="import not_there_{protocol}  # {name}{options}")
    with pytest.raises(UsageError, match=r"reader 'logbook' of package log-readers 0\.2 cannot be loaded"):
        select_readers({"logbook": {}})


def test_a_reader_for_another_protocol_is_refused(packages: InstalledPackages) -> None:
    packages.reader("logbook", protocol=2)
    with pytest.raises(UsageError, match="supports protocol 2, but this version uses 1; install versions that match"):
        select_readers({"logbook": {}})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"mots": 3}, r"\[sources\.logbook\]: no setting 'mots'; did you mean 'most'\?"),
        ({"most": "x"}, r"\[sources\.logbook\]: Expected `int`, got `str` - at `most`"),
        ({"most": 10}, r"\[sources\.logbook\]: `most` is more than 9"),
    ],
)
def test_an_option_that_is_wrong_is_refused_with_its_table(
    packages: InstalledPackages, given: dict[str, object], said: str
) -> None:
    packages.reader("logbook", options=OPTION)
    with pytest.raises(SettingError, match=said) as refused:
        select_readers({"logbook": given})
    assert refused.value.key[:2] == ("sources", "logbook")


def test_an_option_of_a_reader_of_this_package_is_checked_as_well() -> None:
    with pytest.raises(SettingError, match=r"\[sources\.zstd\]: Expected `int` <= 31 - at `window`"):
        select_readers({"zstd": {"window": 40}})


@pytest.mark.parametrize("form", ["gzip", "zstd", "xz", "bzip2", "zip", "tar"])
def test_a_format_that_only_unpacks_is_refused(form: str) -> None:
    with pytest.raises(
        SettingError, match=f"'{form}' unpacks files, which is always done; name the reader of their content"
    ):
        select_readers(form=form)


def test_the_format_that_is_named_takes_all_files_and_what_is_packed_in_them(tmp_path: Path) -> None:
    options = Input(format="text")
    assert contents(read(tmp_path / "t.jsonl", rows(2), options)) == [("t", rows(2))]
    assert contents(read(tmp_path / "t.jsonl.gz", gz(rows(2)), options)) == [("t", rows(2))]


def test_a_reader_that_raises_what_nobody_expects_ends_its_file_and_no_other(
    packages: InstalledPackages, tmp_path: Path
) -> None:
    code = "from dataclasses import dataclass\n\n@dataclass(frozen=True)\nclass Logbook:\n"
    code += (
        "    name = '{name}'\n    protocol = {protocol}\n{options}\n    def sniff(self, source):\n        return 3\n"
    )
    code += "    def read(self, source, options):\n        raise KeyError('no')\n        yield\n"
    packages.reader("logbook", code=code)
    ((_, said),) = contents(read(tmp_path / "a.txt", LOG, logbook={}))
    assert said == "a.txt: the reader 'logbook' failed on it: KeyError: 'no'; report it, and leave the file out"
