"""The error that a broken law raises."""

import regex

VISIBLE = regex.compile(r"[ \p{L}\p{N}\p{P}\p{S}]")
MAX_PERIOD_CHARS = 200


class Broken(AssertionError):  # noqa: N818 -- read as `raise Broken`: it is a failed assertion
    """A stage breaks a law: which, how, under which rule, and the smallest text that shows it.

    `what` is one line. `text` and `rule` are None if the fault has no text or rule. The message shows all of them.
    """

    def __init__(self, law: str, what: str, text: str | None = None, rule: str | None = None) -> None:
        super().__init__(law, what, text, rule)
        self.law = law
        self.what = " ".join(what.split("\n"))
        self.text = text
        self.rule = rule

    @property
    def details(self) -> tuple[str, ...]:
        """The lines of the message after the first: the text as a Python literal, and the rule."""
        lines = []
        if self.text is not None:
            lines.append(f"text: {literal(self.text)}")
        if self.rule is not None:
            lines.append(f"rule: {self.rule}")
        return tuple(lines)

    def __str__(self) -> str:
        return "\n".join((f"{self.law}: {self.what}", *self.details))


def literal(text: str) -> str:
    """A text as a Python literal. One that repeats a short piece many times is a product: `"ab" * 500 + "c"`."""
    for end in (0, 1):
        body = text[: len(text) - end]
        period = _period(body)
        if period:
            times, rest = divmod(len(body), period)
            tail = text[len(text) - end - rest :] if end + rest else ""
            product = f"{_visible(body[:period])} * {times}"
            return f"{product} + {_visible(tail)}" if tail else product
    return _visible(text)


def _period(text: str) -> int:
    """The length of the piece that `text` repeats at least eight times; 0 if there is none or `text` is short."""
    if len(text) > 80:
        for period in range(1, min(MAX_PERIOD_CHARS, len(text) // 8) + 1):
            if text.startswith(text[:period], period) and text[period:] == text[:-period]:
                return period
    return 0


def _visible(text: str) -> str:
    """The literal of a text, with escapes for characters that are invisible or combine with others."""
    return "".join(each if VISIBLE.match(each) else ascii(each)[1:-1] for each in repr(text))
