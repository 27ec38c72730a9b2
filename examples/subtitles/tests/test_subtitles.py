"""What becomes of cues, and of files that are no subtitles."""

import io
from pathlib import Path

import pytest
from subtitles import Subtitles

import pipeline
from pipeline.readers import ByteSource, Claim, Input, InputFile, Location, ReaderError, Record, Registry, records
from pipeline.testing import check_reader

TALK = """\
WEBVTT

1
00:00:01.000 --> 00:00:02.500
<v Host>Who built
the kiln?

2
00:00:02.600 --> 00:00:04.000
<v Mei Lan>My <i>aunt</i> did.

3
00:00:04.100 --> 00:00:06.000
<v Mei Lan>她用了两年，
一块砖一块砖地砌。

4
00:00:15.000 --> 00:00:16.000
<v Host>And then?

5
00:00:16.100 --> 00:00:18.000
<v Mei Lan>Then it rained.

6
00:00:25.000 --> 00:00:26.000
For a month.
"""


def source(name: str, data: bytes) -> ByteSource:
    return ByteSource(Location(name), io.BytesIO(data))


def transcript(text: str, **options: float) -> list[str]:
    return list(Subtitles(**options).paragraphs(text))


def test_cues_are_joined_while_one_person_speaks() -> None:
    assert transcript(TALK) == [
        "Host: Who built the kiln?",
        "Mei Lan: My aunt did. 她用了两年，一块砖一块砖地砌。",
        "Host: And then?",
        "Mei Lan: Then it rained.",
        "For a month.",
    ]


def test_the_pause_that_ends_a_paragraph_is_an_option() -> None:
    assert transcript(TALK, pause=20)[-1] == "Mei Lan: Then it rained. For a month."


def test_labels_in_the_cues_begin_paragraphs() -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\nANNA: Why here?\n\n2\n00:00:02,100 --> 00:00:03,000\nBEN: It was dry.\n"
    assert transcript(text) == ["ANNA: Why here?", "BEN: It was dry."]


@pytest.mark.parametrize(
    ("name", "data", "claim"),
    [
        ("talk.txt", TALK.encode(), Claim.CONTENT),
        ("talk.srt", b"1\n00:00:01,000 --> 00:00:02,000\nHello\n", Claim.NAME),
        ("talk.srt", b"Only a name.", Claim.NONE),
        ("talk.txt", b"1\n00:00:01,000 --> 00:00:02,000\nHello\n", Claim.NONE),
    ],
)
def test_it_claims_what_is_a_file_of_subtitles(name: str, data: bytes, claim: Claim) -> None:
    assert Subtitles().sniff(source(name, data)) is claim


def test_a_file_without_cues_is_refused_with_the_reason() -> None:
    with pytest.raises(ReaderError, match="holds no cue with a text"):
        list(Subtitles().read(source("a.vtt", b"WEBVTT\n\nNOTE nothing\n"), Input()))


def test_the_transcript_is_an_interview_that_restores(tmp_path: Path) -> None:
    (tmp_path / "talk.vtt").write_text(TALK, "utf-8")
    (found,) = records([InputFile(tmp_path / "talk.vtt", "talk.vtt")], Input(), Registry((Subtitles(),)))
    assert isinstance(found, Record)
    article = pipeline.Pipeline().process(found.data, id=found.id, origin=found.origin, converted_by=found.converted_by)
    speakers = [turn.speaker for exchange in article.exchanges for turn in exchange.turns]
    assert speakers == ["Host", "Mei Lan", "Host", "Mei Lan"]
    assert article.provenance.source.converted_by == "bilingual-pipeline-subtitles 0.1.0"
    assert pipeline.restore(article).decode() == found.data


def test_damaged_files_give_documents_or_reasons() -> None:
    check_reader(Subtitles(), {"talk.vtt": TALK.encode(), "talk.srt": TALK.replace("WEBVTT\n\n", "").encode()})
