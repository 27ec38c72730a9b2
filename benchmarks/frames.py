"""How right the frame around a talk is: title, byline, headings, closing, credits, translations, on made documents.

Each kind of frame has several wordings or forms. Half of them are for development; the other half is held out, and
nobody looks at it while a rule is changed. Both figures are printed. `sound` documents look like damaged or framed ones
and are neither: what a reader would take for a note there is speech.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Literal, NamedTuple

from benchmarks.frame_forms import (
    BYLINES,
    CLOSINGS,
    CREDIT_LINES,
    GLUED_BYLINES,
    GLUED_SPEECH,
    KEY_FORMS,
    LEAD_ENDINGS,
    LIST_ANSWERS,
    NAMES,
    NO_BYLINES,
    NO_CREDIT_LINES,
    SPEECH_ENDINGS,
    TRANSLATION_HEADINGS,
    Form,
    sentences,
)
from pipeline import Article, Pipeline
from pipeline.model.article import Turn

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
COPIES = 4
"""Documents of each form and layout, with other names and sentences."""
MIN_EXCHANGES, MAX_EXCHANGES = 3, 6


class Made(NamedTuple):
    """A made document: which kind of frame it has, whether it is sound, whether its form is held out."""

    kind: str
    sound: bool
    held_out: bool
    form: str
    text: str
    is_right: Callable[[Article], bool]
    last_paragraphs: int = 0
    """Paragraphs behind the last answer."""


class Talk(NamedTuple):
    """An invented talk, turn by turn: paragraphs of question and answer."""

    language: Language
    asker: str
    guest: str
    title: str
    lead: str
    exchanges: list[tuple[str, list[str]]]
    headings: list[str]


Layout = Callable[[Talk, int, str, list[str]], list[str]]


def talk(language: Language, chance: random.Random) -> Talk:
    """An invented talk with three to six exchanges."""
    asker, guest = chance.sample(NAMES[language], 2)
    count = chance.randint(MIN_EXCHANGES, MAX_EXCHANGES)
    questions = chance.sample(sentences(language, "q"), count)
    answers = iter(chance.sample(sentences(language, "a"), count + 3))
    exchanges = [(question, [next(answers)]) for question in questions]
    for _ in range(3):
        chance.choice(exchanges)[1].append(next(answers))
    return Talk(
        language,
        asker,
        guest,
        chance.choice(sentences(language, "t")),
        chance.choice(sentences(language, "l")),
        exchanges,
        chance.sample(sentences(language, "h"), 2),
    )


def _names_layout(made: Talk, _i: int, question: str, answer: list[str]) -> list[str]:
    colon = "：" if made.language == "zh" else ": "
    return [f"{made.asker}{colon}{question}", f"{made.guest}{colon}{answer[0]}", *answer[1:]]


def _letters_layout(made: Talk, _i: int, question: str, answer: list[str]) -> list[str]:
    q, a = ("问：", "答：") if made.language == "zh" else ("Q: ", "A: ")
    return [f"{q}{question}", f"{a}{answer[0]}", *answer[1:]]


def _bold_names_layout(made: Talk, _i: int, question: str, answer: list[str]) -> list[str]:
    colon = "：" if made.language == "zh" else ":"
    return [f"**{made.asker}{colon}** {question}", f"**{made.guest}{colon}** {answer[0]}", *answer[1:]]


def _bold_questions_layout(_made: Talk, _i: int, question: str, answer: list[str]) -> list[str]:
    return [f"**{question}**", *answer]


def _bare_layout(_made: Talk, _i: int, question: str, answer: list[str]) -> list[str]:
    return [question, *answer]


LAYOUTS: dict[str, Layout] = {
    "names": _names_layout,
    "letters": _letters_layout,
    "bold names": _bold_names_layout,
    "bold questions": _bold_questions_layout,
    "bare": _bare_layout,
}
LABELLED = ("names", "letters", "bold names")


def body(made: Talk, layout: str) -> list[str]:
    """The paragraphs of a talk in a layout, without title and lead."""
    return [line for i, (q, a) in enumerate(made.exchanges) for line in LAYOUTS[layout](made, i, q, a)]


def joined(paragraphs: Sequence[str]) -> str:
    """A document of paragraphs."""
    return "\n\n".join(paragraphs) + "\n"


# --- what an article says


def _squeezed(text: str) -> str:
    return "".join(char for char in text if char.isalnum())


def turns(article: Article, part: Literal["question", "answer"]) -> list[Turn]:
    """All turns that ask, or that answer."""
    found = [exchange for section in article.sections for exchange in section.exchanges]
    return [turn for x in found for turn in (x.questions if part == "question" else x.answers)]


def _last_answer_ends(article: Article, ending: str) -> bool:
    answers = turns(article, "answer")
    return bool(answers) and _squeezed(" ".join(answers[-1].paragraphs)).endswith(_squeezed(ending))


def _headings(article: Article) -> list[str]:
    return [_squeezed(section.heading) for section in article.sections if section.heading]


def _credit_names(article: Article) -> set[str]:
    names = {name for credit in article.credits for name in credit.names}
    return names | (set(article.byline.reporters) if article.byline else set())


# --- kinds of frames


def _titles_in_keys(chance: random.Random) -> Iterator[Made]:
    for form in KEY_FORMS:
        for language in LANGUAGES:
            for layout in ("names", "bold questions"):
                made = talk(language, chance)
                keys = form.text.format(title=made.title, name=made.guest, lead=made.lead)
                text = keys + "\n" + joined([made.lead, *body(made, layout)])

                def is_right(article: Article, made: Talk = made) -> bool:
                    return (
                        article.title is not None
                        and article.title.text == made.title
                        and tuple(article.lead) == (made.lead,)
                        and len(turns(article, "answer")) >= len(made.exchanges)
                    )

                yield Made(
                    "title in keys", sound=False, held_out=form.held_out, form=form.name, text=text, is_right=is_right
                )


CUTS: dict[str, tuple[bool, Callable[[str, int], str]]] = {
    "inside a word": (False, lambda title, at: title[:at]),
    "without spaces": (True, lambda title, at: title[:at].replace(" ", "")),
    "with three dots": (False, lambda title, at: title[:at] + "..."),
    "with an ellipsis": (True, lambda title, at: title[:at] + "…"),
    "after a space and dots": (False, lambda title, at: title[:at].rsplit(" ", 1)[0] + " ..."),
}
"""Ways to cut a title off inside a word at a position, with whether they are held out."""


def _cut_titles(chance: random.Random) -> Iterator[Made]:
    titles = [
        "What the next ten years may bring to the outer islands",
        "The long argument about the bridge between the two villages",
        "Everything that a lighthouse can teach about patience",
        "How a handful of gardeners rebuilt the drowned orchard",
        "Nobody expected the ferry company to apologise in public",
        "Farmers, fishermen and the strange economics of fresh water",
    ]
    cuts = [30, 38, 37, 41, 48, 47]
    for name, (held_out, cut) in CUTS.items():
        for title, at in zip(titles, cuts, strict=True):
            made = talk("en", chance)
            given = cut(title, at)
            text = joined([given, made.lead, *body(made, chance.choice(LABELLED))])

            def is_right(article: Article, given: str = given) -> bool:
                return (
                    article.title is not None
                    and article.title.truncated
                    and _squeezed(article.title.text) == _squeezed(given)
                )

            yield Made("cut-off title", sound=False, held_out=held_out, form=name, text=text, is_right=is_right)
    whole = [
        *titles,
        "And then the river went quiet...",
        "Waiting for the ferry…",
        "A short walk with Tsering Dolma and her goats",
        "Installing the weather station with npm",
        "The man who photographed every cormorant",
        "Why I still use vim",
        "Conversations at the Café Zielinski",
        "What are you up to?",
        "Dinner in Kraków",
        "A hundred nights in the scriptorium",
        "From Dunedin to Invercargill by kayak",
        "Notes on the taxonomy of bryozoans",
    ]
    for i, title in enumerate(whole):
        made = talk("en", chance)
        text = joined([title, made.lead, *body(made, chance.choice(LABELLED))])

        def is_whole(article: Article, title: str = title) -> bool:
            return article.title is not None and not article.title.truncated and article.title.text == title

        yield Made("cut-off title", sound=True, held_out=i % 2 == 1, form="whole", text=text, is_right=is_whole)


def _bylines(chance: random.Random) -> Iterator[Made]:
    for forms, sound in ((BYLINES, False), (NO_BYLINES, True)):
        for form in forms:
            for alone in (False, True):
                for _ in range(2):
                    yield _byline(form, chance, alone=alone, sound=sound)


def _byline(form: Form, chance: random.Random, *, alone: bool, sound: bool) -> Made:
    made = talk(form.language, chance)
    name = chance.choice(NAMES[form.language])
    line = form.text.format(name=name)
    space = " " if form.language == "en" else ""
    lead = [line, made.lead] if alone else [f"{line}{space}{made.lead}"]
    text = joined([made.title, *lead, *body(made, chance.choice(LABELLED))])

    def is_right(article: Article) -> bool:
        if sound:
            return article.byline is None
        named = "{name}" not in form.text or (article.byline is not None and name in article.byline.reporters)
        return (
            article.byline is not None
            and named
            and _squeezed(line) == _squeezed(article.byline.text)
            and tuple(article.lead) == (made.lead,)
        )

    return Made("byline", sound, form.held_out, form.name, text, is_right)


def _headings_between(chance: random.Random) -> Iterator[Made]:
    marks = {"plain": (False, "{}"), "###": (False, "### {}"), "bold": (True, "**{}**"), "numbered": (True, "## {}")}
    for name, (held_out, mark) in marks.items():
        for language in LANGUAGES:
            for layout in LABELLED:
                for _ in range(COPIES):
                    made = talk(language, chance)
                    parts = [LAYOUTS[layout](made, i, q, a) for i, (q, a) in enumerate(made.exchanges)]
                    parts[1].insert(0, mark.format(made.headings[0]))
                    parts[-1].insert(0, mark.format(made.headings[1]))
                    text = joined([made.title, made.lead, *(line for part in parts for line in part)])

                    def is_right(article: Article, made: Talk = made) -> bool:
                        return _headings(article) == [_squeezed(heading) for heading in made.headings]

                    yield Made(
                        "headings",
                        sound=False,
                        held_out=held_out,
                        form=f"{name}, {layout}",
                        text=text,
                        is_right=is_right,
                    )
    yield from _short_answers(chance)


def _short_answers(chance: random.Random) -> Iterator[Made]:
    """Short answers without a full stop, and lists at the end of an answer: no headings."""
    for i, (layout, language) in enumerate((layout, language) for layout in LAYOUTS for language in LANGUAGES):
        for _ in range(COPIES):
            made = talk(language, chance)
            shorts = chance.sample(sentences(language, "s"), 2)
            made.exchanges[0] = (made.exchanges[0][0], [shorts[0]])
            made.exchanges[2] = (made.exchanges[2][0], [shorts[1]])
            text = joined([made.title, made.lead, *body(made, layout)])
            yield Made(
                "headings",
                sound=True,
                held_out=i % 2 == 1,
                form=f"short answer, {layout}",
                text=text,
                is_right=_has_no_heading,
            )
    for form in LIST_ANSWERS:
        for layout in LABELLED:
            for _ in range(2):
                made = talk(form.language, chance)
                made.exchanges[1] = (made.exchanges[1][0], form.text.split("\n"))
                text = joined([made.title, made.lead, *body(made, layout)])
                yield Made(
                    "headings",
                    sound=True,
                    held_out=form.held_out,
                    form=f"{form.name}, {layout}",
                    text=text,
                    is_right=_has_no_heading,
                )


def _has_no_heading(article: Article) -> bool:
    return not _headings(article)


def _closings(chance: random.Random) -> Iterator[Made]:
    for forms, sound in ((CLOSINGS, False), (SPEECH_ENDINGS, True)):
        for form in forms:
            for layout in LAYOUTS:
                made = talk(form.language, chance)
                ending = form.text.format(name=made.guest, asker=made.asker).split("\n")
                text = joined([made.title, made.lead, *body(made, layout), *ending])
                last = ending[-1] if sound else made.exchanges[-1][1][-1]

                def is_right(article: Article, last: str = last) -> bool:
                    return _last_answer_ends(article, last)

                yield Made("closing", sound, form.held_out, form.name, text, is_right, 0 if sound else len(ending))


def _credit_lines(chance: random.Random) -> Iterator[Made]:
    for forms, sound in ((CREDIT_LINES, False), (NO_CREDIT_LINES, True)):
        for form in forms:
            for layout in ("names", "letters", "bold questions"):
                made = talk(form.language, chance)
                others = chance.sample([n for n in NAMES[form.language] if n not in (made.guest, made.asker)], 2)
                ending = form.text.format(*others).split("\n")
                text = joined([made.title, made.lead, *body(made, layout), "\n".join(ending)])
                names = {name for i, name in enumerate(others) if f"{{{i}}}" in form.text}
                last = ending[-1] if sound else made.exchanges[-1][1][-1]

                def is_right(
                    article: Article, names: set[str] = names, last: str = last, *, sound: bool = sound
                ) -> bool:
                    if sound:
                        return not article.credits and _last_answer_ends(article, last)
                    return names <= _credit_names(article) and _last_answer_ends(article, last)

                yield Made("credits in lists and links", sound, form.held_out, form.name, text, is_right)


def _glued_bylines(chance: random.Random) -> Iterator[Made]:
    for forms, sound in ((GLUED_BYLINES, False), (GLUED_SPEECH, True)):
        for form in forms:
            for layout in ("names", "letters", "bold names", "bold questions"):
                made = talk(form.language, chance)
                others = [name for name in NAMES[form.language] if name not in (made.guest, made.asker, "罗启明")]
                name = chance.choice(others)
                ending = form.text.format(name=name)
                answer = made.exchanges[-1][1][-1]
                made.exchanges[-1][1][-1] += ending
                text = joined([made.title, made.lead, *body(made, layout)])
                last = answer + ending if sound else answer

                def is_right(article: Article, last: str = last, name: str = name, *, sound: bool = sound) -> bool:
                    named = name in _credit_names(article)
                    return named != sound and _last_answer_ends(article, last)

                yield Made("glued byline", sound, form.held_out, form.name, text, is_right)


def _translations(chance: random.Random) -> Iterator[Made]:
    for form in TRANSLATION_HEADINGS:
        for layout in LABELLED:
            for _ in range(2):
                yield _translated(form, layout, chance)
    for i, layout in enumerate(LABELLED):
        for first in LANGUAGES:
            for _ in range(COPIES):
                yield _paired(first, layout, chance, held_out=i == 1)
    for form in LEAD_ENDINGS:
        for layout in LABELLED:
            made = talk(form.language, chance)
            text = joined([made.title, made.lead, *body(made, layout), *form.text.split("\n")])

            def is_right(article: Article) -> bool:
                return not article.translations

            yield Made("translations", sound=True, held_out=form.held_out, form=form.name, text=text, is_right=is_right)


def twin(made: Talk, chance: random.Random) -> Talk:
    """The same talk in the other language."""
    other: Language = "en" if made.language == "zh" else "zh"

    def translated(text: str, kind: str) -> str:
        return sentences(other, kind)[sentences(made.language, kind).index(text)]

    asker, guest = chance.sample(NAMES[other], 2)
    exchanges = [(translated(q, "q"), [translated(a, "a") for a in answers]) for q, answers in made.exchanges]
    return Talk(other, asker, guest, translated(made.title, "t"), translated(made.lead, "l"), exchanges, made.headings)


def _counts(article: Article) -> tuple[int, int]:
    return len(turns(article, "question")), len(turns(article, "answer"))


def _translated(form: Form, layout: str, chance: random.Random) -> Made:
    made = talk("zh" if form.language == "en" else "en", chance)
    other = twin(made, chance)
    first = [made.title, made.lead, *body(made, layout)]
    text = joined([*first, *form.text.split("\n"), other.title, other.lead, *body(other, layout)])
    count = len(made.exchanges)

    def is_right(article: Article) -> bool:
        return (
            len(article.translations) == 1
            and _counts(article) == (count, count)
            and _last_answer_ends(article, made.exchanges[-1][1][-1])
            and sum(len(section.exchanges) for section in article.translations[0].sections) == count
        )

    return Made("translations", sound=False, held_out=form.held_out, form=form.name, text=text, is_right=is_right)


def _paired(first: Language, layout: str, chance: random.Random, *, held_out: bool) -> Made:
    made = talk(first, chance)
    made = made._replace(exchanges=[(q, a[:1]) for q, a in made.exchanges])
    other = twin(made, chance)
    pairs = zip(body(made, layout), body(other, layout), strict=True)
    text = joined([made.title, other.title, *(line for pair in pairs for line in pair)])
    count = len(made.exchanges)

    def is_right(article: Article) -> bool:
        return (
            len(article.translations) == 1
            and _counts(article) == (count, count)
            and sum(len(section.exchanges) for section in article.translations[0].sections) == count
        )

    return Made("translations", sound=False, held_out=held_out, form=f"paired, {layout}", text=text, is_right=is_right)


KINDS = (
    _titles_in_keys,
    _cut_titles,
    _bylines,
    _headings_between,
    _closings,
    _credit_lines,
    _glued_bylines,
    _translations,
)


def documents(seed: int = 1) -> Iterator[Made]:
    """All made documents, the same for the same seed."""
    for kind in KINDS:
        yield from kind(random.Random(seed))


def report(*, listed: bool = False) -> None:
    """Prints for each kind how many documents are right: of the development forms, and of those held out."""
    pipeline = Pipeline()
    right: Counter[tuple[str, bool, bool]] = Counter()
    told: Counter[tuple[str, bool, bool]] = Counter()
    missed: Counter[tuple[str, bool, str]] = Counter()
    for made in documents():
        key = made.kind, made.sound, made.held_out
        is_right = made.is_right(pipeline.process(made.text.encode(), id="made"))
        right[key] += is_right
        told[key] += 1
        if not is_right and not made.held_out:
            missed[made.kind, made.sound, made.form] += 1
    print("\nframes: right of the forms for development, and of those held out")
    for kind, sound in sorted({key[:2] for key in told}):
        shares = [f"{right[kind, sound, held]:4d} of {told[kind, sound, held]:4d}" for held in (False, True)]
        print(f"  {kind:28s} {'sound ' if sound else 'framed'} {shares[0]}   {shares[1]}")
    if listed:
        for (kind, sound, form), count in sorted(missed.items()):
            print(f"    {kind}, {'sound' if sound else 'framed'}: {form} ({count})")
