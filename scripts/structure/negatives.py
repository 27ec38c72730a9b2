"""Texts that have the marks of talks and are none: lists, schedules, glossaries, FAQs, plays, chats, and more.

Their words are sentences of real texts without a talk, which come in as paragraphs, and invented names and keys.
"""

import html
import re
from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple

from structure.labels import invent, words
from structure.pages import Page, Redressed, escape, heading, items, paragraph
from structure.talks import EAST_ASIAN

SENTENCE_GAP = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])(?![”’）」])|(?<=[。！？][”’）」])")
SENTENCE_CHARS = range(12, 300)
CODE = re.compile(r"[{}<>=|]|\w\(|::")
CLAUSE = re.compile(r"[,.;:!?，。；：！？、“”\"()（）\n—–]+")
MAX_PARAGRAPHS, MAX_CHARS = 60, 2000
"""A block is written from so many paragraphs, and so many characters of each."""
MIN_SENTENCES = 12
"""With fewer, whole paragraphs stand in for sentences."""
MARKUPS = ("markdown", "markdown", "markdown", "plain", "plain", "html", "rst", "asciidoc", "org")


class Writer(NamedTuple):
    """What a block is written from."""

    sentences: Sequence[str]
    paragraphs: Sequence[str]
    random: Random
    language: str
    markup: str
    colon: str
    """A colon and the space after it."""

    def word(self, name: str) -> str:
        """A word of a list of `words.toml`."""
        return self.random.choice(self.words(name))

    def words(self, name: str) -> Sequence[str]:
        """A list of what is no talk, or of the language."""
        return words(f"{self.language}-other").get(name) or words(self.language)[name]

    def some(self, name: str, least: int, most: int) -> list[str]:
        """Different words of a list, in random order."""
        chosen = self.words(name)
        return self.random.sample(chosen, min(len(chosen), self.random.randint(least, most)))

    def sentence(self) -> str:
        """A sentence."""
        return self.random.choice(self.sentences)

    def text(self, most: int = 3) -> str:
        """Some sentences."""
        glue = "" if self.language == "zh" else " "
        start = self.random.randrange(len(self.sentences))
        return glue.join(self.sentences[start : start + self.random.randint(1, most)])

    def topic(self) -> str:
        """A few words."""
        return topic(self.sentences, self.random, self.language)

    def name(self) -> str:
        """A person."""
        person = invent(self.random, self.language)
        return person.full if self.language == "zh" or self.random.random() < 0.7 else person.given

    def strong(self, text: str) -> str:
        """The text in bold type, where the markup has any."""
        opening, closing = {
            "markdown": ("**", "**"), "html": ("<b>", "</b>"), "rst": ("**", "**"), "asciidoc": ("*", "*"),
            "org": ("*", "*"),
        }.get(self.markup, ("", ""))  # fmt: skip
        return f"{opening}{text}{closing}"

    def lines(self, lines: Sequence[str]) -> str:
        """Lines or paragraphs, one after another."""
        if self.markup == "html":
            return "\n".join(f"<p>{line}</p>" for line in lines)
        return self.random.choice(["\n", "\n\n", "\n\n"]).join(lines)

    def listed(self, lines: Sequence[str]) -> str:
        """Lines as a list or one after another."""
        return items(lines, self.markup, self.random) if self.random.random() < 0.5 else self.lines(lines)

    def heading(self, text: str) -> str:
        """A heading of the second to fourth level."""
        return heading(html.unescape(text), self.markup, self.random.choice([2, 2, 3, 3, 4]))

    def paragraph(self) -> str:
        """A paragraph of a real text."""
        return self.random.choice(self.paragraphs)


Block = Callable[[Writer], str]
BLOCKS: dict[str, tuple[str, Block]] = {}
"""By name: the kind of text, and how to write it."""


def kind_of(kind: str) -> Callable[[Block], Block]:
    """Registers a block under its function's name."""

    def register(write: Block) -> Block:
        BLOCKS[write.__name__.strip("_").replace("_", "-")] = (kind, write)
        return write

    return register


def topic(paragraphs: Sequence[str], random: Random, language: str) -> str:
    """A few words out of the paragraphs, to stand for a subject."""
    for _ in range(8):
        clause = random.choice(CLAUSE.split(random.choice(paragraphs))).strip()
        if language == "zh" and 4 <= len(clause) <= 16:
            return clause
        parts = clause.split()
        if language == "en" and len(parts) >= 2 and parts[0].lower() not in words("en-other")["no_first_words"]:
            text = " ".join(parts[: random.randint(2, 7)])
            return random.choice([text, text[0].upper() + text[1:], text.title() if len(parts) < 4 else text])
    return random.choice(words(language)["section_heads"])


def block(
    paragraphs: Sequence[str], random: Random, language: str, markup: str, name: str | None = None
) -> tuple[str, str]:
    """A block that looks like a talk in some way, and its kind."""
    first = random.randrange(len(paragraphs))
    paragraphs = paragraphs[first : first + MAX_PARAGRAPHS]
    found = [words.strip() for text in paragraphs for words in SENTENCE_GAP.split(text[:MAX_CHARS])]
    sentences = [words for words in found if len(words) in SENTENCE_CHARS and not CODE.search(words)]
    if len(sentences) < MIN_SENTENCES:
        sentences += [text[:MAX_CHARS] for text in paragraphs]
    sentences = [escape(text, markup) for text in sentences]
    colon = random.choice(["：", "：", "：", ": ", ":"]) if language == "zh" else ": "
    writer = Writer(sentences, [escape(text, markup) for text in paragraphs], random, language, markup, colon)
    kind, write = BLOCKS[name or random.choice(list(BLOCKS))]
    text = write(writer)
    return (_in_tags(text) if markup == "html" else text), kind


def _in_tags(text: str) -> str:
    """A page's text, each part of it in a tag."""
    parts = [part.strip("\n") for part in text.split("\n\n")]
    return "\n".join(
        part
        if part.startswith("<") and not part.startswith(("<b>", "<i>"))
        else "<p>" + part.replace("\n", "<br>\n") + "</p>"
        for part in parts
    )


def redress_negative(
    paragraphs: Sequence[str], random: Random, language: str | None = None, name: str | None = None
) -> Redressed:
    """A text with the marks of a talk that is none; of the kind `faq`, `play`, `chat` or `none`.

    Its paragraphs are around one or two blocks of `BLOCKS`, or of the one called `name`.
    """
    if language is None:
        sample = "".join(paragraphs)[:2000]
        language = "zh" if len(EAST_ASIAN.findall(sample)) > 0.2 * len(sample) else "en"
    markup = random.choice(MARKUPS)
    page = Page(line_end=random.choice(["\n"] * 12 + ["\r\n"]))
    width = random.choice([0, 0, 0, 72]) if language == "en" else 0
    chosen = name or random.choice(list(BLOCKS))
    written, kind = block(paragraphs, random, language, markup, chosen)
    parts = [written]
    if kind == "none" and random.random() < 0.3:
        also = random.choice([other for other, (of, _) in BLOCKS.items() if of == "none"])
        parts.append(block(paragraphs, random, language, markup, also)[0])
    for place in (0, len(parts)):
        start = random.randrange(len(paragraphs))
        around = paragraphs[start : start + random.choice([0, 0, 1, 2, 4, 8])]
        parts[place:place] = [paragraph(text, markup, width) for text in around]
    title = topic(paragraphs, random, language) if random.random() < 0.7 else None
    if title:
        parts.insert(0, heading(title, markup, 1))
    page.write("\n\n".join(parts) + "\n")
    return Redressed(page.text, (), (), (), f"negative:{chosen}", "", kind, language, title)


# --- keys and values


@kind_of("none")
def _keys_and_values(w: Writer) -> str:
    bold = w.random.random() < 0.6
    rows = []
    for key in w.some("keys", 3, 14):
        value = w.random.choice([w.topic(), w.name(), str(w.random.randint(1, 2020)), w.sentence()])
        rows.append((w.strong(key + w.colon.strip()) + " " if bold else key + w.colon) + value)
    return w.listed(rows)


@kind_of("none")
def _glossary(w: Writer) -> str:
    form = w.random.choice(["{t}: {d}", "{t} — {d}", "{t}\n: {d}", "{t}\n{d}", "{t} - {d}", "[{t}] {d}"])
    if w.language == "zh":
        form = w.random.choice(["{t}：{d}", "{t}——{d}", "{t}\n{d}", "【{t}】{d}"])
    if w.markup == "html" and w.random.random() < 0.5:
        rows = [f"<dt>{term}</dt>\n<dd>{w.text()}</dd>" for term in w.some("terms", 4, 12)]
        return "<dl>\n" + "\n".join(rows) + "\n</dl>"
    return w.lines([form.replace("{t}", w.strong(term)).replace("{d}", w.text()) for term in w.some("terms", 4, 14)])


@kind_of("none")
def _product_table(w: Writer) -> str:
    rows = [[key, w.topic(), str(w.random.randint(1, 900))] for key in w.some("keys", 4, 12)]
    if w.markup == "html":
        return (
            "<table>\n" + "\n".join(f"<tr><th>{a}</th><td>{b}</td><td>{c}</td></tr>" for a, b, c in rows) + "\n</table>"
        )
    return "| | | |\n|---|---|---|\n" + "\n".join(f"| {a} | {b} | {c} |" for a, b, c in rows)


@kind_of("none")
def _signs(w: Writer) -> str:
    """A horoscope, a forecast, steps or tips: a word, a colon and a few sentences. Words can repeat."""
    signs = w.some("signs", 2, 10)
    if w.random.random() < 0.4:
        signs = [w.random.choice(signs[:3]) for _ in range(w.random.randint(4, 14))]
    return w.lines([w.strong(sign + w.colon.strip()) + " " + w.text() for sign in signs])


@kind_of("none")
def _listicle(w: Writer) -> str:
    """Paragraphs that begin with a few bold words."""
    end = w.random.choice([".", ":", "", "?"])
    return "\n\n".join(f"{w.strong(w.topic() + end)} {w.text(6)}" for _ in range(w.random.randint(3, 9)))


@kind_of("none")
def _code(w: Writer) -> str:
    keys = ["name", "on", "jobs", "steps", "run", "uses", "image", "ports", "env", "host", "user", "default", "case"]
    rows = [f"{'  ' * w.random.randint(0, 2)}{w.random.choice(keys)}: {w.topic().lower()}" for _ in range(12)]
    prompts = [f">>> {w.random.choice(keys)}({w.random.randint(1, 99)})\n'{w.topic()}'" for _ in range(6)]
    body = "\n".join(w.random.choice([rows, prompts]))
    return {"markdown": f"```\n{body}\n```", "html": f"<pre>{body}</pre>"}.get(w.markup, body)


# --- people


@kind_of("none")
def _agenda(w: Writer) -> str:
    hour, rows = w.random.randint(8, 14), []
    forms = ["{t} {i} ({n})", "{t}–{u} {i}: {n}", "{t} {n}: {i}", "{n}: {i} [{t}]", "{t} {i}"]
    forms = w.random.sample(forms, w.random.choice([1, 1, 1, 2]))
    for at, item in enumerate(w.some("agenda", 4, 12)):
        time = f"{hour + at // 3:02d}:{at % 3 * 20:02d}"
        end = f"{hour + at // 3:02d}:{at % 3 * 20 + 15:02d}"
        rows.append(w.random.choice(forms).format(t=time, i=item, n=w.name(), u=end))
    return w.listed(rows)


@kind_of("none")
def _programme(w: Writer) -> str:
    """The talks of a day, with who gives them: few speakers, who come again, and titles that may ask."""
    hour, names = w.random.randint(8, 14), [w.name() for _ in range(w.random.randint(2, 5))]
    form = w.random.choice(
        ["{t} {n}: {x}", "{t} {n}: {x}", "{n}: {x}", "{t} – {n}: {x}", "[{t}] {n}: {x}", "{n} – {x}"]
    )
    rows = [
        form.format(t=f"{hour + at // 2:02d}:{at % 2 * 30:02d}", n=names[at % len(names)], x=w.topic())
        for at in range(w.random.randint(4, 12))
    ]
    return w.listed(rows)


@kind_of("none")
def _timed_notes(w: Writer) -> str:
    """Chapters of a recording: `[00:12] A few words`."""
    form = w.random.choice(["[{t}] {x}", "{t} {x}", "({t}) {x}", "{t} - {x}", "{x} {t}"])
    rows = [form.format(t=f"{at * 3:02d}:{at * 17 % 60:02d}", x=w.topic()) for at in range(w.random.randint(4, 12))]
    return w.listed(rows)


@kind_of("none")
def _credit_list(w: Writer) -> str:
    rows = [f"{role}{w.colon}{w.name()}" for role in w.some("crew", 4, 14)]
    if w.random.random() < 0.3:
        rows = [f"{w.strong(role)}\n{w.name()}" for role in w.some("crew", 4, 10)]
    return w.listed(rows)


@kind_of("none")
def _people_with_roles(w: Writer) -> str:
    form = w.random.choice(["{n} – {r}. {t}", "{n}, {r}: {t}", "{n} ({r})\n{t}", "{n}: {r}", "{n}\n{t}", "[{n}] {t}"])
    form = form.replace("{n}", w.strong("{n}"))
    return w.lines([form.format(n=w.name(), r=role, t=w.text()) for role in w.some("crew", 3, 10)])


@kind_of("none")
def _headed_people(w: Writer) -> str:
    """Short lives under names as headings."""
    return "\n\n".join(f"{w.heading(w.name())}\n\n{w.paragraph()}" for _ in range(w.random.randint(3, 8)))


@kind_of("none")
def _reactions(w: Writer) -> str:
    """What people said about something, each once."""
    quotes = "“{}”" if w.random.random() < 0.6 else "{}"
    rows = [f"{w.strong(w.name() + w.colon.strip())} {quotes.format(w.text())}" for _ in range(w.random.randint(3, 9))]
    return w.lines(rows)


@kind_of("none")
def _testimonials(w: Writer) -> str:
    dash = w.random.choice(["— ", "– ", "-- ", "~ "])
    lead = "> " if w.markup == "markdown" else ""
    rows = [f"{lead}“{w.text()}”\n{lead}{dash}{w.name()}" for _ in range(w.random.randint(2, 6))]
    return "\n\n".join(rows)


@kind_of("none")
def _press_review(w: Writer) -> str:
    rows = [f"{w.strong(outlet + w.colon.strip())} {w.text()}" for outlet in w.some("outlets", 3, 8)]
    return w.lines(rows)


@kind_of("none")
def _resolutions(w: Writer) -> str:
    rows = []
    for _ in range(w.random.randint(3, 10)):
        rows.append(f"{w.strong(w.word('resolutions'))}{w.colon}{w.random.choice([w.name() + ' ', ''])}{w.sentence()}")
        if w.random.random() < 0.3:
            rows.append(w.sentence())
    return w.listed(rows)


@kind_of("none")
def _monologue(w: Writer) -> str:
    """One labelled speaker, then nobody else."""
    label = w.random.choice([w.strong(w.name() + w.colon.strip()), w.strong(w.name().upper() + w.colon.strip())])
    return f"{label} {w.text()}\n\n" + "\n\n".join(w.paragraph() for _ in range(w.random.randint(3, 8)))


@kind_of("none")
def _news(w: Writer) -> str:
    """Quotations in running text, one of them after a colon."""
    rows = []
    for at in range(w.random.randint(4, 10)):
        said = w.word("said").replace("{name}", w.name())
        if w.language == "zh":
            name = said.rstrip("。")
            rows.append(f"{name}：“{w.text()}”" if w.random.random() < 0.5 else f"“{w.text()}”{said}")
        elif at == 2:
            rows.append(f"{w.name()}: “{w.text()}”")
        else:
            rows.append(f"“{w.text().rstrip('.')},” {said} {w.text()}")
    return "\n\n".join(rows)


@kind_of("none")
def _comments(w: Writer) -> str:
    form = w.random.choice(
        ["{n} says:\n{d}\n\n{t}\n\n{r}", "{n} · {d}\n{t}\n{r}", "{n}\n{d}\n{t}", "{n} wrote:\n> {t}"]
    )
    if w.language == "zh":
        form = w.random.choice(["{n} 说：\n{d}\n\n{t}\n\n{r}", "{n} {d}\n{t}\n{r}", "@{n}：{t}", "{n}：{t} {r}"])
    rows = []
    for _ in range(w.random.randint(3, 10)):
        date = f"2014-0{w.random.randint(1, 9)}-1{w.random.randint(0, 9)} 10:{w.random.randint(10, 59)}"
        rows.append(form.format(n=w.name(), d=date, t=w.text(), r=w.word("replies")))
    return "\n\n".join(rows)


@kind_of("none")
def _mail(w: Writer) -> str:
    """Mails that quote each other."""
    rows = []
    for _ in range(w.random.randint(2, 5)):
        name = w.name()
        head = f"From: {name}\nTo: {w.name()}\nDate: Mon, 5 May 2014\nSubject: Re: {w.topic()}"
        rows += [head, f"On Monday, {w.name()} wrote:\n> {w.sentence()}\n> {w.sentence()}", w.text(), f"-- \n{name}"]
    return "\n\n".join(rows)


@kind_of("none")
def _bibliography(w: Writer) -> str:
    form = w.random.choice(["[{k}] {s}, {g}.: {t}. {y}.", "{s}, {g}. ({y}). {t}.", "{k}. {g} {s}: {t}, {y}"])
    rows = []
    for at in range(w.random.randint(4, 14)):
        person = invent(w.random, w.language)
        year, number = w.random.randint(1950, 2022), at + 1
        rows.append(form.format(k=number, s=person.surname, g=person.given[0], t=w.topic(), y=year))
    return w.lines(rows)


# --- lists of things


@kind_of("none")
def _changelog(w: Writer) -> str:
    parts = []
    for _ in range(w.random.randint(1, 4)):
        parts.append(w.heading(f"{w.random.randint(0, 9)}.{w.random.randint(0, 30)}.0"))
        rows = [
            f"{w.strong(w.word('scopes') + ':')} {w.sentence()} (#{w.random.randint(1, 999)})"
            for _ in range(w.random.randint(2, 8))
        ]
        parts.append(items(rows, w.markup, w.random))
    return "\n\n".join(parts)


@kind_of("none")
def _recipe(w: Writer) -> str:
    steps = [f"{at + 1}. {step}" for at, step in enumerate(w.some("steps", 3, 6))]
    return "\n\n".join(
        [items(w.some("ingredients", 3, 7), w.markup, w.random), w.lines(steps), _keys_and_values(w), w.text()]
    )


@kind_of("none")
def _quiz(w: Writer) -> str:
    rows = []
    for at in range(w.random.randint(3, 9)):
        question = w.word("questions").replace("{topic}", w.topic())
        rows.append(f"{at + 1}. {question}\n" + "\n".join(f"{letter}) {w.topic()}" for letter in "abc"))
    return "\n\n".join(rows)


@kind_of("none")
def _articles_of_law(w: Writer) -> str:
    form = "第{k}条　{t}" if w.language == "zh" else w.random.choice(["Article {k}. {t}", "§ {k} {t}", "{k}.1 {t}"])
    return "\n\n".join(form.format(k=at + 1, t=w.text()) for at in range(w.random.randint(4, 15)))


@kind_of("none")
def _timeline(w: Writer) -> str:
    form = w.random.choice(
        ["{y}: {t}", "{y} – {t}", "{y}\n{t}", "In {y}: {t}"] if w.language == "en" else ["{y}年：{t}", "{y}年\n{t}"]
    )
    year = w.random.randint(1890, 1990)
    return w.listed([form.format(y=w.strong(str(year + at * 3)), t=w.text(2)) for at in range(w.random.randint(4, 12))])


@kind_of("none")
def _scores(w: Writer) -> str:
    """Results, standings and polls: names and numbers around colons."""
    count = w.random.randint(4, 12)
    if w.random.random() < 0.5:
        rows = [f"{w.name()}{w.colon}{w.random.randint(0, 99)}%" for _ in range(count)]
    else:
        rows = [f"{w.name()} – {w.name()} {w.random.randint(0, 5)}:{w.random.randint(0, 5)}" for _ in range(count)]
    return w.listed(rows)


@kind_of("none")
def _questionnaire(w: Writer) -> str:
    """Questions that nobody answers."""
    rows = [text.replace("{topic}", w.topic()) for text in w.some("questions", 4, 12)]
    if w.random.random() < 0.5:
        rows = [f"{at + 1}. {text}" for at, text in enumerate(rows)]
    return w.listed([w.strong(row) for row in rows] if w.random.random() < 0.3 else rows)


@kind_of("none")
def _letters(w: Writer) -> str:
    """Letters to the editor, each with a name below."""
    dear = w.random.choice(["Sir,", "Dear editor,", "To the editor:"]) if w.language == "en" else "编辑："
    return "\n\n".join(f"{dear}\n\n{w.text(5)}\n\n{w.name()}" for _ in range(w.random.randint(2, 5)))


# --- prose


@kind_of("none")
def _asking_headings(w: Writer) -> str:
    """An essay whose headings ask; the essayist answers nobody."""
    parts = []
    for _ in range(w.random.randint(2, 6)):
        asks = w.random.random() < 0.6
        head = w.word("questions").replace("{topic}", w.topic()) if asks else w.topic()
        parts.append(w.heading(head))
        parts += [w.paragraph() for _ in range(w.random.randint(2, 6))]
    return "\n\n".join(parts)


@kind_of("none")
def _asking_paragraphs(w: Writer) -> str:
    """Running text in which some sentences ask and some paragraphs are bold."""
    parts = []
    for _ in range(w.random.randint(5, 14)):
        text = w.random.choice(w.paragraphs)
        asked = w.word("questions").replace("{topic}", w.topic())
        share = w.random.random()
        parts.append(w.strong(w.sentence()) if share < 0.12 else f"{asked} {text}" if share < 0.3 else text)
    return "\n\n".join(parts)


@kind_of("none")
def _novel(w: Writer) -> str:
    """People speak in quotation marks or after dashes; nobody has a label."""
    marks = [("“", "”"), ("‘", "’"), ("— ", "")] if w.language == "en" else [("“", "”"), ("「", "」"), ("——", "")]
    opening, closing = w.random.choice(marks)
    rows = []
    for _ in range(w.random.randint(6, 20)):
        said = w.word("said").replace("{name}", w.name()) if w.random.random() < 0.4 else ""
        colon = f"{w.name()}{w.random.choice(['说', '问', '道'])}：" if w.language == "zh" and not said else ""
        rows.append(f"{colon}{opening}{w.sentence()}{closing}{' ' if w.language == 'en' else ''}{said}".strip())
    return "\n\n".join(rows)


@kind_of("none")
def _captions_of_one(w: Writer) -> str:
    """Subtitles in which one person speaks."""
    cues = []
    for at in range(w.random.randint(8, 40)):
        stamp = f"00:{at // 15:02d}:{at % 15 * 4:02d}"
        cues.append(f"{at + 1}\n{stamp}.000 --> {stamp[:-2]}{at % 15 * 4 + 3:02d}.500\n{w.sentence()[:80]}")
    return "\n\n".join(cues)


# --- what has questions or speakers and is no interview


@kind_of("faq")
def _faq(w: Writer) -> str:
    form = w.random.choice(["heading", "heading", "bold", "letters", "numbered", "list", "plain"])
    rows = []
    asked = w.some("questions", 4, 12)
    colon = w.colon
    for at, question in enumerate(text.replace("{topic}", w.topic()) for text in asked):
        answer = "\n\n".join(w.text(4) for _ in range(w.random.choice([1, 1, 1, 2])))
        match form:
            case "heading":
                rows += [w.heading(question), answer]
            case "bold":
                rows += [w.strong(question), answer]
            case "letters":
                rows += [f"{w.strong('Q' + colon.strip())} {question}", f"{w.strong('A' + colon.strip())} {answer}"]
            case "numbered":
                rows += [f"{at + 1}. {w.strong(question)}", answer]
            case "list":
                rows += [f"- {question}\n  {answer}"]
            case _:
                rows += [question, answer]
    return "\n\n".join(rows)


@kind_of("play")
def _play(w: Writer) -> str:
    people = [invent(w.random, w.language).given for _ in range(w.random.randint(2, 5))]
    form = w.random.choice(["{N}. {t}", "{N}: {t}", "{N}\n{t}", "**{N}.** {t}", "          {N}\n{t}", "{N}. [{s}] {t}"])
    if w.language == "zh":
        form = w.random.choice(["{N}：{t}", "{N}　{t}", "{N}\n{t}", "**{N}**（{s}）：{t}"])
    rows = [w.word("acts")]
    for _ in range(w.random.randint(8, 30)):
        stage = w.word("stage").rstrip(".。")
        rows.append(form.format(N=w.random.choice(people).upper(), t=w.text(), s=stage))
        if w.random.random() < 0.1:
            rows.append(w.random.choice(["[{}]", "({})", "_{}_"]).format(w.word("stage")))
    return "\n\n".join(rows)


@kind_of("chat")
def _chat(w: Writer) -> str:
    people = [invent(w.random, w.language) for _ in range(w.random.randint(2, 6))]
    users = [person.full if w.language == "zh" else person.given.lower() for person in people]
    form = w.random.choice(
        [
            "<{u}> {t}",
            "[{c}] <{u}> {t}",
            "[{c}] {u}: {t}",
            "{u}  {c} AM\n{t}",
            "{c} {u}: {t}",
            "{u}: {t}",
            "{c} - {u}: {t}",
        ]
    )
    rows = []
    for at in range(w.random.randint(8, 40)):
        clock = f"{10 + at // 20:02d}:{at * 3 % 60:02d}"
        rows.append(form.format(u=w.random.choice(users), c=clock, t=w.sentence()[: w.random.choice([30, 60, 200])]))
        if w.random.random() < 0.05:
            rows.append(f"*** {w.random.choice(users)} has joined")
    return ("\n\n" if "\n" in form else "\n").join(rows)
