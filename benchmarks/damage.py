"""Damage: what the first three repairs change in text that is right, what that costs, and what their scan might miss.

The first table counts the edits that `entities`, `mojibake` and `markup` make in clean text, by rule. There should be
next to none, and with `--list` each is shown in its context, to be looked at: what is left in a corpus may be true
damage. The second shows that no line that ftfy would change is kept from it: natural lines, and sentences in UTF-8
that were read in many a codec.
"""

import codecs
import gzip
import lzma
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import ftfy.bad_codecs
from ftfy import TextFixerConfig, fix_encoding

from pipeline import Document, Edit, Pipeline
from pipeline.core.apply_stage import repair
from pipeline.stages.mojibake.suspects import SUSPECT, non_ascii_runs

STAGES = ("entities", "mojibake", "markup")
LINES = 60
"""Lines that are taken as one document."""
SAMPLE = 25
"""Of so many lines of a corpus one is shown to ftfy."""
CONTEXT = 40
UNPACKED: dict[str, Callable[[bytes], bytes]] = {".xz": lzma.decompress, ".gz": gzip.decompress}

SENTENCES = {
    "English, curly quotes": "“It’s the ferryman’s lamp,” she said — “don’t you see…?” It cost £5 or €6, near 20 °C.",
    "French": "À l’été dernier, Noël lui-même a dû répéter : « Où êtes-vous ? Là-bas, garçon, près du château. »",
    "German": "„Größe ist nicht alles“, rief Käthe übermütig und schloß die Tür zum Königshäuschen.",
    "Polish": "Zażółć gęślą jaźń, mówił żeglarz, a łódź płynęła wśród mgły ku Świnoujściu.",
    "Russian": "Ёлка стояла у окна; «съешь ещё этих булок», — сказал смотритель и зажёг фонарь.",
    "Greek": "Ξύπνησε νωρίς ο φύλακας, άναψε το φως και έγραψε: «Ό,τι βλέπω είναι θάλασσα».",
    "Chinese": "渡口的老人说：“船来了，我们走吧！”——《江边》第三章，２０年前。",
    "emoji": "The ferry 🚢 left at dawn 🌅, we waved 👋🏽 and sang 🎶 ✨.",
}
CODECS = (
    *("latin-1", "cp1252", "cp1251", "cp437", "cp850", "mac_roman", "iso8859_2", "cp1250", "cp1253", "cp1254"),
    *("cp1257", "sloppy-windows-1252", "sloppy-windows-1251", "sloppy-windows-1250", "sloppy-windows-1253"),
    *("sloppy-windows-1254", "sloppy-windows-1257"),
)


def report(root: Path, public: Path, corpora: Sequence[Path] = (), *, listed: bool = False) -> None:
    """Prints both tables. Without `corpora` the public ones are read where they are there, else the samples."""
    paths = list(corpora) or sorted((public / "corpora").glob("*.xz")) or sorted((root / "seeds").rglob("*.txt"))
    _changes(paths, listed=listed)
    _missed(paths, sorted((public / "cases" / "raw").glob("*.txt")) or sorted((root / "raw").rglob("*.txt")))


def text_of(path: Path) -> str:
    """The text of a plain or a packed file; what is no UTF-8 is U+FFFD."""
    data = path.read_bytes()
    if path.suffix in UNPACKED:
        data = UNPACKED[path.suffix](data)
    return data.decode("utf-8", "replace")


def documents(path: Path) -> Iterator[Document]:
    """The text of a file, so many lines at a time."""
    lines = text_of(path).split("\n")
    for start in range(0, len(lines), LINES):
        yield Document("\n".join(lines[start : start + LINES]), id=f"{path.name}:{start + 1}")


def _changes(paths: Sequence[Path], *, listed: bool) -> None:
    steps = Pipeline().only(STAGES).recipe.repairs
    size = 0
    rules: Counter[str] = Counter()
    spent: Counter[str] = Counter()
    for path in paths:
        for document in documents(path):
            size += len(document.text.encode())
            for step in steps:
                start = time.perf_counter_ns()
                edits, _ = repair(step, document)
                spent[step.stage.name] += time.perf_counter_ns() - start
                rules.update(edit.rule for edit in edits)
                if listed:
                    for edit in edits:
                        print(_shown(document, edit))
    print(f"\ndamage, clean text: {len(paths)} files, {size / 1e6:.1f} MB; edits in all, and for 100 MB; ns a byte")
    for name in STAGES:
        print(f"  {name:32s}{'':22s}{spent[name] / max(size, 1):8.1f}")
        for rule, count in sorted(rules.items()):
            if rule.startswith(f"{name}."):
                print(f"    {rule:30s}{count:10d}{count / max(size, 1) * 1e8:12.1f}")
    print(f"  {'all three':32s}{'':22s}{sum(spent.values()) / max(size, 1):8.1f}")


def _shown(document: Document, edit: Edit) -> str:
    before = document.text[max(0, edit.start - CONTEXT) : edit.start]
    behind = document.text[edit.end : edit.end + CONTEXT]
    return f"{document.id} {edit.rule} {before!r} {edit.old!r} -> {edit.new!r} {behind!r}"


def _missed(corpora: Sequence[Path], others: Sequence[Path]) -> None:
    """Whatever ftfy changes must look suspect to the scan, also by what the scan looks at first."""
    config = TextFixerConfig(replace_lossy_sequences=False, explain=False)
    ftfy.bad_codecs.ok()
    sets = {
        f"every {SAMPLE}th line of the corpora": [line for p in corpora for line in text_of(p).split("\n")[::SAMPLE]],
        "lines of damaged documents": [line for path in others for line in text_of(path).split("\n")],
    }
    for name, sentence in SENTENCES.items():
        sets[f"{name}, {len(CODECS)} codecs"] = list(_read_wrongly(sentence))
    print("\ndamage, what the scan lets through: lines, those that ftfy changes, those of them that it is not shown")
    for name, lines in sets.items():
        # ftfy is never shown U+FFFD, for which it would write a control character.
        parts = [part for line in lines if not line.isascii() for part in line.split("\ufffd")]
        changed = [part for part in parts if fix_encoding(part, config) != part]
        missed = [part for part in changed if not (SUSPECT.search(part) and SUSPECT.search(non_ascii_runs(part)))]
        print(f"  {name:44s}{len(lines):10d}{len(changed):10d}{len(missed):10d}")
        for part in missed[:5]:
            print(f"    {part[:100]!r}")


def _read_wrongly(sentence: str) -> Iterator[str]:
    """A sentence in UTF-8 as each codec reads it, and as Windows-1252 reads that again; whole and word by word."""
    for codec in CODECS:
        once = codecs.decode(sentence.encode(), codec, "ignore")
        twice = codecs.decode(once.encode(), "sloppy-windows-1252")
        for text in (once, twice):
            yield text
            yield from text.split(" ")
