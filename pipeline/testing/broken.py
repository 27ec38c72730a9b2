"""What is said where a stage breaks a law."""

import regex

VISIBLE = regex.compile(r"[ \p{L}\p{N}\p{P}\p{S}]")
LONGEST_PIECE = 200


class Broken(AssertionError):  # noqa: N818 -- read as `raise Broken`: it is a failed assertion
    """A stage breaks a law: which, how, under which rule, and the smallest text that shows it.

    `what` is one line; `text` and `rule` are None where the fault is in none. The message says all of it.
    """

    def __init__(self, law: str, what: str, text: str | None = None, rule: str | None = None) -> None:
        super().__init__(law, what, text, rule)
        self.law = law
        self.what = " ".join(what.split("\n"))
        self.text = text
        self.rule = rule

    @property
    def details(self) -> tuple[str, ...]:
        """The lines below the first: the text as a Python literal, and the rule."""
        told = []
        if self.text is not None:
            told.append(f"text: {literal(self.text)}")
        if self.rule is not None:
            told.append(f"rule: {self.rule}")
        return tuple(told)

    def __str__(self) -> str:
        return "\n".join((f"{self.law}: {self.what}", *self.details))


def literal(text: str) -> str:
    """A text as Python writes it; one that repeats a short piece many times as a product, with what stands behind."""
    for end in (0, 1):
        body = text[: len(text) - end]
        period = _period(body)
        if period:
            times, rest = divmod(len(body), period)
            behind = text[len(text) - end - rest :] if end + rest else ""
            product = f"{_visible(body[:period])} * {times}"
            return f"{product} + {_visible(behind)}" if behind else product
    return _visible(text)


def _period(text: str) -> int:
    """How long the piece is that `text` repeats, at least eight times and more than a line long; 0 where none is."""
    if len(text) > 80:
        for period in range(1, min(LONGEST_PIECE, len(text) // 8) + 1):
            if text.startswith(text[:period], period) and text[period:] == text[:-period]:
                return period
    return 0


def _visible(text: str) -> str:
    """The literal of a text; characters that nobody can see, or that join others, are written as escapes."""
    return "".join(each if VISIBLE.match(each) else ascii(each)[1:-1] for each in repr(text))
