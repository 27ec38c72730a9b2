"""Subtitles: the words of the cues become text, whatever program wrote the file and however it is damaged."""

import contextlib
import gzip
import hashlib
import io
import json
import tarfile
import zipfile
from pathlib import Path
from string import ascii_lowercase

import pytest
from fuzzing import problems
from hypothesis import given, settings
from hypothesis import strategies as st
from mutations import mutants
from sampling import examples
from subtitle_files import SPOKEN, SUBRIP, SUBTITLES, VOICES, rolling

import pipeline
from pipeline.errors import DocumentError, UsageError
from pipeline.model.article import Article, Origin
from pipeline.model.record import Record
from pipeline.readers.conversion import text_record
from pipeline.readers.subtitles.conversion import CONVERTER, MEDIA_TYPES, Transcript, transcript
from pipeline.readers.subtitles.cues import Format
from pipeline.readers.subtitles.detect import subtitle_format
from pipeline.readers.subtitles.timing import parse_timing
from pipeline.text.lines import join_wrapped_lines, split_lines
from readers import warcs
from readers.found import found, only_record


def paragraphs_of(text: str, form: Format | None = None) -> list[str]:
    """The paragraphs of a file."""
    return transcript(text, form or subtitle_format(text.encode()) or "srt").text.splitlines()


def talk(*cues: str, length: float = 1.0) -> str:
    """A WebVTT file with these cues, one after the other."""
    times = [f"{int(at // 60):02}:{at % 60:06.3f}" for at in (n * length for n in range(len(cues) + 1))]
    return "WEBVTT\n\n" + "\n\n".join(
        f"{begin} --> {end}\n{cue}" for begin, end, cue in zip(times, times[1:], cues, strict=False)
    )


@pytest.mark.parametrize(("text", "form"), [(VOICES, "vtt"), (SUBRIP, "srt")])
def test_only_spoken_words_become_text(text: str, form: Format) -> None:
    assert subtitle_format(text.encode()) == form
    made = transcript(text, form)
    assert made.text == SPOKEN
    assert made.faults == ()


def test_the_header_is_metadata() -> None:
    assert transcript(VOICES, "vtt").metadata == {"kind": "captions", "language": "en", "header": "The kiln"}
    assert transcript(SUBRIP, "srt").metadata == {}


def test_the_times_of_the_first_cue_of_each_paragraph_are_evidence() -> None:
    made = transcript(VOICES, "vtt")
    assert [(made.text[e.start : e.end], e.kind, e.value) for e in made.evidence] == [
        ("Harbour Letter: Who built the kiln?", "time", "1-2.5"),
        ("Mei Lan: My aunt did. She & her dog.", "time", "2.6-4"),
        ("Harbour Letter: And then?", "time", "15-16"),
        ("Mei Lan: Then it rained.", "time", "16.1-18"),
    ]


@pytest.mark.parametrize(
    ("why", "text", "right"),
    [
        (
            "two voices in a cue",
            talk("<v Ada>Yes.</v> <v Bo>No.</v>", "<v Bo>Not me."),
            ["Ada: Yes.", "Bo: No. Not me."],
        ),
        ("a voice whose words begin with its name", talk("<v Ada>Ada: Yes."), ["Ada: Yes."]),
        ("a cue without a voice goes on", talk("<v Ada>Yes,", "I do.", "<v Ada>Always."), ["Ada: Yes, I do. Always."]),
        ("a voice without a name", talk("<v>Yes.", "<v >No."), ["Yes. No."]),
        ("a voice on two lines", talk("<v Ada\nFern>Yes."), ["Ada Fern: Yes."]),
        (
            "after a name in the words, the voice is named anew",
            talk("<v Ada>Yes.", "BO: No.", "<v Ada>Oh."),
            ["Ada: Yes.", "BO: No.", "Ada: Oh."],
        ),
        (
            "chevrons, also in a line, and escaped",
            talk("Hello.", "&gt;&gt; Yes. >> No,", "not\nme. >>", "Why?", "＞＞ 好。"),
            ["Hello.", ">> Yes.", ">> No, not me.", ">> Why?", "＞＞ 好。"],
        ),
        ("chevrons in a word", talk("a>>b is no turn"), ["a>>b is no turn"]),
        ("dashes", talk("- Yes.\n- No.", "-Me?\n–You!"), ["- Yes.", "- No.", "-Me?", "–You!"]),
        ("dashes that go on", talk("I was —", "— and am. It is\n-5 there"), ["I was — — and am. It is -5 there"]),
        (
            "names",
            talk("Ada Fern: Yes.", "I do.", "Dr. Moss (Bay): No:", "he said: so", "wren: Hm."),
            ["Ada Fern: Yes. I do.", "Dr. Moss (Bay): No: he said: so", "wren: Hm."],
        ),
        (
            "brackets",
            talk("[Ada] Yes.", "[music]", "【记者】好。", "[Applause]"),
            ["[Ada] Yes. [music]", "【记者】好。 [Applause]"],
        ),
        (
            "times and addresses",
            talk("At 10:30 I saw", "https://a.example:80"),
            ["At 10:30 I saw https://a.example:80"],
        ),
        ("brackets without a name", talk("【 】好。", "\u3000", "[] 好。"), ["【 】好。 [] 好。"]),
        ("Chinese names", talk("记者：谁\n修的？", "林：我，", "和她。"), ["记者：谁修的？", "林：我，和她。"]),
        ("Chinese without marks", talk("我们走吧", "天黑了"), ["我们走吧 天黑了"]),
        (
            "two languages",
            talk("你好吗？\nHow are you?", "我很好。\nI am fine.", "走吧。\nLet's go."),
            ["你好吗？我很好。走吧。", "How are you? I am fine. Let's go."],
        ),
        ("what is no tag", talk("a < b & c, <laughs> {x} &nosuch; AT&T"), ["a < b & c, <laughs> {x} &nosuch; AT&T"]),
        ("escaped tags are words", talk("Use &lt;i&gt; here."), ["Use <i> here."]),
        ("empty cues", talk("&nbsp;", "", " ", "Yes."), ["Yes."]),
        ("line breaks as tags", talk("- Yes.<br>- No.<br/>"), ["- Yes.", "- No."]),
        ("what is said again", talk("No.", "No.", "No.\nNo.", "I said no."), ["No. No. No. No. I said no."]),
    ],
)
def test_cues_become_paragraphs(why: str, text: str, right: list[str]) -> None:
    assert paragraphs_of(text) == right, why


def test_a_paragraph_has_no_line_separators() -> None:
    text = transcript(talk("Who built\nthe kiln?", "My aunt\ndid it,", "<v Bo>and\nshe knew."), "vtt").text
    paragraphs = [line.text for line in join_wrapped_lines(text, split_lines(text))]
    assert paragraphs == ["Who built the kiln? My aunt did it,", "Bo: and she knew."]


def test_rolling_captions_appear_once() -> None:
    text = rolling("so today we fire", "the kiln and", "&gt;&gt; why do you", "do that")
    assert paragraphs_of(text) == ["so today we fire the kiln and", ">> why do you do that"]
    assert transcript(text, "vtt").faults == ()


@pytest.mark.parametrize(
    ("cues", "right"),
    [
        (["one", "one\ntwo", "one\ntwo\nthree", "two\nthree\nfour"], "one two three four"),
        (["Hello", "Hello, there", "Hello, there my", "Hello, there my\nfriend"], "Hello, there my friend"),
        (["你好", "你好吗", "你好吗，林", "林"], "你好吗，林林"),
        (["I know", "I knowingly", "I knowingly went"], "I know I knowingly I knowingly went"),
    ],
)
def test_growing_captions_appear_once(cues: list[str], right: str) -> None:
    assert paragraphs_of(talk(*cues)) == [right]


def test_a_pause_begins_a_paragraph_only_without_speaker_marks() -> None:
    cues = ["00:01.000 --> 00:02.000\n{}Yes.", "00:03.900 --> 00:05.000\nI do.", "00:07.100 --> 00:08.000\n{}No."]
    text = "WEBVTT\n\n" + "\n\n".join(cues)
    assert paragraphs_of(text.replace("{}", "")) == ["Yes. I do.", "No."]
    assert paragraphs_of(text.replace("{}", ">> ").replace("5.000", "4.000")) == [">> Yes. I do.", ">> No."]


def test_a_cue_that_overlaps_the_next_leaves_no_pause() -> None:
    text = "WEBVTT\n\n00:01.000 --> 00:09.000\nYes.\n\n00:02.000 --> 00:03.000\nI do.\n\n00:08.000 --> 00:09.000\nNo."
    assert paragraphs_of(text) == ["Yes. I do. No."]


DAMAGED = [
    ("no header WEBVTT", "00:01.000 --> 00:02.000\nYes.\n\n00:02.000 --> 00:03.000\nNo.\n", ["Yes. No."]),
    (
        "times in another form",
        "1\n0:00:01.5 --> 0:0:2,25\nYes.\n\n2\n00:00:02.000 -> 00:00:03.000\nNo.\n",
        ["Yes. No."],
    ),
    ("times in another form", "1\n00:00:01,000 -->\nYes.\n\n2\n00:00:09,000 --> 00:00:10,000\nNo.\n", ["Yes. No."]),
    (
        "times in another form",
        "1 00:00:01,000 --> 00:00:02,000 Yes.\n2 00:00:02,000 --> 00:00:03,000 No.",
        ["Yes. No."],
    ),
    ("times in another form", "0:00:01.000,0:00:02.000\nYes.\n\n0:00:02.000,0:00:03.000\nNo.\n", ["Yes. No."]),
    (
        "no empty line below a cue",
        "1\n00:00:01,000 --> 00:00:02,000\nIn\n2\n00:00:02,000 --> 00:00:03,000\n1984\n"
        "3\n00:00:03,000 --> 00:00:04,000\nI left.",
        ["In 1984 I left."],
    ),
    (
        "no empty line below a cue",
        "WEBVTT\n\n00:01.000 --> 00:02.000\nIn\n00:02.000 --> 00:03.000\n1984\n00:03.000 --> 00:04.000\nI left.",
        ["In 1984 I left."],
    ),
    ("an empty line in a cue", "1\n00:00:01,000 --> 00:00:02,000\nYes.\n\nI do.\n\n", ["Yes. I do."]),
    (
        "an empty line in a cue",
        "1\n\n00:00:01,000 --> 00:00:02,000\n\nYes.\n\nI do.\n\n\n2\n\n00:00:02,000 --> 00:00:03,000\n\nNo.\n\n",
        ["Yes. I do. No."],
    ),
    ("words above the first cue", "WEBVTT\n\nThe kiln\nBy Ida Moss\n\n00:01.000 --> 00:02.000\nYes.\n", None),
    (
        "a cue that begins before the one above it",
        "WEBVTT\n\n00:03.000 --> 00:04.000\nYes.\n\n00:01.000 --> 00:02.000\nNo.",
        ["Yes. No."],
    ),
    ("the last cue is cut off", "1\n00:00:01,000 --> 00:00:02,000\nYes.\n\n2\n00:00:02,0", ["Yes."]),
    ("the last cue is cut off", "1\n00:00:01,000 --> 00:00:02,000\nYes.\n\n2", ["Yes."]),
]


@pytest.mark.parametrize(("fault", "text", "right"), DAMAGED)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_damaged_files_are_read_and_reported(
    fault: str, text: str, right: list[str] | None, end: str, encoding: str
) -> None:
    data = text.replace("\n", end).encode(encoding)
    article = pipeline.process(data, id="talk")
    assert article.text.splitlines() == (right or ["The kiln", "By Ida Moss", "Yes."])
    (note,) = (note for note in article.notes if note.stage == "conversion")
    assert (note.rule, note.severity) == ("conversion.malformed", "info")
    assert fault in note.message


def test_cue_names_are_not_text_but_misplaced_words_are() -> None:
    assert paragraphs_of(
        "WEBVTT\n\nintro 1\n00:01.000 --> 00:02.000\nYes.\n\nintro 2\n00:02.000 --> 00:03.000\nNo.\n"
    ) == ["Yes. No."]
    assert paragraphs_of("WEBVTT\n\n00:01.000 --> 00:02.000\n\nYes.\n00:02.000 --> 00:03.000\n\nNo.\n") == ["Yes. No."]


def test_a_style_block_with_an_empty_line_is_not_text() -> None:
    assert paragraphs_of("WEBVTT\n\nSTYLE\n::cue {\n\n  color: red;\n}\n\n00:01.000 --> 00:02.000\nYes.\n") == ["Yes."]


@pytest.mark.parametrize(
    ("line", "start", "end", "words"),
    [
        ("00:00:01,000 --> 00:00:02,000", 1, 2, ""),
        ("100:00:01.000 --> 100:00:02.000", 360001, 360002, ""),
        ("00:01.000-->00:02.000 position:10%,line-left align:left", 1, 2, ""),
        ("00:01 --> 00:02", 1, 2, ""),
        ("00：00：01，000 → 00：00：02，000", 1, 2, ""),
        ("0:0:1.5,0:0:2.5", 1.5, 2.5, ""),
        ("00:00:01:500 --> 00:00:02:500", 1.5, 2.5, ""),
        ("00:00:01.000 --&gt; 00:00:02.000", 1, 2, ""),
        ("00:00:01.000 --> 00:00:02.000 Ada: yes", 1, 2, "Ada: yes"),
    ],
)
def test_many_time_formats_are_read(line: str, start: float, end: float, words: str) -> None:
    timing = parse_timing(line)
    assert timing is not None
    assert (timing.start, timing.end, timing.words) == (start, end, words)


@pytest.mark.parametrize(
    "line", ["10:30 -> 11:00", "10:30 --> noon", "1 --> 2", "5 > 3", "2024-01-01 10:00", "10:30 11:00"]
)
def test_timetables_are_not_cue_times(line: str) -> None:
    assert parse_timing(line) is None


@pytest.mark.parametrize(
    "text",
    [
        "WEBVTT is a format.\n\nIt has cues.",
        "WebVTT\n\n00:01.000 --> 00:02.000\nYes.",
        "Cues look so:\n\n1\n00:00:01,000 --> 00:00:02,000\nYes.",
        "1\nOne\n\n00:00:01,000 --> 00:00:02,000\nYes.",
        "10:30 --> 11:00\nTea\n\n11:00 --> 12:00\nTalk",
        "",
        "\n\n",
    ],
)
def test_texts_about_subtitles_stay_texts(text: str) -> None:
    assert subtitle_format(text.encode()) is None


def check_article(article: Article, data: bytes) -> None:
    assert article.text == SPOKEN
    source = article.provenance.source
    assert source.converted_by == CONVERTER
    assert source.origin.sha256 == hashlib.sha256(data).hexdigest()
    assert pipeline.restore(article) == SPOKEN.encode()
    assert [turn.speaker for exchange in article.exchanges for turn in exchange.turns] == [
        "Harbour Letter",
        "Mei Lan",
        "Harbour Letter",
        "Mei Lan",
    ]


@pytest.mark.parametrize("text", [VOICES, SUBRIP])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_bytes_without_a_file_name_are_recognised(text: str, encoding: str) -> None:
    data = text.encode(encoding)
    check_article(pipeline.process(data, id="talk"), data)


def test_a_text_and_a_known_media_type() -> None:
    check_article(pipeline.process(VOICES), VOICES.encode())
    check_article(pipeline.process(VOICES, media_type="text/vtt"), VOICES.encode())
    plain = pipeline.process(VOICES, media_type="text/plain")
    assert plain.text.startswith("WEBVTT")
    assert plain.provenance.source.converted_by is None


@pytest.mark.parametrize(
    ("name", "text", "media_type"),
    [
        ("talk.vtt", VOICES, "text/vtt"),
        ("talk.srt", SUBRIP, "application/x-subrip"),
        ("talk.txt", VOICES, "text/vtt"),
        ("talk", SUBRIP, "application/x-subrip"),
        ("talk.srt", VOICES, "text/vtt"),
        ("talk.vtt", f"Made by hand\n\n{SUBRIP}", "text/vtt"),
        ("talk.md", "Cues:\n\n" + SUBRIP, "text/markdown"),
        ("talk.srt", "Only a name.", "text/plain"),
    ],
)
def test_files_are_claimed_by_content_and_name(tmp_path: Path, name: str, text: str, media_type: str) -> None:
    record = only_record(found(tmp_path, name, text))
    assert (record.id, record.data, record.origin.media_type) == ("wire/talk", text.encode(), media_type)


def packed_zip() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("talk.vtt", VOICES)
    return held.getvalue()


def packed_tar() -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w:gz") as archive:
        member = tarfile.TarInfo("talk.vtt")
        member.size = len(VOICES.encode())
        archive.addfile(member, io.BytesIO(VOICES.encode()))
    return held.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("talk.vtt.gz", gzip.compress(VOICES.encode())),
        ("dump.zip", packed_zip()),
        ("dump.tar.gz", packed_tar()),
        ("dump.jsonl", json.dumps({"text": VOICES}).encode()),
    ],
)
def test_subtitles_in_archives_and_tables_are_read(tmp_path: Path, name: str, data: bytes) -> None:
    record = text_record(only_record(found(tmp_path, name, data)))
    check_article(pipeline.Pipeline().process(record), VOICES.encode())


@pytest.mark.parametrize("media_type", ["text/vtt", "application/x-subrip; charset=utf-8"])
def test_subtitles_in_a_web_archive_are_read(tmp_path: Path, media_type: str) -> None:
    text = VOICES if "vtt" in media_type else SUBRIP
    record = text_record(warcs.document(tmp_path, warcs.record(warcs.answer(text, media_type))))
    assert (record.data, record.converted_by) == (SPOKEN, CONVERTER)


def test_a_record_of_subtitles_must_be_converted_first(tmp_path: Path) -> None:
    record = only_record(found(tmp_path, "talk.vtt", VOICES))
    with pytest.raises(UsageError, match=r"is a file of subtitles; convert it first: readers\.conversion\.text_record"):
        pipeline.Pipeline().process(record)
    converted = text_record(record)
    assert text_record(converted) == converted


def test_metadata_of_the_record_overrides_the_header() -> None:
    article = pipeline.process(VOICES, metadata={"language": "zh"})
    assert article.meta == {"kind": "captions", "language": "zh", "header": "The kiln"}


def test_bytes_that_cannot_be_decoded_are_reported() -> None:
    data = VOICES.encode().replace(b"rained", b"ra\xffined")
    article = pipeline.process(data, encoding="utf-8")
    assert "Then it ra\ufffdined." in article.text
    (note,) = (note for note in article.notes if note.stage == "conversion")
    assert note.message.endswith("bytes that no codec reads (1)")


@pytest.mark.parametrize("text", ["WEBVTT\n", "WEBVTT\n\nNOTE nothing\n", "1\n00:00:01,000 --> 00:00:02,000\n\n"])
def test_a_file_without_words_is_refused(text: str) -> None:
    with pytest.raises(DocumentError, match="holds no cue with words; leave it out"):
        pipeline.process(text, id="talk")


PIECES = (
    *("-->", "WEBVTT", "NOTE", "STYLE\n{", "<v ", "<v Ada>", "</v>", "<", ">", ">>", "&", "&gt;", "&#x1F;", "{\\"),
    *("00:", "00:00:01.000", ",", ".", "1", "7\n", "- ", "Ada: ", "：", "【", "盐"),
    *("\n", "\n\n", "\r", "\ufeff", "\0", "\x85", "\u2028", "\ufffd"),
)


def mutated(text: str) -> st.SearchStrategy[str]:
    """A file with parts deleted, repeated, moved or replaced by parts of the formats."""
    pieces = st.sampled_from(PIECES)
    edit = st.tuples(st.integers(0, len(text)), st.integers(0, 30), pieces | st.just(""))

    def apply(edits: list[tuple[int, int, str]]) -> str:
        changed = text
        for at, length, piece in edits:
            changed = changed[:at] + piece + changed[at + length :]
        return changed

    return st.lists(edit, max_size=12).map(apply)


def check_transcript(made: Transcript) -> None:
    assert made.text == "" or made.text.endswith("\n")
    assert all(line.strip() for line in made.text.split("\n")[:-1])
    for item in made.evidence:
        assert made.text[item.end] == "\n"
        assert item.start == 0 or made.text[item.start - 1] == "\n"


@given(st.sampled_from(SUBTITLES).flatmap(mutated))
@settings(max_examples=examples(300), deadline=None)
def test_no_damage_makes_the_converter_raise(text: str) -> None:
    for form in MEDIA_TYPES:
        check_transcript(transcript(text, form))


@given(st.text(st.sampled_from("0123:.,-> \n<v>/&;gt#ANOTE{}\\x—盐：\r\ufeff"), max_size=200))
@settings(max_examples=examples(300), deadline=None)
def test_no_text_makes_the_converter_raise(text: str) -> None:
    subtitle_format(text.encode())
    for form in MEDIA_TYPES:
        check_transcript(transcript(f"WEBVTT\n\n00:01.000 --> 00:02.000\n{text}", form))


@given(st.binary(max_size=300))
def test_no_bytes_make_the_converter_raise(data: bytes) -> None:
    origin = Origin(path="a.vtt", media_type="text/vtt", member=None, row=None, field=None, sha256=None)
    with contextlib.suppress(DocumentError):
        text_record(Record("a", b"WEBVTT\n\n00:01.000 --> 00:02.000\n" + data, origin))


def test_damaged_files_keep_the_laws_of_the_pipeline() -> None:
    """`make soak PARTS=mutations` checks many more."""
    for _, text in mutants(0, 30, list(SUBTITLES), 1000):
        assert problems(text) == [], text


WORD = st.tuples(st.text(ascii_lowercase, min_size=1, max_size=8), st.sampled_from(["", *".,?!"])).map("".join)


@given(st.lists(st.lists(st.lists(WORD, min_size=1, max_size=5), min_size=1, max_size=2), min_size=1, max_size=12))
@settings(max_examples=examples(200), deadline=None)
def test_all_words_of_all_cues_are_in_the_text_in_order(cues: list[list[list[str]]]) -> None:
    """The words are distinct, so that nothing looks like rolling captions."""
    numbered = [
        [
            [
                f"{word.rstrip('.,?!')}{n}x{i}y{j}{word[-1] if not word[-1].isalpha() else ''}"
                for j, word in enumerate(line)
            ]
            for i, line in enumerate(cue)
        ]
        for n, cue in enumerate(cues)
    ]
    text = "\n\n".join(
        f"{n + 1}\n00:{n:02}:00,000 --> 00:{n:02}:59,500\n" + "\n".join(" ".join(line) for line in cue)
        for n, cue in enumerate(numbered)
    )
    assert transcript(text, "srt").text.split() == [word for cue in numbered for line in cue for word in line]
