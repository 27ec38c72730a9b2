"""The layouts in which sources print talks: marks, places, names, and what is around.

A layout is drawn from one of the `FAMILIES`. Families are coarse, so that a model can be measured on layouts that it
has not learned from.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from structure.labels import QUESTION_STYLES, draw_style

BODY = "\n\n"


@dataclass(frozen=True, slots=True)
class Form:
    """How a turn is set.

    `{name}`, `{time}` and `{n}` in `before` and `after` are the label, the time, and the number of the question.
    """

    before: str = ""
    after: str = ""
    one_paragraph: bool = False
    """Its paragraphs are joined."""
    indent: str = ""
    """Before each later line of the turn."""
    each: tuple[str, str] = ("", "")
    """Around each paragraph but the first, such as the marks of bold type."""

    @property
    def labelled(self) -> bool:
        """Whether it prints who speaks."""
        return "{name}" in self.before


@dataclass(frozen=True, slots=True)
class Layout:
    """How a talk is printed."""

    family: str
    markup: str
    """`plain`, `markdown`, `html`, `asciidoc`, `rst`, `org`, `wiki`, `vtt` or `srt`."""
    question: Form
    answer: Form
    """Also for whoever neither asks nor answers."""
    names: str
    """A style of `labels.STYLES`, or `letters` for Q and A."""
    sided: bool = False
    """Whether it needs a talk whose sides are known."""
    between: str = BODY
    """Between turns."""
    paragraph: str = BODY
    """Between the paragraphs of a turn."""
    width: int = 0
    """Lines are wrapped at so many columns; 0 for not at all."""
    opening: str = ""
    closing: str = ""
    cue_label: str = ""
    """In subtitles, before each later cue of a turn."""
    one_line: bool = False
    """All is on one line."""
    line_numbers: bool = False
    time: str = "{h:02d}:{m:02d}:{s:02d}"
    frame: frozenset[str] = frozenset()
    """What is around and between the turns, of `FRAME`."""
    damage: frozenset[str] = frozenset()
    """What is wrong with the text, of `DAMAGE`."""


FRAME = {
    "title": 0.75,
    "byline": 0.45,
    "front matter": 0.25,
    "lead": 0.5,
    "transcript heading": 0.35,
    "legend": 0.5,
    "attendees": 0.15,
    "before": 0.35,
    "newsletter": 0.15,
    "beside": 0.12,
    "section headings": 0.3,
    "glued headings": 0.05,
    "captions": 0.15,
    "notes": 0.15,
    "stage": 0.2,
    "adverts": 0.12,
    "links": 0.25,
    "credits": 0.3,
    "closing": 0.4,
    "footnotes": 0.12,
    "after": 0.3,
    "originals": 0.04,
}
"""What may be around the turns of a talk, and how often."""

DAMAGE = {
    "joined words": 0.06,
    "doubled spaces": 0.06,
    "lost entities": 0.04,
    "lost colon": 0.04,
    "misspelt label": 0.08,
    "mixed colons": 0.06,
    "trailing spaces": 0.08,
    "uneven blank lines": 0.08,
    "carriage returns": 0.06,
    "repeated labels": 0.06,
    "glued turns": 0.04,
}
"""What may be wrong with a page, and how often."""

GLUED_HEADINGS_SHARE = 0.4
"""How often a text on one line has its headings, too: its source had them on lines of their own."""

Draw = Callable[[Random, str], Layout]
FAMILIES: dict[str, Draw] = {}
"""How to draw a layout of each family, for `en` or `zh`."""


def family(name: str) -> Callable[[Draw], Draw]:
    """Registers a family of layouts."""

    def register(draw: Draw) -> Draw:
        FAMILIES[name] = draw
        return draw

    return register


def fitting_families(*, sided: bool) -> list[str]:
    """The families that a talk can be printed in, with or without known sides."""
    return [name for name in FAMILIES if sided or name not in SIDED_FAMILIES]


def draw_layout(random: Random, language: str, *, sided: bool, families: Sequence[str] = ()) -> Layout:
    """A layout for a talk in `language`, of one of `families` (all if none are named) that fits it.

    A talk whose sides are not known gets no layout that tells questions from answers.
    """
    fitting = fitting_families(sided=sided)
    chosen = random.choice([name for name in families if name in fitting] or fitting)
    layout = FAMILIES[chosen](random, language)
    if not sided:
        while layout.sided and not layout.answer.labelled:
            layout = FAMILIES[chosen](random, language)
        if layout.sided:
            layout = replace(layout, question=layout.answer, names=random.choice(["full", "first"]), sided=False)
    frame = frozenset(part for part, share in FRAME.items() if random.random() < share)
    damage = frozenset(part for part, share in DAMAGE.items() if random.random() < share)
    if random.random() < 0.15:
        frame = frozenset()
    if layout.one_line and random.random() < GLUED_HEADINGS_SHARE:
        frame |= {"glued headings"}
    return replace(layout, family=chosen, frame=frame, damage=damage)


# --- marks

STRONG = {
    "markdown": ("**", "**"),
    "html": ("<b>", "</b>"),
    "asciidoc": ("*", "*"),
    "rst": ("**", "**"),
    "org": ("*", "*"),
    "wiki": ("'''", "'''"),
    "plain": ("", ""),
}
HEADINGS: Mapping[str, Sequence[tuple[str, str]]] = {
    "markdown": (("# ", ""), ("## ", ""), ("### ", ""), ("#### ", ""), ("### **", "**")),
    "html": (("<h2>", "</h2>"), ("<h3>", "</h3>"), ("<h4>", "</h4>"), ("<h3><strong>", "</strong></h3>")),
    "asciidoc": (("== ", ""), ("=== ", "")),
    "rst": (("**", "**"),),
    "org": (("* ", ""), ("** ", ""), ("*** ", "")),
    "wiki": (("== ", " =="), ("==", "=="), ("=== ", " ===")),
    "plain": (("", ""),),
}


def _colon(random: Random, language: str) -> str:
    return random.choice(["：", "：", "：", ":"] if language == "zh" else [":"])


def _gap(random: Random, language: str, colon: str) -> str:
    if language == "zh":
        return random.choice(["", "", "", " "] if colon == "：" else ["", " "])
    return random.choice([" ", " ", " ", " ", "  ", "\N{NO-BREAK SPACE}", ""])


def _emphasised(random: Random, language: str, marks: tuple[str, str]) -> str:
    """`**Name:** `, `**Name**: `, `**Name: **` and the like."""
    colon = _colon(random, language)
    gap = _gap(random, language, colon)
    opening, closing = marks
    return random.choice(
        [
            f"{opening}{{name}}{colon}{closing}{gap}",
            f"{opening}{{name}}{colon}{closing}{gap}",
            f"{opening}{{name}}{closing}{colon}{gap}",
            f"{opening}{{name}}{closing}{colon}{gap}",
            f"{opening}{{name}}{colon} {closing}",
            f"{opening}{{name}} {colon}{closing}{gap}",
        ]
    )


def _both(form: Form, **fields: object) -> Layout:
    """A layout that sets all turns alike."""
    layout = Layout("", "markdown", form, form, "full")
    return replace(layout, **fields)  # type: ignore[arg-type]


def _names(random: Random, language: str, *, sided: bool = False) -> dict[str, object]:
    style = draw_style(random, language, sided=True)
    return {"names": style, "sided": sided or style in QUESTION_STYLES}


def _spacing(random: Random, language: str) -> dict[str, object]:
    """Between turns an empty line, a line's end, or more; lines whole or wrapped."""
    between = random.choice([BODY, BODY, BODY, BODY, "\n", "\n", "\n\n\n"])
    paragraph = "\n" if between == "\n" else random.choice([BODY, BODY, BODY, "\n"])
    width = random.choice([0, 0, 0, 0, random.randint(28, 40) if language == "zh" else random.randint(60, 100)])
    return {"between": between, "paragraph": paragraph, "width": width}


# --- labels on the line of the words


@family("plain-label")
def _plain_label(random: Random, language: str) -> Layout:
    colon = _colon(random, language)
    before = "{name}" + random.choice(["", "", "", " "]) + colon + _gap(random, language, colon)
    lead = random.choice(["", "", "", "", "  ", "\u3000\u3000" if language == "zh" else "    "])
    return _both(
        Form(lead + before, indent=random.choice(["", "", lead])),
        markup="plain",
        **_names(random, language),
        **_spacing(random, language),
    )


@family("bold-label")
def _bold_label(random: Random, language: str) -> Layout:
    markup = random.choice(["markdown"] * 6 + ["rst", "asciidoc", "org", "wiki"])
    form = Form(_emphasised(random, language, STRONG[markup]))
    return _both(form, markup=markup, **_names(random, language), **_spacing(random, language))


@family("italic-label")
def _italic_label(random: Random, language: str) -> Layout:
    mark = random.choice(["*", "_"])
    form = Form(_emphasised(random, language, (mark, mark)))
    return _both(form, **_names(random, language), **_spacing(random, language))


@family("underscore-label")
def _underscore_label(random: Random, language: str) -> Layout:
    mark = random.choice(["__", "__", "***", "**_"])
    form = Form(_emphasised(random, language, (mark, mark[::-1])))
    return _both(form, **_names(random, language), **_spacing(random, language))


@family("bracket-label")
def _bracket_label(random: Random, language: str) -> Layout:
    brackets = ["[]", "[]", "()"] if language == "en" else ["【】", "【】", "［］", "[]", "（）", "《》", "「」"]
    opening, closing = tuple(random.choice(brackets))
    after = random.choice([" ", " ", ": "] if language == "en" else ["", "", " ", "："])
    bold = random.choice(["", "", "**"])
    form = Form(f"{bold}{opening}{{name}}{closing}{bold}{after}")
    return _both(form, **_names(random, language), **_spacing(random, language))


@family("dash-label")
def _dash_label(random: Random, language: str) -> Layout:
    dash = random.choice([" — ", " – ", " - ", "—", ".— ", " -- "] if language == "en" else ["——", " — ", "－", " - "])
    bold = random.choice(["", "", "**", "*"])
    form = Form(f"{bold}{{name}}{bold}{dash}")
    return _both(form, **_names(random, language), **_spacing(random, language))


@family("pipe-label")
def _pipe_label(random: Random, language: str) -> Layout:
    mark = random.choice([" | ", " | ", "｜", " / ", " » ", "\t", ". ", " > "])
    bold = random.choice(["", "", "**"])
    form = Form(f"{bold}{{name}}{bold}{mark}")
    return _both(form, **_names(random, language), **_spacing(random, language))


@family("turn-in-bold")
def _turn_in_bold(random: Random, language: str) -> Layout:
    """The whole question is bold or italic, its label with it; the answer is labelled or not."""
    colon = _colon(random, language)
    gap = "" if colon == "：" else " "
    mark = random.choice(["**", "**", "*", "_", "__"])
    broken = mark * 2 if random.random() < 0.15 else ""
    question = Form(f"{mark}{{name}}{colon}{broken}{gap}", mark, each=(mark, mark))
    answer = Form(random.choice([f"{{name}}{colon}{gap}", f"{{name}}{colon}{gap}", ""]))
    layout = _both(question, **_names(random, language, sided=True), **_spacing(random, language))
    return replace(layout, answer=answer)


@family("quote-label")
def _quote_label(random: Random, language: str) -> Layout:
    mark = random.choice(["", "*", "**", "**", "_"])
    label = _emphasised(random, language, (mark, mark))
    if random.random() < 0.5:
        return _both(Form("> " + label, indent="> "), paragraph="\n>\n", between=BODY, **_names(random, language))
    quoted = Form("> " + random.choice([label, ""]), indent="> ", one_paragraph=True)
    layout = _both(Form(label), **_names(random, language, sided=True))
    return replace(layout, question=quoted)


@family("bullet-label")
def _bullet_label(random: Random, language: str) -> Layout:
    bullet = random.choice(["- ", "* ", " * ", "-   ", "+ ", "• ", "  - "])
    mark = random.choice(["", "", "**", "*"])
    form = Form(bullet + _emphasised(random, language, (mark, mark)), indent="  ")
    between = random.choice(["\n", "\n", BODY])
    return _both(form, between=between, paragraph="\n", **_names(random, language))


@family("bullet-bracket")
def _bullet_bracket(random: Random, language: str) -> Layout:
    bullet = random.choice(["- ", "* ", " * ", "  * "])
    form = Form(bullet + random.choice(["[{name}] ", "[{name}]: ", "({name}) ", "**[{name}]** "]), one_paragraph=True)
    return _both(form, between=random.choice(["\n", "\n", BODY]), **_names(random, language))


@family("numbered-label")
def _numbered_label(random: Random, language: str) -> Layout:
    number = random.choice(["{n}. ", "{n}) ", "({n}) ", "{n}、", "[{n}] ", "§{n} "])
    mark = random.choice(["", "", "**"])
    form = Form(number + _emphasised(random, language, (mark, mark)), one_paragraph=random.random() < 0.5, indent="   ")
    return _both(form, between=random.choice(["\n", BODY, BODY]), **_names(random, language))


@family("chevron")
def _chevron(random: Random, language: str) -> Layout:  # noqa: ARG001
    mark = random.choice([">> ", ">> ", ">>", "> > ", "&gt;&gt; ", ">>> ", "» "])
    form = Form(mark, one_paragraph=random.random() < 0.7)
    return _both(form, markup="plain", between=random.choice(["\n", "\n", BODY]), names="full")


@family("chevron-label")
def _chevron_label(random: Random, language: str) -> Layout:
    colon = _colon(random, language)
    form = Form(random.choice([">> ", ">>", ">>> "]) + "{name}" + colon + " ", one_paragraph=random.random() < 0.6)
    return _both(form, markup="plain", between=random.choice(["\n", BODY]), **_names(random, language))


@family("time-and-label")
def _time_and_label(random: Random, language: str) -> Layout:
    colon = _colon(random, language)
    mark = random.choice(["", "", "**", "*"])
    before = random.choice(
        [
            f"[{{time}}] {mark}{{name}}{colon}{mark} ",
            f"{{time}} {mark}{{name}}{colon}{mark} ",
            f"{mark}{{name}} ({{time}}){colon}{mark} ",
            f"{mark}{{name}} ({{time}}){mark}{colon} ",
            f"{mark}{{name}}{mark} ({{time}}) ",
            f"({{time}}) {mark}{{name}}{mark}{colon} ",
            f"{mark}{{name}}{colon}{mark} [{{time}}] ",
            f"{mark}[{{name}}]{mark} [{{time}}] ",
        ]
    )
    if language == "zh" and random.random() < 0.3:
        before = f"{mark}{{name}}（{{time}}）{colon}{mark}"
    return _both(Form(before), time=_time(random), **_names(random, language), **_spacing(random, language))


@family("screenplay")
def _screenplay(random: Random, language: str) -> Layout:
    """Names in capitals with a full stop, or in a column of their own."""
    before = random.choice(["{name}. ", "{name}.  ", "{name}\t", "{name}:\t", "{name}      ", "{name}.--"])
    names = random.choice(["capitals", "capital-surname", "honorific", "surname"]) if language == "en" else "full"
    width = random.choice([0, 64, 72]) if language == "en" else 0
    return _both(
        Form(before, indent=random.choice(["", "        "]) if width else ""),
        markup="plain",
        names=names,
        width=width,
        between=random.choice([BODY, "\n"]),
        paragraph=random.choice([BODY, "\n"]),
    )


@family("one-line")
def _one_line(random: Random, language: str) -> Layout:
    colon = _colon(random, language)
    mark = random.choice(["", "", "", "**"])
    form = Form(f"{mark}{{name}}{colon}{mark}" + random.choice(["", "" if language == "zh" else " "]))
    gap = random.choice(["", "", " ", "\u3000\u3000"] if language == "zh" else [" ", " ", " ", "  ", ""])
    names = {"names": "letters", "sided": True} if random.random() < 0.15 else _names(random, language)
    return _both(form, markup="plain", between=gap, paragraph=gap, one_line=True, **names)


# --- labels on a line of their own


@family("label-above")
def _label_above(random: Random, language: str) -> Layout:
    mark = random.choice(["", "", "**", "**", "*", "__"])
    colon = random.choice(["", "", _colon(random, language)])
    brackets = random.choice(["", "", "", "[]"])
    name = f"{brackets[:1]}{{name}}{brackets[1:]}"
    inside = random.random() < 0.5
    label = f"{mark}{name}{colon if inside else ''}{mark}{'' if inside else colon}"
    below = random.choice(["\n", "\n", "\n\n", "  \n", "\n\n\n"] if mark or colon else ["\n", "\n", "\n\n"])
    bullets = mark and random.random() < 0.15
    form = Form(label + below + ("- " if bullets else ""), each=("- ", "") if bullets else ("", ""))
    spacing = _spacing(random, language) | {"between": random.choice([BODY, BODY, "\n\n\n"])}
    return _both(form, **_names(random, language), **spacing)


@family("heading-label")
def _heading_label(random: Random, language: str) -> Layout:
    markup = random.choice(["markdown", "markdown", "markdown", "asciidoc", "org", "html"])
    opening, closing = random.choice(HEADINGS[markup])
    colon = random.choice(["", "", _colon(random, language)])
    if markup == "html":
        form = Form(f"{opening}{{name}}{colon}{closing}\n<p>", "</p>")
        return _both(form, markup=markup, paragraph="</p>\n<p>", **_names(random, language))
    form = Form(f"{opening}{{name}}{colon}{closing}" + random.choice(["\n", BODY, BODY]))
    return _both(form, markup=markup, **_names(random, language))


@family("time-above")
def _time_above(random: Random, language: str) -> Layout:
    mark = random.choice(["", "", "**"])
    label = random.choice(
        [
            f"{mark}{{name}}{mark}: {{time}}",
            f"[{{time}}] {mark}{{name}}{mark}",
            f"{mark}{{name}}{mark} ({{time}})",
            f"{mark}{{name}}{mark}  {{time}}",
            f"{{time}} {mark}{{name}}{mark}",
            f"{{time}}\n{mark}{{name}}{mark}",
            f"{mark}{{name}}{mark}\n{{time}}",
            f"{mark}{{name}}:{mark} ({{time}})",
            f"({{time}}) {mark}{{name}}:{mark}",
        ]
    )
    form = Form(label + random.choice(["\n", "\n", BODY]))
    return _both(form, time=_time(random), **_names(random, language), **_spacing(random, language) | {"between": BODY})


def _time(random: Random) -> str:
    return random.choice(["{h:02d}:{m:02d}:{s:02d}", "{h}:{m:02d}:{s:02d}", "{mm:02d}:{s:02d}", "{mm}:{s:02d}"])


@family("definition-list")
def _definition_list(random: Random, language: str) -> Layout:
    """Terms and definitions, as each plain markup has them: `Name::`, `Name` and `: text`, `- Name :: text`."""
    markup, before, indent = random.choice(
        [
            ("markdown", "{name}\n:   ", "    "),
            ("asciidoc", "{name}:: ", ""),
            ("asciidoc", "*{name}*:: ", ""),
            ("rst", "{name}\n    ", "    "),
            ("rst", ":{name}: ", "    "),
            ("org", "- {name} :: ", "  "),
            ("wiki", ";{name}\n:", ":"),
        ]
    )
    names = _names(random, language)
    return _both(Form(before, indent=indent, one_paragraph=markup == "asciidoc"), markup=markup, **names)


# --- Q and A


@family("question-letters")
def _question_letters(random: Random, language: str) -> Layout:
    mark = random.choice(["", "", "**", "**", "*", "__"])
    number = random.choice(["", "", "", "{n}"])
    name = "{name}" + number
    colon = _colon(random, language)
    gap = _gap(random, language, colon)
    before = random.choice(
        [
            f"{mark}{name}{colon}{mark}{gap}",
            f"{mark}{name}{mark}{colon}{gap}",
            f"{mark}{name}.{mark} ",
            f"{mark}[{name}]{mark}{gap}",
            f"{mark}【{name}】{mark}" if language == "zh" else f"{mark}{name}){mark} ",
            f"{mark}{name}{mark}\n",
            f"{name}　" if language == "zh" else f"{name} - ",
        ]
    )
    question = Form(before, mark if random.random() < 0.01 else "")
    answer = Form(before)
    draw = random.random()
    if draw < 0.12:
        question = Form(random.choice(["#### ", "### ", "- ", "> "]) + before, one_paragraph=True)
    elif draw < 0.24:
        answer = Form("")
    elif draw < 0.3 and mark:
        question = Form(f"{mark}{name}{colon}{gap}", mark, each=(mark, mark))
    elif draw < 0.4 and "\n" not in before:
        question = Form(random.choice(["{n}. ", "{n}) ", "{n}、"]) + before, one_paragraph=True)
        answer = Form(random.choice(["   ", "    ", ""]) + before, indent="   ")
    layout = _both(question, **_spacing(random, language))
    return replace(layout, answer=answer, names="letters", sided=True)


@family("press-questions")
def _press_questions(random: Random, language: str) -> Layout:
    """`Q` without a colon before what reporters ask, a name with one before what officials say."""
    colon = _colon(random, language)
    letter = "问" if language == "zh" else "Q"
    question = Form(random.choice([f"{letter} ", f"{letter}  ", f"{letter}    ", f"{letter}\t", f"{letter}. "]))
    answer = Form("{name}" + colon + random.choice(["  ", " "]))
    names = random.choice(["honorific", "capitals", "capital-surname"]) if language == "en" else "title"
    spacing = _spacing(random, language) | {"between": random.choice([BODY, BODY, "\n"])}
    layout = _both(question, markup="plain", names=names, sided=True, **spacing)
    return replace(layout, answer=answer)


@family("deposition")
def _deposition(random: Random, language: str) -> Layout:
    """A court's record: `Q.` and `A.`, set in, on numbered lines or not."""
    lead = random.choice(["     ", "          ", "\t", ""])
    gap = random.choice(["  ", "   ", "\t", " "])
    form = Form(f"{lead}{{name}}.{gap}", indent=random.choice(["", lead]))
    return _both(
        form,
        markup="plain",
        names="letters",
        sided=True,
        between=random.choice(["\n", "\n", BODY]),
        paragraph="\n",
        width=40 if language == "zh" else random.choice([56, 60, 64]),
        line_numbers=random.random() < 0.5,
    )


# --- questions that are told by their type


def _unlabelled_answer(random: Random, markup: str) -> Form:
    if markup == "html":
        return Form("<p>", "</p>")
    return Form(random.choice(["", "", "", "", "    " if markup == "rst" else ""]))


def _question_layout(random: Random, language: str, markup: str, question: Form, **fields: object) -> Layout:
    answer = _unlabelled_answer(random, markup)
    if markup == "rst" and answer.before:
        answer = replace(answer, indent=answer.before)
    layout = Layout("", markup, question, answer, draw_style(random, language, sided=True), sided=True)
    spacing: dict[str, object] = {"paragraph": "</p>\n<p>"} if markup == "html" else {"paragraph": BODY}
    return replace(layout, **(spacing | fields))  # type: ignore[arg-type]


@family("heading-question")
def _heading_question(random: Random, language: str) -> Layout:
    markup = random.choice(["markdown"] * 5 + ["asciidoc", "org", "wiki"])
    opening, closing = random.choice(HEADINGS[markup])
    number = random.choice(["", "", "", "{n}. ", "Q{n}: ", "{n}、" if language == "zh" else "Question {n}: "])
    if random.random() < 0.1 and language == "en":
        opening, closing = "", random.choice(["\n----------", "\n==========", "\n~~~~~~~~~~"])
    question = Form(opening + number, closing, one_paragraph=True)
    between = random.choice([BODY, BODY, "\n"])
    return _question_layout(random, language, markup, question, between=between)


@family("bold-question")
def _bold_question(random: Random, language: str) -> Layout:
    markup = random.choice(["markdown"] * 5 + ["asciidoc", "rst", "wiki"])
    opening, closing = STRONG[markup]
    if markup == "asciidoc" and random.random() < 0.5:
        opening, closing = "**", "**"
    if markup == "markdown":
        opening, closing = random.choice([("**", "**"), ("**", "**"), ("__", "__"), ("<b>", "</b>"), ("***", "***")])
    question = Form(opening, closing, each=(opening, closing), one_paragraph=random.random() < 0.6)
    between = random.choice([BODY, BODY, BODY, "\n", "  \n"])
    return _question_layout(random, language, markup, question, between=between)


@family("term-question")
def _term_question(random: Random, language: str) -> Layout:
    """Questions as terms of a list of definitions: `Why walk?::`, `;Why walk?`."""
    markup, question, answer = random.choice(
        [
            ("asciidoc", Form("", "::", one_paragraph=True), Form("  ", indent="  ")),
            ("wiki", Form(";", one_paragraph=True), Form(":", indent=":")),
            ("markdown", Form("", one_paragraph=True), Form(":   ", indent="    ")),
        ]
    )
    layout = _question_layout(random, language, markup, question, between="\n")
    return replace(layout, answer=answer)


@family("italic-question")
def _italic_question(random: Random, language: str) -> Layout:
    mark = random.choice(["*", "_", "*"])
    prefix = random.choice(["", "", "> "])
    question = Form(prefix + mark, mark, one_paragraph=True)
    return _question_layout(random, language, "markdown", question)


@family("numbered-question")
def _numbered_question(random: Random, language: str) -> Layout:
    mark = random.choice(["", "", "**", "**", "*"])
    number = random.choice(["{n}. ", "{n}. ", "{n}) ", "#{n} ", "{n}、" if language == "zh" else "({n}) "])
    before = random.choice([f"{number}{mark}", f"{mark}{number}"])
    question = Form(before, mark, one_paragraph=True)
    layout = _question_layout(random, language, "markdown", question)
    if random.random() < 0.3:
        layout = replace(layout, answer=Form("   ", indent="   "))
    return replace(layout, between=random.choice([BODY, BODY, "\n"]))


@family("bullet-question")
def _bullet_question(random: Random, language: str) -> Layout:
    mark = random.choice(["", "", "**", "*"])
    bullet = random.choice(["- ", "* ", "• ", "● ", "◆ ", "▶ ", "■"])
    question = Form(bullet + mark, mark, one_paragraph=True)
    layout = _question_layout(random, language, "markdown", question)
    if random.random() < 0.25:
        layout = replace(layout, answer=Form("  ", indent="  "))
    return layout


@family("dash-question")
def _dash_question(random: Random, language: str) -> Layout:
    dash = random.choice(["— ", "– ", "-- ", "—"] if language == "en" else ["——", "—— ", "－－"])
    question = Form(dash)
    layout = _question_layout(random, language, "plain", question)
    if random.random() < 0.3:
        layout = replace(layout, answer=Form(dash))
    return replace(layout, between=random.choice([BODY, BODY, "\n"]))


@family("plain-question")
def _plain_question(random: Random, language: str) -> Layout:
    """Nothing tells the questions but what they say."""
    indent = random.choice(["", "", "\u3000\u3000"]) if language == "zh" else ""
    layout = _question_layout(random, language, "plain", Form(indent, one_paragraph=random.random() < 0.7))
    return replace(layout, answer=Form(indent), between=random.choice([BODY, BODY, "\n\n\n"]))


@family("answers-labelled")
def _answers_labelled(random: Random, language: str) -> Layout:
    mark = random.choice(["", "**", "**", "*"])
    label = _emphasised(random, language, (mark, mark))
    indent = random.choice(["", "", "   ", "    "])
    question = random.choice(
        [
            Form("**", "**", one_paragraph=True),
            Form("*", "*", one_paragraph=True),
            Form("{n}. **", "**", one_paragraph=True),
            Form("{n}. ", one_paragraph=True),
            Form("- ", one_paragraph=True),
            Form(random.choice(["## ", "### ", "#### "]), one_paragraph=True),
            Form("> ", one_paragraph=True),
            Form("— "),
            Form(""),
        ]
    )
    layout = _question_layout(random, language, "markdown", question)
    return replace(layout, answer=Form(indent + label, indent=indent))


@family("questions-labelled")
def _questions_labelled(random: Random, language: str) -> Layout:
    mark = random.choice(["", "", "**", "**", "*"])
    question = Form(_emphasised(random, language, (mark, mark)))
    layout = _question_layout(
        random, language, random.choice(["markdown", "plain"]) if not mark else "markdown", question
    )
    return replace(layout, answer=Form(""))


# --- pages


@family("html-label")
def _html_label(random: Random, language: str) -> Layout:
    tag = random.choice(["b", "strong", "strong", "em", "i", "span", ""])
    attribute = ' class="speaker"' if tag == "span" else ""
    marks = (f"<{tag}{attribute}>", f"</{tag}>") if tag else ("", "")
    label = _emphasised(random, language, marks)
    block = random.choice(["p", "p", "p", "div", "li"])
    newline = random.choice(["", "", "\n"])
    if random.random() < 0.15:
        form = Form(label, "<br>")
        return _both(form, markup="html", between="<br>\n", paragraph="<br>\n", **_names(random, language))
    form = Form(f"<{block}>{newline}{label}", f"{newline}</{block}>")
    paragraph = random.choice([f"</{block}>\n<{block}>", f"</{block}>\n<{block}>", "<br/>\n", "<br><br>"])
    between = random.choice(["\n", "\n\n"])
    return _both(form, markup="html", between=between, paragraph=paragraph, **_names(random, language))


@family("html-list")
def _html_list(random: Random, language: str) -> Layout:
    colon = random.choice(["", _colon(random, language)])
    if random.random() < 0.5:
        form = Form(f"<dt>{{name}}{colon}</dt>\n<dd>", "</dd>")
        return _both(
            form, markup="html", between="\n", paragraph="<br>", opening="<dl>\n", closing="</dl>\n",
            **_names(random, language),
        )  # fmt: skip
    layout = _question_layout(random, language, "html", Form("<dt>", "</dt>", one_paragraph=True), between="\n")
    return replace(layout, answer=Form("<dd>", "</dd>"), paragraph="<br>", opening="<dl>\n", closing="</dl>\n")


@family("html-question")
def _html_question(random: Random, language: str) -> Layout:
    opening, closing = random.choice(
        [
            ("<h2>", "</h2>"), ("<h3>", "</h3>"), ("<h4>", "</h4>"), ("<p><strong>", "</strong></p>"),
            ("<p><b>", "</b></p>"), ("<p><em>", "</em></p>"), ("<p class=\"question\">", "</p>"),
            ("<blockquote><p>", "</p></blockquote>"),
        ]
    )  # fmt: skip
    question = Form(opening + random.choice(["", "", "", "{n}. "]), closing, one_paragraph=True)
    return _question_layout(random, language, "html", question, between="\n")


@family("table")
def _table(random: Random, language: str) -> Layout:
    mark = random.choice(["", "", "**"])
    rule = "| --- | --- |\n"
    head = random.choice(["| Speaker | Text |\n", "| | |\n", "| Who | What |\n"])
    if language == "zh":
        head = random.choice(["| 发言人 | 内容 |\n", "| | |\n"])
    if random.random() < 0.35:
        form = Form(f"| {{time}} | {mark}{{name}}{mark} | ", " |", one_paragraph=True)
        return _both(
            form, between="\n", opening="| | | |\n|---|---|---|\n", closing="\n", time=_time(random),
            **_names(random, language),
        )  # fmt: skip
    if random.random() < 0.25:  # a row for a question and its answer
        question = Form(f"\n| {mark}", f"{mark} | ", one_paragraph=True)
        layout = _question_layout(random, language, "markdown", question, between="", opening=head + rule.strip())
        return replace(layout, answer=Form("", " |", one_paragraph=True), closing="\n")
    form = Form(f"| {mark}{{name}}{mark} | ", " |", one_paragraph=True)
    return _both(form, between="\n", opening=head + rule, closing="\n", **_names(random, language))


@family("html-table")
def _html_table(random: Random, language: str) -> Layout:
    opening, closing = "<table>\n", "</table>\n"
    if random.random() < 0.5:
        cell = random.choice(["th", "td"])
        form = Form(f"<tr><{cell}>{{name}}</{cell}><td>", "</td></tr>")
        return _both(
            form, markup="html", between="\n", paragraph="<br>", opening=opening, closing=closing,
            **_names(random, language),
        )  # fmt: skip
    layout = _question_layout(random, language, "html", Form("<tr><td>", "</td>"), between="\n")
    return replace(
        layout, answer=Form("<td>", "</td></tr>"), paragraph="<br>", between="", opening=opening, closing=closing
    )


# --- subtitles


def _subtitles(random: Random, label: str, later: str, *, named: bool) -> dict[str, object]:
    markup = random.choice(["vtt", "vtt", "srt"]) if "<v" not in label else "vtt"
    return {
        "markup": markup, "question": Form(label), "answer": Form(label), "cue_label": later,
        "between": BODY, "paragraph": " ", "width": random.choice([32, 42, 84, 160]),
        "names": "full" if not named else random.choice(["full", "full", "first", "numbered", "original"]),
    }  # fmt: skip


@family("subtitle-name")
def _subtitle_name(random: Random, language: str) -> Layout:
    label = random.choice(["{name}: ", "{name}: ", "({name}) ", "[{name}] ", "- {name}: "])
    if language == "zh":
        label = random.choice(["{name}：", "{name}: ", "【{name}】"])
    later = random.choice([label, label, ""])
    return _both(Form(), **_subtitles(random, label, later, named=True))


@family("subtitle-voice")
def _subtitle_voice(random: Random, language: str) -> Layout:  # noqa: ARG001
    label = random.choice(["<v {name}>", "<v {name}>", "<v.first {name}>"])
    return _both(Form(), **_subtitles(random, label, random.choice([label, label, ""]), named=True))


@family("subtitle-chevron")
def _subtitle_chevron(random: Random, language: str) -> Layout:  # noqa: ARG001
    label = random.choice([">> ", ">> ", ">>", "- ", "&gt;&gt; ", "— "])
    return _both(Form(), **_subtitles(random, label, "", named=False))


SIDED_FAMILIES = frozenset(
    {
        *("turn-in-bold", "question-letters", "press-questions", "deposition", "heading-question", "bold-question"),
        *(
            "term-question",
            "italic-question",
            "numbered-question",
            "bullet-question",
            "dash-question",
            "plain-question",
        ),
        *("answers-labelled", "questions-labelled", "html-question"),
    }
)
"""Families that set questions and answers differently, so they need talks whose sides are known."""
