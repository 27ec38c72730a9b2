"""Texts and tables with too much of something, before they are packed."""

import json
import random
from collections.abc import Iterable, Iterator

from hostile.attack import MIB, Chunks, Content, at_most, repeated

TALK = b"Editor: Who lights the lamp?\nInes Tal: My aunt did, and I do.\n"
NESTED = 200_000
"""Levels; every parser that calls itself for each gives up long before."""


def _csv(separator: bytes) -> Iterator[Content]:
    def columns(chance: random.Random) -> Iterable[bytes]:
        yield from repeated(separator, at_most(32 * MIB, chance))
        yield b"\n1\n"

    def equal_names(chance: random.Random) -> Iterable[bytes]:
        yield separator.join([b"a"] * at_most(30_000, chance)) + b"\n1\n"

    def distinct_names(chance: random.Random) -> Iterable[bytes]:
        yield separator.join(b"c%d" % n for n in range(at_most(300_000, chance))) + b"\n1\n"

    def cells(chance: random.Random) -> Iterable[bytes]:
        yield b"id%stext\n" % separator
        for n in range(8):
            yield b"%d" % n
            yield from repeated(separator, at_most(32 * MIB, chance))
            yield b"\n"

    def rows(chance: random.Random) -> Iterable[bytes]:
        yield b"id%stext\n" % separator
        yield from repeated(b"\n", at_most(64 * MIB, chance))

    def short_rows(chance: random.Random) -> Iterable[bytes]:
        yield b"id%stext\n" % separator
        yield from repeated(b"a%sb\n" % separator, at_most(MIB // 8, chance))

    def value(chance: random.Random) -> Iterable[bytes]:
        yield b'id%stext\n1%s"' % (separator, separator)
        yield from repeated(TALK, at_most(200 * MIB, chance))
        yield b'"\n'

    def name(chance: random.Random) -> Iterable[bytes]:
        yield b"id%s" % separator
        yield from repeated(b"n", at_most(64 * MIB, chance))
        yield b"\n1%s2\n" % separator

    def open_quote(chance: random.Random) -> Iterable[bytes]:
        yield b"id%stext\n" % separator
        for n in range(at_most(20_000, chance)):
            yield b'%d%s"open\n' % (n, separator)

    def quotes(chance: random.Random) -> Iterable[bytes]:
        yield b'id%stext\n1%s"' % (separator, separator)
        yield from repeated(b'""', at_most(16 * MIB, chance))

    suffix = ".csv" if separator == b"," else ".tsv"
    yield Content("columns without a name", suffix, columns, large=True)
    yield Content("columns of one name", suffix, equal_names)
    yield Content("columns", suffix, distinct_names)
    yield Content("cells", suffix, cells, large=True)
    yield Content("empty rows", suffix, rows, large=True)
    yield Content("rows", suffix, short_rows, large=True)
    yield Content("length of a value", suffix, value, large=True)
    yield Content("length of a name", suffix, name, large=True)
    yield Content("quotes that stay open", suffix, open_quote)
    yield Content("quotes", suffix, quotes, large=True)


def _values() -> Iterator[tuple[str, Chunks, bool]]:
    """JSON values with too much of something, on one line."""

    def arrays(chance: random.Random) -> Iterable[bytes]:
        depth = at_most(NESTED, chance)
        yield b'{"id":"deep","text":' + b"[" * depth + b"]" * depth + b"}"

    def objects(chance: random.Random) -> Iterable[bytes]:
        depth = at_most(NESTED, chance)
        yield b'{"id":"deep","text":"x","more":' + b'{"a":' * depth + b"1" + b"}" * depth + b"}"

    def open_arrays(chance: random.Random) -> Iterable[bytes]:
        yield b"[" * at_most(NESTED, chance)

    def integer(chance: random.Random) -> Iterable[bytes]:
        yield b'{"id":' + b"9" * at_most(2 * MIB, chance) + b',"text":"x"}'

    def exponent(_: random.Random) -> Iterable[bytes]:
        yield b'{"id":1e999999999,"text":"x","n":[' + b"1e-999999999," * 1000 + b"-0.0e1]}"

    def members(chance: random.Random) -> Iterable[bytes]:
        yield b'{"id":"many","text":"x"'
        for n in range(at_most(300_000, chance)):
            yield b',"k%d":%d' % (n, n)
        yield b"}"

    def equal_members(chance: random.Random) -> Iterable[bytes]:
        yield b'{"id":"same"'
        yield from repeated(b',"text":"x"', at_most(16 * MIB, chance))
        yield b"}"

    def value(chance: random.Random) -> Iterable[bytes]:
        yield b'{"id":"long","text":"'
        yield from repeated(TALK.replace(b"\n", b"\\n"), at_most(300 * MIB, chance))
        yield b'"}'

    def escapes(chance: random.Random) -> Iterable[bytes]:
        yield b'{"id":"escaped","text":"'
        yield from repeated(rb"\ud83d\u0000", at_most(8 * MIB, chance))
        yield b'"}'

    def small(chance: random.Random) -> Iterable[bytes]:
        yield b'{"id":"small","text":['
        yield from repeated(b"[],", at_most(64 * MIB, chance))
        yield b"[]]}"

    yield "nesting of arrays", arrays, False
    yield "nesting of objects", objects, False
    yield "arrays that stay open", open_arrays, False
    yield "digits of an integer", integer, False
    yield "exponents", exponent, False
    yield "members", members, False
    yield "members of one name", equal_members, True
    yield "length of a value", value, True
    yield "escapes", escapes, True
    yield "small values in a value", small, True


def _json() -> Iterator[Content]:
    for excess, chunks, large in _values():
        yield Content(excess, ".json", chunks, large)
        yield Content(excess, ".jsonl", _line(chunks), large)

    def numbers(chance: random.Random) -> Iterable[bytes]:
        yield b"["
        yield from repeated(b"1,", at_most(64 * MIB, chance))
        yield b"1]"

    def documents(chance: random.Random) -> Iterable[bytes]:
        yield b"["
        yield from repeated(b"{},", at_most(MIB, chance))
        yield b"{}]"

    def lines(chance: random.Random) -> Iterable[bytes]:
        yield from repeated(b"\n", at_most(64 * MIB, chance))

    def empty(chance: random.Random) -> Iterable[bytes]:
        yield from repeated(b"{}\n", at_most(MIB // 8, chance))

    yield Content("numbers", ".json", numbers, large=True)
    yield Content("empty documents", ".json", documents, large=True)
    yield Content("empty lines", ".jsonl", lines, large=True)
    yield Content("empty documents", ".jsonl", empty, large=True)


def _line(chunks: Chunks) -> Chunks:
    def three(chance: random.Random) -> Iterable[bytes]:
        yield json.dumps({"id": "before", "text": TALK.decode()}).encode() + b"\n"
        yield from chunks(chance)
        yield b"\n" + json.dumps({"id": "after", "text": TALK.decode()}).encode() + b"\n"

    return three


def _toml(body: bytes) -> bytes:
    return b"+++\n" + body + b"\n+++\n\n" + TALK


def _yaml(body: bytes) -> bytes:
    return b"---\n" + body + b"\n---\n\n" + TALK


def _toml_front_matter() -> Iterator[Content]:
    def dotted(chance: random.Random) -> Iterable[bytes]:
        yield _toml(b".".join([b"a"] * at_most(30_000, chance)) + b" = 1")

    def dotted_lines(chance: random.Random) -> Iterable[bytes]:
        depth = at_most(400, chance)
        yield _toml(b"\n".join(b".".join([b"a"] * depth + [b"b%d" % n]) + b" = 1" for n in range(at_most(150, chance))))

    def headers(chance: random.Random) -> Iterable[bytes]:
        yield _toml(b"\n".join(b"[%s]" % b".".join([b"t"] * (n + 1)) for n in range(at_most(1000, chance))))

    def toml_arrays(chance: random.Random) -> Iterable[bytes]:
        depth = at_most(30_000, chance)
        yield _toml(b"a = " + b"[" * depth + b"]" * depth)

    def toml_integer(chance: random.Random) -> Iterable[bytes]:
        yield _toml(b"a = 0x" + b"f" * at_most(4 * MIB, chance))

    yield Content("TOML front matter, depth of a key", ".md", dotted)
    yield Content("TOML front matter, depth of many keys", ".md", dotted_lines)
    yield Content("TOML front matter, tables", ".md", headers)
    yield Content("TOML front matter, nesting", ".md", toml_arrays)
    yield Content("TOML front matter, digits of an integer", ".md", toml_integer)


def _yaml_front_matter() -> Iterator[Content]:
    def aliases(chance: random.Random) -> Iterable[bytes]:
        levels = range(1, at_most(24, chance))
        lines = (b"l%d: &l%d [%s]" % (n, n, b", ".join([b"*l%d" % (n - 1)] * 9)) for n in levels)
        yield _yaml(b"\n".join([b"l0: &l0 [lamp, lamp, lamp, lamp, lamp, lamp, lamp]", *lines]))

    def merges(chance: random.Random) -> Iterable[bytes]:
        levels = range(1, at_most(24, chance))
        lines = (b"m%d: &m%d {<<: [%s]}" % (n, n, b", ".join([b"*m%d" % (n - 1)] * 9)) for n in levels)
        yield _yaml(b"\n".join([b"m0: &m0 {a: b}", *lines]))

    def self_alias(_: random.Random) -> Iterable[bytes]:
        yield _yaml(b"title: &a [*a, *a]\nother: &b {b: *b}")

    def yaml_nesting(chance: random.Random) -> Iterable[bytes]:
        depth = at_most(30_000, chance)
        yield _yaml(b"title: " + b"[" * depth + b"]" * depth)

    def yaml_indents(chance: random.Random) -> Iterable[bytes]:
        yield _yaml(b"- " * at_most(30_000, chance) + b"x")

    def yaml_integer(chance: random.Random) -> Iterable[bytes]:
        yield _yaml(b"title: " + b"9" * at_most(2 * MIB, chance) + b"\nhex: 0x" + b"f" * at_most(2 * MIB, chance))

    def sexagesimal(chance: random.Random) -> Iterable[bytes]:
        yield _yaml(b"title: 1" + b":59" * at_most(60_000, chance))

    def yaml_keys(chance: random.Random) -> Iterable[bytes]:
        yield _yaml(b"\n".join(b"k%d: v" % n for n in range(at_most(60_000, chance))))

    def tags(_: random.Random) -> Iterable[bytes]:
        yield _yaml(b"title: !!python/object/apply:os.system ['touch attack-ran']\nwhen: !!timestamp 0000-00-00")

    def json_nesting(chance: random.Random) -> Iterable[bytes]:
        depth = at_most(NESTED, chance)
        yield b'{"title":' + b"[" * depth + b"]" * depth + b"}\n\n" + TALK

    def no_end(chance: random.Random) -> Iterable[bytes]:
        yield b"---\n"
        yield from repeated(b"key: [value]\n", at_most(8 * MIB, chance))

    def anchors(chance: random.Random) -> Iterable[bytes]:
        yield _yaml(b"\n".join(b"a%d: &n%d x" % (n, n) for n in range(at_most(30_000, chance))))

    yield Content("YAML front matter, aliases", ".md", aliases)
    yield Content("YAML front matter, merged aliases", ".md", merges)
    yield Content("YAML front matter, aliases of themselves", ".md", self_alias)
    yield Content("YAML front matter, nesting", ".md", yaml_nesting)
    yield Content("YAML front matter, lists in lists", ".md", yaml_indents)
    yield Content("YAML front matter, digits of an integer", ".md", yaml_integer)
    yield Content("YAML front matter, base 60", ".md", sexagesimal)
    yield Content("YAML front matter, keys", ".md", yaml_keys)
    yield Content("YAML front matter, tags that call", ".md", tags)
    yield Content("YAML front matter, anchors", ".md", anchors)
    yield Content("YAML front matter without an end", ".md", no_end)
    yield Content("JSON front matter, nesting", ".md", json_nesting)


def _markdown() -> Iterator[Content]:
    def of(piece: bytes, size: int, end: bytes = b"") -> Chunks:
        return lambda chance: [piece * (at_most(size, chance) // len(piece)), end, b"\n\n", TALK]

    yield Content("quotes in quotes", ".md", of(b"> ", MIB, b"x"))
    yield Content("lists in lists", ".md", lambda chance: (b" " * n + b"- x\n" for n in range(at_most(2000, chance))))
    yield Content("emphasis that stays open", ".md", of(b"*a **b _c ", MIB))
    yield Content("brackets that stay open", ".md", of(b"[![", MIB))
    yield Content("backticks of every length", ".md", lambda c: (b"`" * n + b"x " for n in range(at_most(1500, c))))
    yield Content("columns of a table", ".md", lambda chance: _pipes(at_most(200_000, chance)))
    yield Content(
        "link definitions", ".md", lambda chance: (b"[a%d]: /x\n" % n for n in range(at_most(50_000, chance)))
    )


def _pipes(count: int) -> Iterator[bytes]:
    yield b"a|" * count + b"\n" + b"-|" * count + b"\n" + b"b|" * count + b"\n"


def _html() -> Iterator[Content]:
    head, tail = b"<!DOCTYPE html><html><body><article><p>" + TALK + b"</p>", b"</article></body></html>"

    def page(body: Chunks) -> Chunks:
        def whole(chance: random.Random) -> Iterable[bytes]:
            yield head
            yield from body(chance)
            yield tail

        return whole

    def of(piece: bytes, size: int) -> Chunks:
        return page(lambda chance: [piece * (at_most(size, chance) // len(piece))])

    def attributes(chance: random.Random) -> Iterable[bytes]:
        yield b"<p"
        for n in range(at_most(1_000_000, chance)):
            yield b" a%d=1" % n
        yield b">x</p>"

    yield Content("nesting", ".html", of(b"<div>", 4 * MIB))
    yield Content("nesting of inline elements", ".html", of(b"<b><i>", MIB))
    yield Content("nesting of tables", ".html", of(b"<table><tr><td>", MIB))
    yield Content("nesting of links", ".html", of(b"<a href=x><p>", MIB))
    yield Content("nesting of lists", ".html", of(b"<ul><li>x", MIB))
    yield Content("attributes", ".html", page(attributes))
    yield Content(
        "length of an attribute", ".html", page(lambda c: [b'<p title="', b"x" * at_most(16 * MIB, c), b'">'])
    )
    yield Content("digits of a character reference", ".html", page(lambda c: [b"&#", b"9" * at_most(4 * MIB, c), b";"]))
    yield Content("references", ".html", of(b"&amp;&lt;&#x41;&nosuch;", 4 * MIB))
    yield Content("comments that stay open", ".html", of(b"<!-- ", 4 * MIB))
    yield Content("end tags without a start", ".html", of(b"</p></b></div>", 4 * MIB))
    yield Content("formatting that is never closed", ".html", of(b"<p><b><font><u>x", MIB))
    yield Content("paragraphs", ".html", of(b"<p>x</p>", 8 * MIB))
    yield Content("line breaks", ".html", of(b"<br>", 8 * MIB))
    yield Content("less-than signs", ".html", of(b"<", 4 * MIB))
    yield Content("headings in headings", ".html", of(b"<h1><h2>x", MIB))
    yield Content("script data", ".html", of(b'<script type="application/ld+json">[[[[', MIB))
    yield Content("entities of a DTD", ".xhtml", lambda _: [_laughs()])


def _laughs() -> bytes:
    lines = [b'<!ENTITY a0 "lamp">']
    lines += [b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12)]
    return b'<?xml version="1.0"?><!DOCTYPE html [' + b"".join(lines) + b"]><html><body><p>&a11;</p></body></html>"


def _text() -> Iterator[Content]:
    def of(piece: str, size: int, encoding: str = "utf-8", end: bytes = b"") -> Chunks:
        data = piece.encode(encoding, "surrogatepass")
        before = TALK if encoding == "utf-8" else TALK.decode().encode(encoding)
        return lambda chance: [before, data * (at_most(size, chance) // len(data)), end]

    yield Content("combining marks", ".txt", of("\u0301", 2 * MIB))
    yield Content("line ends", ".txt", of("\n", 4 * MIB))
    yield Content("mixed line ends", ".txt", of("\r\n\r\n\n\r", 2 * MIB))
    yield Content("line separators", ".txt", of("\u2028\u2029\x0b\x0c\x85", 2 * MIB))
    yield Content("length of a line", ".txt", of("who lights the lamp ", 4 * MIB))
    yield Content("length of a word", ".txt", of("wholightsthelamp", MIB))
    yield Content("length of a Chinese line", ".txt", of("谁点亮了那盏灯呢", 2 * MIB))
    yield Content("NUL characters", ".txt", of("\0", 4 * MIB))
    yield Content("escaped entities", ".txt", lambda chance: [TALK, b"&" + b"amp;" * at_most(200_000, chance)])
    yield Content("speakers", ".txt", lambda chance: (b"Name %d: why?\n" % n for n in range(at_most(30_000, chance))))
    yield Content("brackets", ".txt", of("([{（【", 2 * MIB))
    yield Content("quotation marks", ".txt", of("\"'“”「」", MIB))
    yield Content("direction marks", ".txt", of("\u202e\u2066\u200f", 2 * MIB))
    yield Content("punctuation", ".txt", of(",.;:!?", 2 * MIB))
    yield Content("mojibake", ".txt", of("â€™Ã©å¥½", MIB))
    yield Content("tags", ".txt", of("<br><p class=a>", 2 * MIB))
    yield Content("colons", ".txt", of("A:", MIB))
    yield Content("UTF-16 of odd length", ".txt", of("灯", MIB, "utf-16", b"\x0a"))
    yield Content("UTF-16 surrogates", ".txt", of("\ud800", MIB, "utf-16-le"))
    yield Content("UTF-32 of odd length", ".txt", of("灯", MIB, "utf-32", b"\x0a\x00\x00"))
    yield Content("UTF-32 beyond Unicode", ".txt", lambda c: [b"\xff\xfe\0\0", b"\xff" * at_most(MIB, c)])
    yield Content("bytes of no encoding", ".txt", lambda c: [TALK, c.randbytes(at_most(MIB, c))])
    yield Content("escape sequences of ISO 2022", ".txt", of("\x1b$B\x1b(B", MIB))


CONTENTS: tuple[Content, ...] = (
    *_csv(b","),
    *_csv(b"\t"),
    *_json(),
    *_toml_front_matter(),
    *_yaml_front_matter(),
    *_markdown(),
    *_html(),
    *_text(),
)
