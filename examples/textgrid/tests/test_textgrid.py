"""What becomes of tiers and intervals, and of files that are no TextGrids."""

import io
from pathlib import Path

import pytest
from textgrid import TextGrid

import pipeline
from pipeline.readers import ByteSource, Claim, Input, InputFile, Location, ReaderError, Record, Registry, records
from pipeline.testing import check_reader

HEAD = (
    'File type = "ooTextFile"\nObject class = "TextGrid"\n\nxmin = 0\nxmax = 30\ntiers? <exists>\nsize = 2\nitem []:\n'
)


def tier(number: int, name: str, *said: tuple[float, float, str]) -> str:
    head = f'    item [{number}]:\n        class = "IntervalTier"\n        name = "{name}"\n        xmin = 0\n'
    return head + "".join(
        f"        intervals [{i}]:\n            xmin = {start}\n            xmax = {end}\n"
        f'            text = "{words}"\n'
        for i, (start, end, words) in enumerate(said, 1)
    )


TALK = (
    HEAD
    + tier(1, "Host", (0, 1, ""), (1, 2.5, "Who built\nthe kiln?"), (15, 16, 'And ""then""?'))
    + tier(
        2,
        "Mei Lan",
        (2.6, 4, "My aunt did."),
        (4, 6, "她用了两年，"),
        (6, 7, "一块砖一块砖地砌。"),
        (16.1, 18, "Then it rained."),
        (25, 26, "For a month."),
    )
)


def source(name: str, data: bytes) -> ByteSource:
    return ByteSource(Location(name), io.BytesIO(data))


def transcript(text: str, **options: float) -> list[str]:
    return list(TextGrid(**options).paragraphs(text))


def test_intervals_are_joined_while_one_person_speaks() -> None:
    assert transcript(TALK) == [
        "Host: Who built the kiln?",
        "Mei Lan: My aunt did. 她用了两年，一块砖一块砖地砌。",
        'Host: And "then"?',
        "Mei Lan: Then it rained.",
        "For a month.",
    ]


def test_the_pause_that_ends_a_paragraph_is_an_option() -> None:
    assert transcript(TALK, pause=20)[-1] == "Mei Lan: Then it rained. For a month."


@pytest.mark.parametrize(
    ("name", "data", "claim"),
    [
        ("talk.TextGrid", TALK.encode(), Claim.CONTENT),
        ("talk.txt", TALK.encode("utf-16"), Claim.CONTENT),
        ("talk.TextGrid", b"Only a name.", Claim.NONE),
    ],
)
def test_it_claims_what_is_a_textgrid(name: str, data: bytes, claim: Claim) -> None:
    assert TextGrid().sniff(source(name, data)) is claim


def test_a_file_without_words_is_refused_with_the_reason() -> None:
    with pytest.raises(ReaderError, match="holds no interval with a text"):
        list(TextGrid().read(source("a.TextGrid", HEAD.encode()), Input()))


def test_the_transcript_is_an_interview_that_restores(tmp_path: Path) -> None:
    (tmp_path / "talk.TextGrid").write_text(TALK, "utf-8")
    (found,) = records([InputFile(tmp_path / "talk.TextGrid", "talk.TextGrid")], Input(), Registry((TextGrid(),)))
    assert isinstance(found, Record)
    article = pipeline.Pipeline().process(found.data, id=found.id, origin=found.origin, converted_by=found.converted_by)
    speakers = [turn.speaker for exchange in article.exchanges for turn in exchange.turns]
    assert speakers == ["Host", "Mei Lan", "Host", "Mei Lan"]
    assert article.provenance.source.converted_by == "bilingual-pipeline-textgrid 0.1.0"
    assert pipeline.restore(article).decode() == found.data


def test_damaged_files_give_documents_or_reasons() -> None:
    check_reader(TextGrid(), {"talk.TextGrid": TALK.encode(), "utf-16.TextGrid": TALK.encode("utf-16")})
