"""Typical interviews, half English and half Chinese, written for the tests."""

import pipeline
from pipeline import Article

BRIDGE = """The Steel Bridge That Sings
本报记者 柳映川 石湾镇报道

The bridge was closed for two winters. Its keeper kept the key.

The river

Stonebay Post: Why does the steel bridge sing?
Mara Lindqvist: Wind. quot;It is a flute,quot; my teacher said.
At night you hear it in 石湾镇 too.
(She laughs.)
Stonebay Post: 您第一次接受采访是什么时候？
Mara Lindqvist: 九十年代。我用ＡＩ听它的声音，也用５Ｇ网络传回去，记者们都不信。

The town

Stonebay Post: Who pays for the paint?
Mara Lindqvist: 石湾镇人民代表大会。The Café by the pier pays for the rest, andnobody asks why.

编辑：何以安 校对：孟秋
来源：石湾邮报
免责声明：本文仅代表受访者个人观点。
"""

PAIRED = """Night Ferry / 夜渡

Q: When does the last ferry leave?
问：末班渡轮几点开？

A: When the baker has come aboard.
答：等面包师上船以后。

Q: And in fog?
问：有雾呢？

A: Then we ring the bell, and wait.
答：那就敲钟，再等一等。
"""

PROSE = "潮水没有来。\nNobody spoke that morning.\n"


def bridge(name: str = "wire/bridge") -> Article:
    """An interview with everything: byline, headings, an aside, credits, a notice, edits."""
    return pipeline.process(BRIDGE.encode(), id=name, metadata={"url": "https://stonebay.example/桥?a=1&b=2"})


def paired(name: str = "ferry") -> Article:
    """An interview with its translation, paragraph by paragraph."""
    return pipeline.process(PAIRED.encode("gb18030"), id=name)


def prose(name: str = "tide") -> Article:
    """An article without questions and answers."""
    return pipeline.process(PROSE.replace("\n", "\r\n").encode("utf-16"), id=name)


def everything() -> list[Article]:
    """All of these articles, in the order of their ids."""
    return [paired(), prose(), bridge()]
