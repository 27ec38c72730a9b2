"""Filter `interviews-only`: turns down what is too short, or is no interview.

A stage that gives no layer is a repair, and a repair may not reject. So this one gives a layer: how many questions
an accepted document answers.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

from msgspec import Meta

from pipeline import Document, Finding, Label, Reject, Rule

LAYER = "interviews-only.size"
WALK = (
    "A Walk\n"
    "Daily Post: Why do you walk to work every single day, even in the winter, when the bus would take ten minutes?\n"
    "Ada Fern: Because it is slow, and because nobody telephones somebody who is crossing a field in the rain.\n"
    "Daily Post: And what do you do there?\n"
    "Ada Fern: I count the gates, and then I rest.\n"
)
REPORT = (
    "The bridge is closed\n"
    "The old bridge over the canal has been closed since Monday, after a barge struck the second pier in thick fog.\n"
    "Nobody at the council would say when it opens again. The detour by the mill takes half an hour on a good day.\n"
    "A diver looked at the pier on Thursday and found a crack as long as an arm.\n"
)

TOO_SHORT = Rule(
    "interviews-only.too-short",
    "fewer letters and Chinese characters than the setting `shortest` asks for",
    acts=("A Walk\nDaily Post: Why walk?\nAda Fern: It is slow.\nDaily Post: And then?\nAda Fern: I rest.",),
    spares=(WALK, REPORT),
)
NO_EXCHANGE = Rule(
    "interviews-only.no-exchange",
    "fewer answered questions than the setting `exchanges` asks for",
    acts=(REPORT,),
    spares=(WALK,),
)
SIZE = Rule(
    "interviews-only.size",
    "how many questions an accepted document answers",
    acts=(WALK,),
    spares=(REPORT,),
)


def letters(text: str) -> int:
    """Code points of `text` that are letters; a Chinese character is one."""
    return sum(map(str.isalpha, text))


def exchanges(document: Document) -> int:
    """How many runs of questions have an answer behind them, in the same section. Translations do not count again."""
    translated = document.layer("version")
    starts = [label.start for label in translated]
    count, asked = 0, False
    for label in document.layer("part"):
        nearest = bisect_right(starts, label.start) - 1
        if nearest >= 0 and label.start < translated[nearest].end:
            continue
        if label.value == "question":
            asked = True
        elif label.value == "answer":
            count += asked
            asked = False
        elif label.value == "heading":
            asked = False
    return count


@dataclass(frozen=True)
class InterviewsOnly:
    """Rejects what is too short or answers no question; says of the others how many they answer."""

    name: ClassVar[str] = "interviews-only"
    # `credits` gives layer `part` too, so the need alone would not put this stage behind `dialogue`.
    after: ClassVar[frozenset[str]] = frozenset({"credits", "dialogue"})
    needs: ClassVar[frozenset[str]] = frozenset({"part"})
    gives: ClassVar[frozenset[str]] = frozenset({LAYER})
    rules: ClassVar[tuple[Rule, ...]] = (TOO_SHORT, NO_EXCHANGE, SIZE)
    protocol: ClassVar[int] = 1

    shortest: Annotated[
        int, Meta(ge=0, description="Letters and Chinese characters that a document must have; 0 for any number.")
    ] = 200
    exchanges: Annotated[
        int, Meta(ge=0, description="Answered questions that a document must have; 0 for any number.")
    ] = 1

    def find(self, document: Document) -> Iterator[Finding]:
        """Yields one verdict, or one label of the document as a whole."""
        size = letters(document.text)
        if size < self.shortest:
            yield Reject(TOO_SHORT.name, f"has {size} letters; {self.shortest} are asked for")
            return
        answered = exchanges(document)
        if answered < self.exchanges:
            yield Reject(NO_EXCHANGE.name, f"answers {answered} questions; {self.exchanges} are asked for")
            return
        yield Label.whole(LAYER, f"{answered} exchanges", SIZE.name, confidence=0.9)
