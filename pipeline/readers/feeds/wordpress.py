"""What is special in the export files of WordPress: kinds of posts, and paragraphs without tags."""

from collections.abc import Mapping

import regex

POST_TYPE, STATUS = "wp:post_type", "wp:status"
BLOCK_EDITOR_MARK = "<!-- wp:"
VERBATIM_ELEMENT = regex.compile(
    r"(<(pre|script|style|textarea|svg)\b[^<>]{0,2000}>.*?</\2\s{0,5}>)", regex.DOTALL | regex.IGNORECASE
)
BLOCK_TAG = (
    r"</?(?i:table|thead|tfoot|caption|col|colgroup|tbody|tr|td|th|div|dl|dd|dt|ul|ol|li|pre|form|blockquote|address"
    r"|p|h[1-6]|hr|fieldset|legend|section|article|aside|header|footer|figure|figcaption|details|summary|br)"
    r"\b[^<>]{0,2000}>"
)
POST_LINE_END = regex.compile(
    rf"(?P<before>{BLOCK_TAG})?[ \t]{{0,100}}(?P<breaks>\n(?:[ \t]{{0,100}}\n)*)(?={BLOCK_TAG}(?P<after>))?"
)
CORE_SHORTCODE = regex.compile(
    r"\[/?(?:caption|wp_caption|gallery|playlist|audio|video|embed)(?:\s[^\[\]\n]{0,1000})?\]"
)
"""Shortcodes of WordPress itself, which show a picture, a player or a frame. Other brackets may be words."""


def left_out_reason(values: Mapping[str, str]) -> str | None:
    """Why an entry is no article: an attachment, a menu item, a draft; None for a published post or any other feed.

    >>> left_out_reason({"wp:post_type": "attachment"}), left_out_reason({"wp:post_type": "post"}), left_out_reason({})
    ('post type attachment', None, None)
    """
    kind, status = values.get(POST_TYPE, "").strip(), values.get(STATUS, "").strip()
    if kind and kind != "post":
        return f"post type {kind[:40]}"
    if status and status not in {"publish", "private"}:
        return f"post status {status[:40]}"
    return None


def is_export(values: Mapping[str, str]) -> bool:
    """Whether an entry is of an export file, whose content is as in the database of WordPress."""
    return POST_TYPE in values


def with_paragraphs(content: str) -> str:
    r"""The content with the paragraphs and line breaks that WordPress shows: it keeps them as line ends.

    The block editor writes tags, and a content of its is not changed.

    >>> with_paragraphs("<b>Why a weir?</b>\nFor the eels.\n\nWhen?")
    '<p><b>Why a weir?</b><br>For the eels.<p>When?'
    """
    content = CORE_SHORTCODE.sub("", content.replace("\r\n", "\n"))
    if BLOCK_EDITOR_MARK in content:
        return content
    pieces = VERBATIM_ELEMENT.split(content)
    # Each verbatim element comes with the group of its name.
    return "<p>" + "".join(
        POST_LINE_END.sub(_break, piece) if number % 3 == 0 else piece
        for number, piece in enumerate(pieces)
        if number % 3 != 2
    )


def _break(match: "regex.Match[str]") -> str:
    before = match["before"] or ""
    if match["breaks"].count("\n") > 1:
        return f"{before}<p>"
    return f"{before}\n" if before or match["after"] is not None else "<br>"
