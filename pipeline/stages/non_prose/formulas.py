"""Find the formulas of TeX in a text."""

import regex

from pipeline.stages.non_prose.code_marks import Spans

FORMULA = regex.compile(
    r"""
    \$\$(?:[^$\\]|\\.){1,2000}+\$\$                                             # $$ x_1 $$
    |\\\[(?=[^\]]{0,2000}?(?:[=^_+]|\\[A-Za-z]))(?:[^\\]|\\(?!\])){1,2000}+\\\]               # \[ x + 1 \]
    |\\\((?=[^)]{0,300}?(?:[=^_+]|\\[A-Za-z]))(?:[^\\\n]|\\(?!\))){1,300}+\\\)                # \( x + 1 \)
    |\\begin\{(?P<name>(?:align|alignat|array|cases|displaymath|eqnarray|equation|flalign|gather|math
        |[bpvBV]?matrix|multline|split)\*?)\}
      (?:[^\\]|\\(?!end\{)){0,4000}+\\end\{(?P=name)\}                            # \begin{align}
    |(?<![\\$\w])\$(?=[^$\n]{0,200}[\\_^=])(?!\s)(?:[^$\\\n]|\\[^\n]){1,200}+(?<!\s)\$(?!\w)  # $x_1 = \alpha$
    """,
    regex.VERBOSE | regex.DOTALL,
)
"""TeX between its marks. Between single dollars it needs a sign of a formula: `from $5 to $10` has none."""


def formulas(text: str) -> Spans:
    """The sorted half-open spans of formulas."""
    if "$" not in text and "\\" not in text:
        return []
    return [match.span() for match in FORMULA.finditer(text)]
