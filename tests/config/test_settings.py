"""`pipeline.toml`: valid settings, and errors that name the file and the key."""

from pathlib import Path

import pytest

from pipeline import Pipeline, UsageError
from pipeline.config.options import options
from pipeline.config.settings import Settings, layers, load
from pipeline.core.recipe import OFF
from pipeline.lexicon.vocabulary import Vocabulary


def written(folder: Path, toml: str) -> Path:
    path = folder / "pipeline.toml"
    path.write_text(toml, encoding="utf-8")
    return path


def complaint(path: Path) -> str:
    with pytest.raises(UsageError) as refused:
        load(path)
    return str(refused.value)


def test_empty_file_gives_the_defaults(tmp_path: Path) -> None:
    assert load(written(tmp_path, "")) == Settings()


def test_settings_are_those_of_the_file(tmp_path: Path) -> None:
    settings = load(
        written(
            tmp_path,
            """
            recipe = ["entities", "languages", "dialogue"]
            [input]
            text_field = "正文"
            id_field = "nr"
            encoding = "gb18030"
            include = ["*.txt", "wire/*"]
            [input.limits]
            bytes = 4096
            [stages.words]
            longest = 30
            """,
        )
    )
    assert settings.recipe == ("entities", "languages", "dialogue")
    assert (settings.input.text_field, settings.input.id_field) == ("正文", "nr")
    assert settings.input.encoding == "gb18030"
    assert settings.input.include == ("*.txt", "wire/*")
    assert settings.input.limits.bytes == 4096
    assert settings.stages == {"words": {"longest": 30}}


def test_a_table_that_sets_one_key_keeps_the_defaults_of_the_others(tmp_path: Path) -> None:
    settings = load(written(tmp_path, '[input]\ntext_field = "story"'))
    assert settings.input.id_field == "id"
    assert settings.input.limits == Settings().input.limits


@pytest.mark.parametrize(
    ("toml", "key", "nearest"),
    [
        ('recipes = ["words"]', "recipes", "recipe"),
        ('[input]\nencodin = "utf-8"', "input.encodin", "encoding"),
        ("[input.limits]\nbyte = 10", "input.limits.byte", "bytes"),
        ("[stage.words]\nlongest = 10", "stage", "stages"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest_known_one(
    tmp_path: Path, toml: str, key: str, nearest: str
) -> None:
    path = written(tmp_path, toml)
    said = complaint(path)
    assert said.startswith(f"{path}: key {key!r}")
    assert f"did you mean {nearest!r}?" in said


def test_an_unknown_key_that_is_like_no_other_is_refused_with_all_known_ones(tmp_path: Path) -> None:
    said = complaint(written(tmp_path, "[input]\nzzz = 1"))
    assert "'input.zzz'" in said
    assert "use one of: text_field, id_field, encoding, format, include, limits" in said


@pytest.mark.parametrize(
    ("toml", "key", "expected"),
    [
        ('recipe = "words"', "recipe", "array"),
        ('recipe = ["words", 7]', "recipe[1]", "str"),
        ("input = 3", "input", "object"),
        ("[input]\ntext_field = 1", "input.text_field", "str"),
        ('[input.limits]\nbytes = "many"', "input.limits.bytes", "int"),
        ("[input.limits]\nbytes = true", "input.limits.bytes", "int"),
        ("[stages]\nwords = 3", "stages.words", "table"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused(tmp_path: Path, toml: str, key: str, expected: str) -> None:
    path = written(tmp_path, toml)
    said = complaint(path)
    assert said.startswith(f"{path}: ")
    assert key in said
    assert expected in said
    assert "$" not in said


@pytest.mark.parametrize("name", ["klingon", "base64"])
def test_unknown_encoding_is_refused_before_any_document_is_read(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, f'[input]\nencoding = "{name}"')
    said = complaint(path)
    assert said.startswith(f"{path}: key 'input.encoding'")
    assert name in said


def test_invalid_toml_is_refused_with_the_line(tmp_path: Path) -> None:
    path = written(tmp_path, 'recipe = []\nrecipe = = "x"')
    said = complaint(path)
    assert said.startswith(f"{path}: is no TOML")
    assert "line 2" in said


def test_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "pipeline.toml"
    path.write_bytes(b'recipe = ["\xff"]')
    assert complaint(path).startswith(f"{path}: is no TOML")


def test_missing_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "none.toml"
    assert complaint(path) == f"{path}: cannot be read: No such file or directory"


# --- thresholds of rules


def test_a_rule_may_be_written_with_quotes_or_as_a_dotted_key(tmp_path: Path) -> None:
    quoted = load(written(tmp_path, '[rules]\n"words.run-together" = 0.99\nmarkup = "off"'))
    dotted = load(written(tmp_path, 'rules.words.run-together = 0.99\nrules.markup = "off"'))
    assert quoted == dotted
    assert quoted.rules == {"words.run-together": 0.99, "markup": "off"}


@pytest.mark.parametrize("value", ["1.5", "-0.1", '"on"', "true", "[0.5]"])
def test_a_threshold_is_a_number_from_0_to_1_or_off(tmp_path: Path, value: str) -> None:
    path = written(tmp_path, f'[rules]\n"words.number" = {value}')
    said = complaint(path)
    assert said.startswith(f"{path}: [rules]: 'words.number' is ")
    assert said.endswith('; allowed are numbers from 0 to 1, and "off"')


def configured(path: Path, *overrides: str) -> Pipeline:
    return Pipeline.load(path, *overrides)


def refused(path: Path, *overrides: str) -> str:
    with pytest.raises(UsageError) as error:
        configured(path, *overrides)
    return str(error.value)


def test_disabled_rule_does_nothing_and_other_rules_still_run(tmp_path: Path) -> None:
    path = written(tmp_path, '[rules]\n"words.number" = "off"')
    assert configured(path).clean("Since2019 they kept recordsin a shed.") == "Since2019 they kept records in a shed."


def test_all_rules_of_a_stage_can_be_switched_off_at_once(tmp_path: Path) -> None:
    path = written(tmp_path, '[rules]\nwords = "off"\n"words.number" = 0.9')
    assert configured(path).clean("Since2019 they kept recordsin a shed.") == "Since 2019 they kept recordsin a shed."


def test_an_unknown_rule_is_refused_with_the_nearest(tmp_path: Path) -> None:
    path = written(tmp_path, '[rules]\n"words.run-togehter" = 0.9')
    assert refused(path) == (
        f"{path}: [rules]: the recipe has no rule or stage 'words.run-togehter'; did you mean 'words.run-together'?"
    )


def test_a_rule_of_a_stage_that_is_not_in_the_recipe_is_refused_with_those_that_are(tmp_path: Path) -> None:
    path = written(tmp_path, 'recipe = ["entities"]\n[rules]\n"words.number" = 0.9')
    assert refused(path).endswith("the recipe has no rule or stage 'words.number'; use one of: entities")


# --- vocabulary


def test_the_vocabulary_is_words_names_outlets_and_roles(tmp_path: Path) -> None:
    settings = load(
        written(
            tmp_path,
            """
            [vocabulary]
            words = ["alot"]
            names = ["老树画画"]
            outlets = ["海潮日报"]
            roles = { "策展" = "curator" }
            """,
        )
    )
    assert settings.vocabulary == Vocabulary(("alot",), ("老树画画",), ("海潮日报",), {"策展": "curator"})


@pytest.mark.parametrize("toml", ['vocabulary = ["x"]', "vocabulary.words = 'x'", "vocabulary.roles = ['x']"])
def test_vocabulary_of_the_wrong_type_is_refused(tmp_path: Path, toml: str) -> None:
    path = written(tmp_path, toml)
    assert complaint(path).startswith(f"{path}: Expected ")


def test_word_in_the_vocabulary_is_not_changed(tmp_path: Path) -> None:
    path = written(tmp_path, 'vocabulary.words = ["recordsin"]')
    assert configured(path).clean("They kept recordsin a shed.") == "They kept recordsin a shed."


# --- profiles

PROFILES = """
rules.words = "off"
[stages.words]
longest = 30
[profiles.wire]
match.id = ["wire/*", "agency/*"]
rules."words.number" = 0.9
stages.words.longest = 20
[profiles.tapes]
match.id = "tapes/*"
match.metadata.site = "*.example"
recipe = ["entities", "languages"]
"""
DAMAGED = "Since2019 they kept recordsin a quot;shed quot;."


def test_profile_applies_to_matching_documents_and_is_recorded(tmp_path: Path) -> None:
    pipe = configured(written(tmp_path, PROFILES))
    other, wire = pipe.process(DAMAGED, id="other/1"), pipe.process(DAMAGED, id="agency/sub/1")
    assert (other.text, other.provenance.pipeline.profile) == ('Since2019 they kept recordsin a "shed".', None)
    assert (wire.text, wire.provenance.pipeline.profile) == ('Since 2019 they kept recordsin a "shed".', "wire")
    assert wire.provenance.pipeline.settings != other.provenance.pipeline.settings


def test_all_conditions_of_a_match_must_be_true(tmp_path: Path) -> None:
    pipe = configured(written(tmp_path, PROFILES))
    profiles = [
        pipe.process(DAMAGED, id=name, metadata=metadata).provenance.pipeline.profile
        for name, metadata in [
            ("tapes/1", {"site": "a.example"}),
            ("tapes/1", {"site": "a.test"}),
            ("tapes/1", {}),
            ("x", {"site": "a.example"}),
        ]
    ]
    assert profiles == ["tapes", None, None, None]


def test_a_profile_may_run_other_stages(tmp_path: Path) -> None:
    pipe = configured(written(tmp_path, PROFILES))
    article = pipe.process(DAMAGED, id="tapes/1", metadata={"site": "a.example"})
    assert [stage.name for stage in article.provenance.pipeline.stages] == ["entities", "languages"]


def test_first_matching_profile_applies(tmp_path: Path) -> None:
    toml = '[profiles.b]\nmatch.id = "*"\n[profiles.a]\nmatch.id = "*"'
    assert configured(written(tmp_path, toml)).process("Six.", id="x").provenance.pipeline.profile == "b"


def test_vocabulary_of_a_profile_is_added_to_the_general_one(tmp_path: Path) -> None:
    toml = 'vocabulary.words = ["a"]\n[profiles.b]\nmatch.id = "*"\nvocabulary.words = ["b"]'
    pipe = configured(written(tmp_path, toml))
    assert [way.recipe.vocabulary.words for way in pipe.variants] == [("a", "b"), ("a",)]


def test_stage_threshold_of_a_profile_overrides_general_rule_threshold(tmp_path: Path) -> None:
    toml = 'rules."words.number" = 0.9\n[profiles.b]\nmatch.id = "b"\nrules.words = "off"'
    pipe = configured(written(tmp_path, toml))
    assert pipe.process("Since2019.", id="b").text == "Since2019."
    assert pipe.process("Since2019.", id="a").text == "Since 2019."


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("[profiles.x]\nstages.words.longest = 1", "key 'profiles.x.match' is empty; set the documents it is for"),
        ("[profiles]\nx = 3", "key 'profiles.x' is not a table; write a profile as [profiles.x]"),
        ('[profiles.x]\nmatch.id = "a"\nrules.words = 2', "[profiles.x.rules]: 'words' is 2; allowed are numbers"),
        ("[profiles.x]\nmatch = {}", "key 'profiles.x.match' is empty; set the documents it is for: match.id = …"),
        ('[profiles.x]\nmatch.ids = "a"', "key 'profiles.x.match.ids' is not known; did you mean 'id'?"),
        ('[profiles.x]\nmatch.id = "a"\nstage.words = {}', "key 'profiles.x.stage' is not known; did you mean"),
        ('[profiles.x]\nmatch.id = "a"\nstages.words = 3', "key 'profiles.x.stages.words' is not a table; write"),
        (
            '[profiles.x]\nmatch.id = "a"\nstages.words.longst = 3',
            "profile 'x': [stages.words]: no setting 'longst'; did you mean 'longest'?",
        ),
        (
            '[profiles.x]\nmatch.id = "a"\nrecipe = ["dialogue", "words"]',
            "profile 'x': recipe: 'words' repairs text but comes after 'dialogue'",
        ),
        (
            '[profiles.x]\nmatch.id = "a"\nrules."credits.lines" = 0.1',
            "profile 'x': [rules]: the recipe has no rule or stage 'credits.lines'; did you mean 'credits.line'?",
        ),
    ],
)  # fmt: skip
def test_error_in_a_profile_names_the_profile(tmp_path: Path, toml: str, said: str) -> None:
    path = written(tmp_path, toml)
    assert refused(path).startswith(f"{path}: {said}")


# --- what the command line lays over the file


def test_override_takes_precedence_over_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, '[stages.words]\nlongest = 30\n[rules]\n"words.number" = 0.95')
    pipe = configured(path, "stages.words.longest=20", "rules.words=off")
    assert options(pipe.recipe.stages[4]) == {"longest": 20}
    assert set(pipe.recipe.thresholds.values()) == {OFF}


@pytest.mark.parametrize(
    ("override", "want"),
    [
        ("input.encoding=gb18030", "gb18030"),
        ('input.encoding="gb18030"', "gb18030"),
        ("input.encoding = big5", "big5"),
    ],
)
def test_a_text_needs_no_quotes_on_the_command_line(override: str, want: str) -> None:
    assert layers(None, [override]).settings.input.encoding == want


def test_later_override_takes_precedence() -> None:
    assert layers(None, ["input.id_field=a", "input.id_field=b"]).settings.input.id_field == "b"


def test_lists_and_rules_can_be_overridden() -> None:
    settings = layers(None, ['recipe=["entities"]', "rules.entities.intact=0.9"]).settings
    assert (settings.recipe, settings.rules) == (("entities",), {"entities.intact": 0.9})


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("longest", "is not a setting; write KEY=VALUE, for example stages.words.longest=30"),
        ("=3", "is not a setting; write KEY=VALUE"),
        ("a..b=3", "is not a setting; write KEY=VALUE"),
        ("inputs.encoding=x", "key 'inputs' is not known; did you mean 'input'?"),
        ("input.limits.bytes=many", "Expected `int`, got `str` - at `input.limits.bytes`"),
        ("stages.words.longst=3", "[stages.words]: no setting 'longst'; did you mean 'longest'?"),
        ("stages.words.longest=none", "[stages.words]: Expected `int`, got `str` - at `longest`"),
        ("rules.word.number=0.1", "[rules]: the recipe has no rule or stage 'word.number'; did you mean 'words'?"),
        ("recipe=words", "Expected `array | null`, got `str` - at `recipe`"),
    ],
)
def test_invalid_override_is_named_instead_of_the_file(tmp_path: Path, override: str, said: str) -> None:
    path = written(tmp_path, "[stages.words]\nlongest = 30")
    assert refused(path, override).startswith(f"--set {override}: {said}")


def test_error_in_the_file_names_the_file_despite_overrides(tmp_path: Path) -> None:
    path = written(tmp_path, "[stages.words]\nlongst = 30")
    assert refused(path, "stages.words.longest=3").startswith(f"{path}: [stages.words]: no setting 'longst'")
