"""What is not prose: repairs leave it alone, and nothing that is prose is taken for it."""

import pytest

from pipeline import Pipeline
from pipeline.model.document import Document
from pipeline.model.evidence import Evidence
from pipeline.stages.non_prose.code_lines import code_line_spans, code_runs
from pipeline.stages.non_prose.code_marks import fenced_blocks
from pipeline.stages.non_prose.mask import non_prose

REPAIRS = Pipeline(stages=["markup", "punctuation", "words"])
BEFORE, AFTER = "We first wrote the form by hand, as everybody does.", "That was all we needed, and it took an hour."

JSX = """function TidePanel({ lampCount }) {
  const [styleObj, setStyleObj] = useState({ color: "red",fontSize: 12 });
  return (
    <div className="box">
      <p>{lampCount}</p>
    </div>
  );
}"""
JSON = """{
  "gasLimit": "0x2fefd8",
  "harbourNames": [ "north","south" ],
  "maxRetries": 3
}"""
C = """static int readLamps(struct lamp *lamps,int count)
{
    for (int i = 0; i < count; i++) {
        lamps[i].isLit = lampIsLit(i);
    }
    return count;
}"""
PYTHON = """def lamp_names(harbour,count=3):
    # the lamps thatwere lit
    names = [lamp.name for lamp in harbour.lamps[:count]]
    return sorted(names)"""
PROGRAMS = {"JSX": JSX, "JSON": JSON, "C": C, "Python": PYTHON}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
@pytest.mark.parametrize("margin", ["", "    "], ids=["bare", "indented"])
def test_a_program_without_marks_stays(program: str, margin: str) -> None:
    """An article whose markup was stripped holds its programs as plain lines."""
    text = f"{BEFORE}\n\n{margin}{program.replace(chr(10), chr(10) + margin)}\n\n{AFTER}"
    assert REPAIRS.clean(text) == text


def test_the_prose_around_a_program_is_repaired() -> None:
    """A mask ends where the program ends."""
    damaged = ("We wrote it,and <b>then</b> decadesof work followed.", "The lamps of theharbour were lit,every night.")
    right = ("We wrote it, and then decades of work followed.", "The lamps of the harbour were lit, every night.")
    assert REPAIRS.clean(f"\n\n{JSX}\n\n".join(damaged)) == f"\n\n{JSX}\n\n".join(right)


def test_one_line_of_a_program_is_enough_where_it_has_many_signs() -> None:
    """The line stands alone between two paragraphs."""
    line = 'const styleObj = {color: "red",fontSize: 12};'
    text = f"{BEFORE}\n\n{line}\n\n{AFTER}"
    assert [text[start:end] for start, end in code_line_spans(text)] == [line]


@pytest.mark.parametrize(
    "prose",
    [
        "Q: And then?\nA: We rowed (all night) to the harbour; nobody slept.",
        "Places of exhibition (theatres, concert halls);\n\nLibraries;\n\nHalls (of 1900 and 1950);",
        "* race or ancestry;\n* gender;\n* age;\n* height or weight;\n* physical disability;",
        "Attendees(sign yourself in):\n1. Erik Holm(Harbour Board)\n2.Karin Sund(Lamps and Sons)\n3.John Mar(Rope)",
        "She saidquot;noquot;, and hequot;sighed&quot;;\nit wasn#39;t over;the boat&#39;s gone;",
        "<p>The tide rose.</p>\n<p>We left.</p>\n<ul>\n<li>Rope</li>\n<li>Lamp</li>\n</ul>",
        "Anna Berg\nErik Holm\nKarin Sund\nLiu Yang\nMcDonald\nO'Neill",
        "The tide comes in,\n  the lamps go out,\n    the boats come home,\n      and no one shouts.",
        "问：那么后来呢？\n答：我们划了一整夜（没有人睡）；到港口时天亮了。",
        "[00:12] ANNA: if you want to go, go.\n[00:15] ERIK: while I wait for you?\n[00:17] ANNA: with pleasure.",
        "Total = sum of all lamps\nWe said a > b, and meant it.",
    ],
)
def test_prose_is_not_code(prose: str) -> None:
    """Talks, lists, names, verse, Chinese, left-over tags and broken entities: sound and damaged lookalikes."""
    assert code_line_spans(f"{prose}\n\n{prose}") == []


def test_code_of_the_page_is_masked() -> None:
    """The evidence of the format counts as a fence does."""
    text = "Call setLampColour(red,blue) first."
    document = Document(text, evidence=(Evidence(5, 28, "code"),))
    assert [(span.start, span.end, span.kind) for span in non_prose(document)] == [(5, 28, "code-block")]


def test_a_text_with_code_may_have_a_short_piece_more() -> None:
    """Beside a fenced block a line counts that alone would not."""
    line = "lampCount = countLamps(harbour,true)"
    assert code_line_spans(line) == []
    assert code_line_spans(line, has_code=True) == [(0, len(line))]


def test_a_fence_in_a_list_closes_with_a_fence_of_its_kind() -> None:
    """It is indented with its item. Three backticks inside a block of four do not end it."""
    text = "- First:\n    ```sh\n    make x\n    ```\n- Then\n````\n```\nx\n```\n````\nend"
    assert [text[start:end] for start, end in fenced_blocks(text)] == [
        "    ```sh\n    make x\n    ```",
        "````\n```\nx\n```\n````",
    ]


@pytest.mark.parametrize(
    "formula", [r"$x_i = \alpha$", r"$$ a\_b + c $$", r"\( x + 1 \)", r"\begin{align}a\_b &= c\end{align}"]
)
def test_a_formula_is_masked(formula: str) -> None:
    """TeX between its marks."""
    (span,) = non_prose(Document(f"so {formula} holds"))
    assert (span.start, span.end, span.kind) == (3, 3 + len(formula), "formula")


@pytest.mark.parametrize(
    "text", ["from $5 to $10 a day", r"\[applause\] Thank you", "a cost of \\$5 and \\$6", "$HOME is set"]
)
def test_dollars_and_stage_directions_are_no_formulas(text: str) -> None:
    """They have none of the signs of a formula."""
    assert non_prose(Document(text)) == ()


def test_a_run_needs_more_evidence_than_it_costs() -> None:
    """It holds together over a line against it, and ends with lines for it."""
    assert code_runs([5, 3], cost=10) == []
    assert code_runs([5, 6], cost=10) == [(0, 1)]
    assert code_runs([0, 8, -2, 8, 0, -9, -9, 20], cost=10) == [(1, 3), (7, 7)]
