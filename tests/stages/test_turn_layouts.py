"""The ways in which sources print turns, each read as it is meant: who speaks, and which words."""

import pytest

from pipeline import Pipeline

FINDERS = Pipeline(stages=["languages", "credits", "dialogue"])
SAID = [
    "Did you build it yourself?",
    "I did, with my brother.",
    "And who paid you?",
    "Nobody paid us.",
    "Will you build another?",
    "As long as my hands are good.",
]
SAID_ZH = ["你自己造的吗？", "我和哥哥一起造的。", "谁付钱给你？", "没有人付钱。", "你还会再造吗？", "只要我的手还好。"]


def talk(
    form: str, names: tuple[str, str] = ("Ada Fern", "Ben Rook"), said: list[str] = SAID, gap: str = "\n\n"
) -> str:
    """The turns of two people in a form such as `{name}: {words}`."""
    return gap.join(form.format(name=names[i % 2], words=words) for i, words in enumerate(said)) + "\n"


LAYOUTS = {
    "a colon": talk("{name}: {words}"),
    "a bold label": talk("**{name}:** {words}"),
    "a bold label and a colon outside": talk("**{name}**: {words}"),
    "underscores": talk("__{name}__: {words}"),
    "italics": talk("*{name}:* {words}"),
    "a label above": talk("{name}:\n{words}"),
    "a name alone above": talk("{name}\n{words}"),
    "a heading": talk("### {name}\n\n{words}"),
    "square brackets": talk("[{name}] {words}"),
    "list items": talk("* {name}: {words}", gap="\n"),
    "list items with brackets": talk("* [{name}] {words}", gap="\n"),
    "a quotation": talk("> *{name}:* {words}"),
    "a bar": talk("{name} | {words}"),
    "an escaped bar": talk("{name} \\| {words}"),
    "a dash": talk("{name} — {words}"),
    "an arrow": talk("{name} > {words}"),
    "capitals and a full stop": talk("{name}.  {words}", names=("FERN", "ROOK")),
    "a time before": talk("[00:12] {name}: {words}"),
    "a time after": talk("{name} (00:12): {words}"),
    "a time on the line of the label": talk("{name} 00:01:02\n{words}"),
    "lines without gaps": talk("{name}: {words}", gap="\n"),
    "user names": talk("{name}: {words}", names=("ada_f", "ben.r")),
}
ANONYMOUS = {
    "Q and A": talk("{name}: {words}", names=("Q", "A")),
    "Q and A with a space": talk("{name} {words}", names=("Q", "A")),
    "Q and A with a full stop": talk("{name}. {words}", names=("Q", "A")),
    "bold Q and A": talk("**{name}.** {words}", names=("Q", "A")),
    "bold questions": "\n\n".join(f"**{said}**" if i % 2 == 0 else said for i, said in enumerate(SAID)),
    "headings that ask": "\n\n".join(f"## {said}" if i % 2 == 0 else said for i, said in enumerate(SAID)),
    "chevrons": talk(">> {words}", gap="\n"),
}
CHINESE = {
    "a wide colon": talk("{name}：{words}", names=("林晓", "秦朗"), said=SAID_ZH),
    "names with characters of clauses": talk("{name}：{words}", names=("南方都市报", "李和平"), said=SAID_ZH),
    "black brackets": talk("【{name}】{words}", names=("林晓", "秦朗"), said=SAID_ZH),
    "one character": talk("{name}：{words}", names=("林", "秦"), said=SAID_ZH),
    "names alone above": talk("{name}\n{words}", names=("林青", "老布"), said=SAID_ZH),
}


def questions(question: str, answer: str, gap: str = "\n\n") -> str:
    """Questions and answers without labels, each in a form such as `**{words}**`."""
    forms = (question, answer)
    said = (forms[i % 2].format(words=words, n=i // 2 + 1, line="~" * len(words)) for i, words in enumerate(SAID))
    return gap.join(said) + "\n"


MARKUP_LABELS = {
    "MediaWiki, bold name": talk("'''{name}''': {words}"),
    "MediaWiki, bold label": talk("'''{name}:''' {words}"),
    "MediaWiki, italic label": talk("''{name}:'' {words}"),
    "MediaWiki, a term": talk(";{name}\n:{words}", gap="\n"),
    "AsciiDoc, bold label": talk("*{name}:* {words}"),
    "AsciiDoc, a term": talk("{name}:: {words}"),
    "AsciiDoc, a bold term": talk("*{name}*:: {words}"),
    "AsciiDoc, a heading": talk("=== {name}\n\n{words}"),
    "Org, bold name": talk("*{name}*: {words}"),
    "Org, a term": talk("- {name} :: {words}", gap="\n"),
    "Org, a heading": talk("** {name}\n{words}"),
    "reStructuredText, a field": talk(":{name}: {words}", gap="\n"),
    "reStructuredText, a term": talk("{name}\n    {words}"),
    "pictures": talk("**{name}：** {words}", names=("🦊", "🦉🦉")),
}
MARKUP_QUESTIONS = {
    "MediaWiki, headings": questions("== {words} ==", "{words}"),
    "MediaWiki, headings without spaces": questions("==={words}===", "{words}", "\n"),
    "MediaWiki, bold": questions("'''{words}'''", "{words}"),
    "MediaWiki, italic": questions("''{words}''", "{words}"),
    "AsciiDoc, headings": questions("== {words}", "{words}"),
    "AsciiDoc, bold": questions("*{words}*", "{words}"),
    "AsciiDoc, terms": "[qanda]\n" + questions("{words}::", "  {words}\n", "\n"),
    "Org, headings": questions("** {words}", "{words}", "\n"),
    "Org, headings of the first level": "#+TITLE: A boat\n\n" + questions("* {words}", "{words}"),
    "reStructuredText, headings": questions("{words}\n{line}", "{words}"),
    "reStructuredText, bold": questions("**{words}**", "    {words}"),
    "numbered, bold": questions("{n}. **{words}**", "{words}"),
    "numbered, bold, above labelled answers": questions("{n}. **{words}**", "   **Ben:** {words}"),
    "numbered within bold, above labelled answers": questions("**{n}. {words}**", "Ben: {words}"),
}


def turns_of(text: str) -> list[tuple[str | None, str]]:
    """Speaker and words of each turn, in order."""
    article = FINDERS.process(text, id="t")
    turns = sorted((turn for exchange in article.exchanges for turn in exchange.turns), key=lambda turn: turn.n)
    return [(turn.speaker, " ".join(turn.paragraphs)) for turn in turns]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_labelled_turns(layout: str) -> None:
    turns = turns_of(LAYOUTS[layout])
    assert [words for _, words in turns] == SAID
    first, second = (name for name, _ in turns[:2])
    assert [name for name, _ in turns] == [first, second] * 3
    assert first != second


@pytest.mark.parametrize("layout", MARKUP_LABELS)
def test_labels_of_other_markups(layout: str) -> None:
    turns = turns_of(MARKUP_LABELS[layout])
    assert [words for _, words in turns] == SAID
    assert len({name for name, _ in turns}) == 2


@pytest.mark.parametrize("layout", MARKUP_QUESTIONS)
def test_questions_of_other_markups(layout: str) -> None:
    turns = [words for _, words in turns_of(MARKUP_QUESTIONS[layout])]
    # The last answer is short, and prose below the last question could be anything.
    assert turns[:5] == SAID[:5]


@pytest.mark.parametrize("layout", ANONYMOUS)
def test_turns_without_names(layout: str) -> None:
    assert turns_of(ANONYMOUS[layout]) == [(None, words) for words in SAID]


@pytest.mark.parametrize("layout", CHINESE)
def test_chinese_turns(layout: str) -> None:
    turns = turns_of(CHINESE[layout])
    assert [words for _, words in turns] == SAID_ZH
    assert len({name for name, _ in turns}) == 2


WITH_COLONS = [
    "One thing first: did you build it yourself?",
    "I did, and so: with my brother.",
    "And who paid you?",
    "There is one answer: nobody.",
    "Last question: will you build another?",
    "As long as my hands are good.",
]


@pytest.mark.parametrize(
    ("form", "names"),
    [("{name} {words}", ("Q", "A")), ("{name} | {words}", ("Ada", "Ben")), ("**{name} —** {words}", ("Ada", "Ben"))],
)
def test_a_colon_in_the_words_hides_no_label_before_them(form: str, names: tuple[str, str]) -> None:
    assert [words for _, words in turns_of(talk(form, names=names, said=WITH_COLONS))] == WITH_COLONS


def test_a_number_after_q_may_be_one_of_the_words() -> None:
    said = [SAID[0], SAID[1], "157 million is a lot, is it not?", *SAID[3:]]
    assert [words for _, words in turns_of(talk("{name} {words}", names=("Q", "A"), said=said))] == said


@pytest.mark.parametrize("silence", ["...", "???", "…", "—"])
def test_marks_in_place_of_words_are_a_turn(silence: str) -> None:
    said = [*SAID[:3], silence, *SAID[4:]]
    assert [words for _, words in turns_of(talk("{name}: {words}", said=said))] == said


def test_a_sound_after_a_change_of_speaker_is_no_label() -> None:
    said = [SAID[0], "[LAUGH] I did.", SAID[2], "[LAUGH]", *SAID[4:]]
    assert [words for _, words in turns_of(talk(">> {words}", said=said, gap="\n"))] == said


def test_answer_without_a_label_below_a_bold_question_is_of_the_only_person_who_answers() -> None:
    turns = [f"**Ada: {words}**" if i % 2 == 0 else f"Ben: {words}" for i, words in enumerate(SAID)]
    turns[3] = SAID[3]
    assert turns_of("\n\n".join(turns)) == [
        ("Ada", SAID[0]), ("Ben", SAID[1]), ("Ada", SAID[2]), ("Ben", SAID[3]), ("Ada", SAID[4]), ("Ben", SAID[5]),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "key",
    [
        "問：《山城晚報》記者\n\n秦：秦朗\n\n",
        "**問：記者　　　　秦：秦朗**\n\n",
        "問 = 林曉\n\n秦 = 秦朗\n\n",
    ],
)
def test_speaker_keys_are_no_turns(key: str) -> None:
    turns = turns_of(key + talk("{name}：{words}", names=("問", "秦"), said=SAID_ZH))
    assert [words for _, words in turns] == SAID_ZH
    assert turns[1][0] == "秦朗"


def test_a_speaker_key_names_roles() -> None:
    key = "AF = Ada Fern, interviewer\nBR = Ben Rook, boat builder\n\n"
    turns = turns_of(key + talk("{name}: {words}", names=("AF", "BR")))
    assert turns[:2] == [("Ada Fern", SAID[0]), ("Ben Rook", SAID[1])]


def test_one_exchange_is_an_exchange() -> None:
    assert turns_of("记者：为什么走路？\n\n李雪：因为慢。\n") == [("记者", "为什么走路？"), ("李雪", "因为慢。")]


def dump(head: str, before: list[str], names: tuple[str, str] = ("记者", "秦朗")) -> str:
    """The Chinese turns on one line below a title, with something glued to each label."""
    turns = [f"{before[i]}{names[i % 2]}：{words}" for i, words in enumerate(SAID_ZH)]
    return head + "".join(turns) + "\n"


LEAD_ZH = "秦朗在海边造了一座小屋，上周记者去看他，屋里没有灯，只有一只旧火炉和两把椅子，窗外是灰色的海。"
DUMPS = {
    "one line": dump(LEAD_ZH, [""] * 6),
    "headings glued to labels": dump(LEAD_ZH, ["没有图纸的小屋", "", "木料从哪里来", "", "还想再造一座", ""]),
    "a title glued to the first label": dump("秦朗：海边的小屋是我的家", [""] * 6).strip() + LEAD_ZH,
    "lost marks": dump(LEAD_ZH, ["", "", " ", "", "", ""]).replace("我和哥哥一起造的。", "我和哥哥一起造的"),
    "a letter": dump(LEAD_ZH, ["没有图纸的小屋", "", "木料从哪里来", "", "", ""], names=("问", "秦朗")),
    "a name once in place of a letter": dump(LEAD_ZH, [""] * 6, names=("问", "答")).replace("答", "秦朗", 1),
}


@pytest.mark.parametrize("layout", DUMPS)
def test_dumps_on_one_line(layout: str) -> None:
    turns = [words for _, words in turns_of(DUMPS[layout])][: len(SAID_ZH)]
    assert [words.rstrip("。") for words in turns[:5]] == [words.rstrip("。") for words in SAID_ZH[:5]]


def test_a_heading_glued_to_a_label_is_no_part_of_an_answer() -> None:
    article = FINDERS.process(DUMPS["headings glued to labels"], id="t")
    assert [section.heading for section in article.sections] == ["没有图纸的小屋", "木料从哪里来", "还想再造一座"]


@pytest.mark.parametrize(
    "answer",
    ["我对记者：你们回去吧，不要再问了好吗？", "后来有人问：你不怕海吗？", "我在门上写了三个字，记者：别进来，行吗？"],
)
def test_a_label_that_is_mentioned_starts_no_turn(answer: str) -> None:
    text = talk("{name}：{words}", names=("记者", "秦朗"), said=[*SAID_ZH[:3], answer, *SAID_ZH[4:]])
    assert len(turns_of(text)) == len(SAID_ZH)


@pytest.mark.parametrize(
    "text",
    [
        "Seats: 40\n\nPrice: 3 marks\n\nSeats: 90\n\nPrice: 5 marks\n\nSeats: 10\n\nPrice: 1 mark\n",
        "- Fixed: a crash\n- Added: a lamp\n- Fixed: the door\n- Added: a door\n- Fixed: the roof\n",
        "10:00 Registration\n\n10:30 Welcome: the harbour master\n\n11:00 Talk: Ada Fern\n\n12:00 Lunch\n",
        "“Are you there?”\n\nI was.\n\n“Did you eat?”\n\nWe had.\n\n“Will you come?”\n\nI would.\n",
        "材料：一条鱼。\n\n做法：蒸熟。\n\n材料：三个鸡蛋。\n\n做法：打散。\n",
    ],
)
def test_texts_without_a_talk_have_no_turns(text: str) -> None:
    assert turns_of(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Ada:\n\n\x1fBen: Yes.\n\nAda: No. \x1fBen: Well.\n\nBen: So.\n\nAda: Yes.\n",
        "Ada Fern: walk. Fern: Yes.\n\nFern: No.\n\nAda Fern: So. Fern: Well.\n\nFern: So.\n",
        ">> \n>>\n>> Why?\n>> >>\n>> Yes.\n",
        "*:* Why?\n\n*:* Yes.\n\n【】：No.\n\n【】：So.\n",
    ],
)
def test_odd_labels_make_no_stage_fail(text: str) -> None:
    FINDERS.process(text, id="t", strict=True)
