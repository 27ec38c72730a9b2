"""Whether what stands between two fences at the top of a text is keys about an article, or text between two rules.

`---` opens front matter, and it is also how a horizontal rule is written. A speaker's label looks like a key: what
tells them apart is that keys are the ones that writers use for it, that none comes twice, and that nobody speaks.
"""

from collections import Counter

import msgspec
import regex

KNOWN = frozenset(
    [
        "abstract",
        "aliases",
        "audience",
        "audio_url",
        "canonical_url",
        "categories",
        "category",
        "created",
        "date",
        "datecreated",
        "datepublished",
        "description",
        "draft",
        "excerpt",
        "feature",
        "featured",
        "hero",
        "id",
        "image",
        "image_feature",
        "keywords",
        "lang",
        "language",
        "lastmod",
        "last_updated",
        "layout",
        "linktitle",
        "link",
        "modified",
        "modified_time",
        "original_url",
        "path",
        "permalink",
        "post-type",
        "preview_image",
        "published",
        "published_at",
        "published_time",
        "pubdate",
        "redirect_from",
        "seo_title",
        "series",
        "short_title",
        "slug",
        "source",
        "source_url",
        "spdx-id",
        "status",
        "subject",
        "subtitle",
        "summary",
        "tag",
        "tags",
        "template",
        "thumbnail",
        "time",
        "timestamp",
        "title",
        "toc",
        "type",
        "updated",
        "url",
        "uuid",
        "version",
        "via",
        "weight",
        "wordpress_id",
        "标题",
        "標題",
        "副标题",
        "副標題",
        "日期",
        "时间",
        "時間",
        "发布时间",
        "發布時間",
        "发表时间",
        "來源",
        "来源",
        "出处",
        "出處",
        "标签",
        "標籤",
        "分类",
        "分類",
        "关键词",
        "關鍵詞",
        "摘要",
        "链接",
        "鏈接",
        "连结",
        "連結",
        "原文",
        "原文链接",
        "栏目",
        "欄目",
        "期号",
    ]
)
"""Keys, in small letters, that nobody is called by."""
SENTENCES = frozenset(
    [
        "abstract",
        "description",
        "excerpt",
        "linktitle",
        "original_title",
        "seo_title",
        "short_title",
        "subject",
        "subtitle",
        "summary",
        "title",
        "标题",
        "標題",
        "副标题",
        "副標題",
        "摘要",
    ]
)
"""Those of them that hold a sentence."""
ROLES = frozenset(
    [
        "author",
        "authors",
        "by",
        "byline",
        "contributors",
        "editor",
        "editors",
        "guest",
        "guests",
        "host",
        "hosts",
        "interviewee",
        "interviewer",
        "people",
        "photographer",
        "speaker",
        "speakers",
        "transcriber",
        "transcript_by",
        "translator",
        "translators",
        "writer",
        "作者",
        "译者",
        "譯者",
        "编辑",
        "編輯",
        "记者",
        "記者",
        "采访",
        "採訪",
        "摄影",
        "攝影",
        "校对",
        "校對",
        "主持人",
        "嘉宾",
        "嘉賓",
    ]
)
"""Keys that may also be the label of who speaks."""
LETTERS = frozenset({"q", "a", "i", "r"})
"""What an interview calls question and answer."""
ENTRY = regex.compile(
    r"(?P<key>[\p{L}_\"'][\p{L}\p{N}_ .:\"'\-]{0,39}?)[ \t]*+(?::(?=[ \t\n]|\Z)|=)[ \t]*+(?P<value>[^\n]*+)"
)
OTHER_LINE = regex.compile(r"[ \t]|[-#\]\[}{]|\Z")
"""Lines between keys that go on with a value, hold one of a list, begin a table, or say nothing."""
IDENTIFIER = regex.compile(r"[a-z][a-z0-9_\-.]*+\Z")
SPEECH = regex.compile(r"[?？!！。…](?:[\"'”’」』）)]*+)\s*+\Z|[.](?:[\"'”’)]*+)\s*+\Z|\S.{79}", regex.DOTALL)
"""The value of a label rather than of a key: it ends as a sentence does, or is long."""

QUESTION = regex.compile(r"[?？](?:[\"'”’」』）)]*+)\s*+\Z")


class _Entry(msgspec.Struct, frozen=True, gc=False):
    key: str
    name: str
    value: str


def is_key_block(block: str) -> bool:
    r"""Whether the lines between two fences are keys about an article, in YAML or TOML, and no text.

    >>> is_key_block("title: The weir\nauthor: Anna Berg\n"), is_key_block("Anna: Why a weir?\n\nBen: For the eel.\n")
    (True, False)
    """
    lines = block.split("\n")
    found = [_Entry(*_parts(match)) for line in lines if (match := ENTRY.match(line)) is not None]
    if not found:
        # Two rules with nothing between them hide nothing.
        return not any(map(str.isalnum, block))
    prose = sum(not ENTRY.match(line) and not OTHER_LINE.match(line) for line in lines)
    if prose > len(found):
        return False
    spoken = [entry for entry in found if entry.name not in SENTENCES and SPEECH.search(entry.value)]
    times = Counter(entry.name for entry in found)
    if any(times[entry.name] > 1 for entry in spoken):
        return False
    known = [entry for entry in found if entry.name in KNOWN and entry not in spoken]
    if not known:
        return not spoken and all(_is_identifier(entry) or entry.name in ROLES for entry in found)
    # A key that nobody knows may hold a sentence, too; two that do, with a question among them, are an interview.
    asked = any(QUESTION.search(entry.value) for entry in spoken)
    strange = spoken if asked else [entry for entry in spoken if not _is_identifier(entry)]
    return len({entry.name for entry in strange}) < 2 or (len(strange) < len(known) and not asked)


def _is_identifier(entry: _Entry) -> bool:
    return IDENTIFIER.match(entry.key) is not None and entry.name not in LETTERS


def _parts(match: "regex.Match[str]") -> tuple[str, str, str]:
    key = match["key"].strip(" \t\"'")
    return key, key.lower(), match["value"]
