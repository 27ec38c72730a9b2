"""Tell whether a text writes about an entity, as in `write &amp; for an ampersand`, or uses it."""

import regex

MAX_LISTED = 8
"""Entities of a list that are checked: `&lt;, &gt; and &amp; are …`."""
ABOUT_ENTITIES = regex.compile(
    r"""
    \b(?:HTML|XML|SGML|character|named|numeric|special)\s+(?:character\s+)?(?:entit|reference|escape)  # HTML entities
    |\bentit(?:y|ies)\W{0,3}[&＆](?!amp)                       # the entity &nbsp;
    |[;；]\W{0,3}entit(?:y|ies)\b                              # the &nbsp; entity
    |转义|HTML实体|字符实体|实体(?:字符|编码|引用|名)          # 字符实体 &nbsp;
    """,
    regex.IGNORECASE | regex.VERBOSE,
)
INSTRUCTION = regex.compile(
    r"""
    \b(?:write|writing|written|type|typed|use|using|insert|escaped?|escaping
       |replace|encoded?|becomes?                              # `write`, `is escaped as`, `replace it with`
       |写成|替换)
    (?:\s+(?:as|an?|the|with|by|to|it))*\W{0,3}$
    """,
    regex.IGNORECASE | regex.VERBOSE,
)
AFTER_INSTRUCTION = regex.compile(
    r"""
    \W{0,3}(?:$                                                # use &amp;
       |(?:or|for|to|with|by|instead|as|in|when|because|where|if|rather|and[ ]not
         |表示|代表)\b)                                        # &amp; for an ampersand
    |[,.;:)]                                                   # write &amp;, then
    """,
    regex.VERBOSE,
)
CHINESE_INSTRUCTION = regex.compile(r"(?:使用|输入|插入|键入|写成|写作|替换[成为]|转义[成为]|[用写])[：:]?[ ]?$")
AFTER_CHINESE_INSTRUCTION = regex.compile(
    r"[ ]?(?:即可|就行|来?(?:表示|代表|代替|替代|换行|分隔)|空格|符号|字符|标签|标记|实体|转义|[或和与、])"
)
QUOTE_REFERENCE = regex.compile(r"[&＆](?:amp;)*(?:[lr][sd]quo|quot|#8216|#8217|#8220|#8221)\b")
"""In Chinese any word may be in quotes after `使用`, so a quote there is not mentioned: `使用&ldquo;标签&rdquo;`."""
DEFINITION = regex.compile(
    r"""
    \W{0,3}(?:stands?[ ]for|means|denotes|is[ ](?:an?|the|called)|表示|代表)     # &nbsp; stands for
    |\W{0,2}[ ](?:for|is|=|→|[-=]>)[ ]["'“‘(]?[<>&"'](?=[\s,.;:)"'”’]|$)         # &lt; for <
    """,
    regex.IGNORECASE | regex.VERBOSE,
)
CHARACTER_BEFORE = regex.compile(r"(?:^|[\s(\"'“‘])[<>&\"'][\"'”’)]? (?:as|to|with|by|becomes|=|→|[-=]>) [\"'“‘(]?$")
"""The character before its entity: `& as &amp;`."""
ESCAPED_TAG = regex.compile(r"[&＆](?:amp;){0,3}lt;/?[A-Za-z][A-Za-z\d]{0,11}[ ]?/?[&＆](?:amp;){0,3}gt;")
ESCAPED_TAG_END = regex.compile(ESCAPED_TAG.pattern + "$")
LISTED_BEFORE = regex.compile(
    r"""
    (?<![\p{L}\d])(?P<entity>[&＆](?:amp;){0,3}[\#A-Za-z\d]{2,10}[;；])
    (?:\s?[(（]?\s?
       (?:or|and|for|as|to|into|with|becomes|，?或者?|和|与|、|,|=|→)          # &lt; or &#60;
       \s?[(（]?\s?)$
    """,
    regex.VERBOSE,
)
QUOTE_PAIRS = frozenset({'""', "''", "“”", "‘’", "``"})

# Characters around an entity in which the patterns above are searched for.
ABOUT_BEFORE, ABOUT_AFTER = 80, 60
INSTRUCTION_BEFORE, INSTRUCTION_AFTER, CHINESE_BEFORE = 40, 60, 12
TAG_BEFORE, LIST_BEFORE, SIGN_BEFORE = 40, 40, 16


def is_mentioned(line: str, start: int, end: int) -> bool:
    """Whether the line writes about the entity in `[start, end)`, or about one that is listed before it."""
    if line[start : start + 1] in "&＆":
        start, end = _escaped_tag(line, start, end)
    if _is_mentioned_itself(line, start, end):
        return True
    # What is said of the first entity of a list holds for all: `&lt; or &#60;`, `&amp;amp; for &amp;`.
    for _ in range(MAX_LISTED):
        listed = LISTED_BEFORE.search(line, max(0, start - LIST_BEFORE), start)
        if listed is None or line[end : end + 1].isalnum():
            return False
        start, end = _escaped_tag(line, *listed.span("entity"))
        if _is_mentioned_itself(line, start, end):
            return True
    return False


def _escaped_tag(line: str, start: int, end: int) -> tuple[int, int]:
    """The span of the escaped tag that the entity belongs to, `&lt;br&gt;`; otherwise the entity's own span."""
    tag = ESCAPED_TAG.match(line, start) or ESCAPED_TAG_END.search(line, max(0, start - TAG_BEFORE), end)
    return tag.span() if tag and tag.start() <= start and end <= tag.end() else (start, end)


def _is_mentioned_itself(line: str, start: int, end: int) -> bool:
    before, after = line[start - 1 : start], line[end : end + 1]
    text_after = line[end : end + INSTRUCTION_AFTER]
    in_chinese = CHINESE_INSTRUCTION.search(line, max(0, start - CHINESE_BEFORE), start)
    if in_chinese and AFTER_CHINESE_INSTRUCTION.match(text_after):
        return QUOTE_REFERENCE.match(line, start) is None
    if before.isalnum() and after.isalnum():
        return False
    if before + after in QUOTE_PAIRS:
        return True
    if after.isalnum():
        return False
    if ABOUT_ENTITIES.search(line, max(0, start - ABOUT_BEFORE), min(len(line), end + ABOUT_AFTER)):
        return True
    if before.isalnum():
        return False
    if INSTRUCTION.search(line[max(0, start - INSTRUCTION_BEFORE) : start]) and AFTER_INSTRUCTION.match(text_after):
        return True
    return bool(DEFINITION.match(text_after) or CHARACTER_BEFORE.search(line, max(0, start - SIGN_BEFORE), start))
