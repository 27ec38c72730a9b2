"""Where the title is, which may have been cut off: in the keys above the text, or else the first line."""

from pipeline.stages import front_matter


def title_span(text: str) -> tuple[int, int] | None:
    """The span of the title in `text`; None if the text has no words."""
    top = front_matter.front_matter_end(text)
    field = front_matter.title_field(text, top) if top else None
    if field is not None:
        return field.value_span
    at = top
    while at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        if text[at:end].strip():
            return at, end
        at = end + 1
    return None
