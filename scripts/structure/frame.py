"""What is around a talk: front matter, title, byline, lead, legend, headings, notes, adverts, links, credits."""

import json
import re
from collections.abc import Sequence
from random import Random

from structure.labels import Labels, invent, words
from structure.layouts import Layout
from structure.negatives import block, topic
from structure.pages import Page, heading, items, paragraph
from structure.talks import Prose, Turn

HEADING_SHARE = 0.12
"""How often a section begins between two turns, where the talk has sections; before questions twice as often."""
SMALL_SHARE = 0.04
"""How often something small lies between two turns."""


ORIGINALS = (
    "\n\n<details>\n<summary>English original</summary>\n\n**{name}**: {text}\n\n</details>",
    "\n\n<details><summary>原文</summary>\n\n{text}\n\n</details>",
    "\n\n> {text}",
    "\n\n*{text}*",
    "\n\n{text}",
    "\n{text}",
    "\n\n>> {text}",
)
"""How the words of a turn are given in another language below it."""


class Frame:
    """Writes what is before, between and after the turns on the page of a talk."""

    def __init__(
        self,
        page: Page,
        layout: Layout,
        labels: Labels,
        language: str,
        random: Random,
        prose: Sequence[Prose],
        turns: Sequence[Turn],
    ) -> None:
        self.page, self.layout, self.labels, self.language = page, layout, labels, language
        self.random, self.turns = random, turns
        several = random.sample(prose, min(len(prose), 30))
        around = [text for text in several if text.kind not in {"play", "chat", "faq"}]
        self.prose = [text for text in around if text.language == language][:3]
        self.foreign = [text for text in around if text.language != language][:1]
        level = re.match(r"[#=*]+(?= )", layout.question.before)
        self.level = len(level[0]) if level and random.random() < 0.6 else random.choice([2, 2, 3, 3, 4])
        self.original = ""
        self._markup = layout.markup
        asked = [label for label, turn in zip(labels.printed, turns, strict=True) if turn.side == "q"]
        outlet = asked[0] if layout.names == "outlet" and asked else random.choice(words(language)["outlets"])
        self.filled = {
            "{guest}": labels.guest.full,
            "{host}": labels.host.full,
            "{outlet}": outlet,
            "{user}": labels.host.given.lower(),
        }

    # --- before

    def before(self) -> None:
        """All that comes before the first turn."""
        if self._markup in {"vtt", "srt"}:
            self.page.write(self._subtitle_head())
            return
        title = self._fill(self._pick("title_forms"))
        page_of_its_own = self._markup == "html" and self.random.random() < 0.5
        if page_of_its_own:
            self.page.write(f"<!DOCTYPE html>\n<html>\n<head><title>{title}</title></head>\n<body>\n")
        if "front matter" in self.layout.frame and self._markup != "html" and not self.layout.one_line:
            self.page.write(self._front_matter(title))
        if "newsletter" in self.layout.frame:
            self._sections()
        elif "before" in self.layout.frame:
            self._paragraphs(self.random.randint(1, 6))
        if "title" in self.layout.frame:
            self.page.title = title
            self._block(heading(title, self._markup, self.random.choice([1, 1, 2])))
        self._lines_before()
        if "beside" in self.layout.frame and self.prose:
            self._beside()
        if "transcript heading" in self.layout.frame:
            self._block(self._heading_like(self._pick("transcript_heads")))
        self._legend()

    def _subtitle_head(self) -> str:
        if self._markup == "srt":
            return ""
        note = f"NOTE {self._fill(self._pick('credits'))}\n\n" if self.random.random() < 0.2 else ""
        return self.random.choice(["WEBVTT\n\n", "WEBVTT\n\n", "WEBVTT\nKind: captions\nLanguage: en\n\n"]) + note

    def _lines_before(self) -> None:
        if "byline" in self.layout.frame:
            for line in self._some("bylines", 3):
                self._block(self._dressed(line))
        if "lead" in self.layout.frame:
            for line in self._some("leads", 3):
                self._block(self._dressed(line))
            if self.random.random() < 0.5:
                self._paragraphs(self.random.randint(1, 3))
        if "captions" in self.layout.frame:
            self._caption()

    def _front_matter(self, title: str) -> str:
        date = f"20{self.random.randint(10, 24)}-0{self.random.randint(1, 9)}-1{self.random.randint(0, 9)}"
        author, tag = self.labels.host.full, self._topic()
        if self._markup == "org":
            return f"#+TITLE: {title}\n#+AUTHOR: {author}\n\n"
        return self.random.choice(
            [
                f'---\ntitle: "{title}"\ndate: {date}\nauthor: {author}\ntags: [interview, people]\n---\n\n',
                f"---\nlayout: post\ntitle: {title}\nauthor: {author}\ndescription: >\n  {tag}\n---\n\n",
                f"Title: {title}\nDate: {date}\nAuthor: {author}\nCategory: people\nSlug: talk-{date}\n\n",
                f'+++\ntitle = "{title}"\ndate = "{date}"\nauthors = ["{author}"]\n+++\n\n',
                json.dumps({"title": title, "date": date}, ensure_ascii=False, indent=2) + "\n\n",
                f"---\ntitle: >-\n  {title}\nsubtitle: {tag}\nauthors:\n  - {author}\nslug: talk\n---\n\n",
            ]
        )

    def _legend(self) -> None:
        if "attendees" in self.layout.frame:
            people = [person.full for person in self.labels.people.values()]
            people += [invent(self.random, self.language).full for _ in range(self.random.randint(0, 6))]
            head = (
                "出席：" if self.language == "zh" else self.random.choice(["Attendees:", "Present:", "Participants:"])
            )
            if self.random.random() < 0.5:
                self._block(self._dressed(head + " " + ("、" if self.language == "zh" else ", ").join(people)))
            else:
                self._block(self._heading_like(head))
                self._block(items(people, self._markup, self.random))
        labelled = self.layout.answer.labelled or self.layout.question.labelled
        if self.labels.legend and labelled and "legend" in self.layout.frame:
            form = self._pick("legends")
            lines = [form.replace("{short}", short).replace("{name}", name) for short, name in self.labels.legend]
            match self.random.randrange(3):
                case 0:
                    self._block(items([line.removeprefix("- ") for line in lines], self._markup, self.random))
                case 1:
                    self._block(self._dressed("，".join(lines) if self.language == "zh" else ", ".join(lines)))
                case _:
                    self._block(self._dressed("\n".join(lines)))

    # --- between

    def between_turns(self, *, before_question: bool) -> None:
        """What may be between two turns."""
        if self.layout.opening:
            return
        alone = self.layout.sided and not self.layout.answer.labelled
        if alone and not before_question:
            return  # what is between a question and its unlabelled answer would be read as the answer
        share = HEADING_SHARE * (2 if before_question else 0 if self.layout.sided else 1)
        if "glued headings" in self.layout.frame and self._markup == "plain" and self.random.random() < share:
            self.page.write(self._pick("section_heads"))
            return
        if "section headings" in self.layout.frame and self.random.random() < share:
            head = self.random.choice([self._pick("section_heads"), self._topic()])
            self._block(self._heading_like(head))
            if self.random.random() < 0.05:
                self._paragraphs(1)
        for part in ("stage", "notes", "adverts", "captions"):
            if part in self.layout.frame and self.random.random() < SMALL_SHARE:
                if part == "captions":
                    self._caption()
                else:
                    self._block(self._dressed(self._fill(self._pick(part))))

    def after_turn(self, label: str | None) -> None:
        """The same in another language, folded, quoted or in italics; it is no turn."""
        originals = "originals" in self.layout.frame and not self.layout.opening and not self.layout.one_line
        if not (originals and label and self.foreign and self._markup in {"markdown", "plain"}):
            return
        text = self.random.choice(self.foreign[0].paragraphs)
        form = self.original or self.random.choice(ORIGINALS)
        self.original = form
        self.page.write(form.replace("{text}", text).replace("{name}", label))

    # --- after

    def after(self) -> None:
        """All that comes after the last turn."""
        if self._markup in {"vtt", "srt"}:
            return
        self.page.write("" if self.layout.one_line else "\n\n")
        frame = self.layout.frame
        if "notes" in frame and self.random.random() < 0.5:
            self._block(self._dressed(self._fill(self._pick("notes"))))
        for part, most in (("credits", 5), ("closing", 3), ("footnotes", 3)):
            if part not in frame:
                continue
            name = "closings" if part == "closing" else part
            lines = self._some(name, most)
            if part == "credits" and self.random.random() < 0.5:
                self._block(items(lines, self._markup, self.random))
            else:
                for line in lines:
                    self._block(self._dressed(line))
        if "links" in frame:
            self._block(self._heading_like(self._pick("related_heads")))
            lines = [self._topic() for _ in range(self.random.randint(2, 6))]
            self._block(items(lines, self._markup, self.random, links=self.random.random() < 0.7))
        if "newsletter" in frame:
            self._sections()
        elif "after" in frame:
            self._paragraphs(self.random.randint(1, 6))
        if self._markup == "html" and self.page.parts[0].startswith("<!DOCTYPE"):
            self.page.write("</body>\n</html>\n")

    # --- pieces

    def _block(self, text: str) -> None:
        if self.layout.one_line:
            self.page.write(text + ("" if self.language == "zh" or self.random.random() < 0.2 else " "))
        else:
            self.page.write(text + ("\n\n" if self.layout.between != "\n" or self._markup != "plain" else "\n"))

    def _sections(self) -> None:
        """Sections that have nothing to do with the talk, as in a newsletter."""
        for _ in range(self.random.randint(1, 4)):
            self._block(heading(self._topic(self.random.choice(self.prose) if self.prose else None), *self._heads()))
            self._paragraphs(self.random.randint(1, 3))
            if self.random.random() < 0.3:
                lines = [self._topic() for _ in range(self.random.randint(2, 5))]
                self._block(items(lines, self._markup, self.random, links=True))

    def _beside(self) -> None:
        text, _ = block(self.random.choice(self.prose).paragraphs, self.random, self.language, self._markup)
        self._block(text)

    def _paragraphs(self, count: int) -> None:
        if not self.prose:
            return
        source = self.random.choice(self.prose).paragraphs
        start = self.random.randint(0, max(0, len(source) - count))
        for text in source[start : start + count]:
            self._block(paragraph(text, self._markup, self.layout.width))

    def _caption(self) -> None:
        text = self._fill(self._pick("captions"))
        if self._markup == "html":
            text = f'<figure><img src="a.jpg"><figcaption>{text}</figcaption></figure>'
        elif self._markup == "markdown" and self.random.random() < 0.5:
            text = f"![{text}](/images/{self.random.randint(1, 99)}.jpg)"
        self._block(text)

    def _heading_like(self, text: str) -> str:
        """A heading, or a line that is meant as one."""
        if self._markup == "markdown" and self.random.random() < 0.3:
            return f"**{text}**"
        if self._markup == "html" and self.random.random() < 0.3:
            return f"<p><strong>{text}</strong></p>"
        return heading(text, *self._heads())

    def _heads(self) -> tuple[str, int]:
        return self._markup, self.level

    def _dressed(self, line: str) -> str:
        """A line of its own, now and then in italics."""
        if self._markup == "markdown" and line[0] != "*" and self.random.random() < 0.25:
            mark = self.random.choice(["*", "_", "**"])
            return "\n".join(f"{mark}{part}{mark}" for part in line.split("\n"))
        return paragraph(line, self._markup) if self._markup == "html" else line

    def _pick(self, name: str) -> str:
        return self.random.choice(words(self.language)[name])

    def _some(self, name: str, most: int) -> list[str]:
        forms = words(self.language)[name]
        return [self._fill(form) for form in self.random.sample(forms, self.random.randint(1, most))]

    def _topic(self, prose: Prose | None = None) -> str:
        source = prose.paragraphs if prose else [turn.text for turn in self.turns]
        return topic(source, self.random, self.language)

    def _fill(self, form: str) -> str:
        form = form.replace("{topic}", self._topic()) if "{topic}" in form else form
        form = form.replace("{name}", invent(self.random, self.language).full)
        return re.sub(r"\{\w+\}", lambda found: self.filled.get(found[0], found[0]), form)
