"""Grows `pipeline/stages/dialogue/roles.forest`, which tells who asks. Same talks, same bytes.

    python scripts/train_roles.py TALKS [--to pipeline/stages/dialogue] [--remakes 6] [--seed 5]

TALKS is a folder with documents and `truth.jsonl.gz`, which says for each document its family, its turns and their
sides. Talks are taken as they are and remade (`remake_talks.py`). Whole families are left out in turn, in eight folds,
to measure, and to fit how sure a decision is. The forest that is written has seen all of them.

scikit-learn grows the trees; nothing that runs needs it.
"""

import argparse
import random
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from calibration import Judged as Evident
from calibration import as_probability, fitted, left_out, reliability_table
from forest_file import forest_bytes
from numpy.typing import NDArray
from remake_talks import remake, two_who_tell
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from training_talks import Side, Talk, read_features, read_talks

from pipeline.segmentation.trees import Trees
from pipeline.stages.dialogue.roles import contrasts_of, decision_evidence
from pipeline.stages.dialogue.speaker_features import SpeakerFeatures, partner_turns, speaker_features
from pipeline.stages.dialogue.turn_features import TurnFeatures

Array = NDArray[Any]

FOLDS = 8
GRID_VALUES = 48
"""Values of a feature that the trees tell apart."""
OPEN_WEIGHT = 0.3
"""Weight of a family of documents in which nobody is the interviewer; others weigh 1."""
MIN_RIGHT_SHARE = 0.9
"""Share of the turns from which the sides of a document are right."""
OPEN_TALKS = 200
WORST_SHOWN = 40
SIDES_REMARK = (
    "contrast for the side that was decided, in thousandths of log odds, and the confidence from it on. Made by "
    "scripts/train_roles.py."
)
REMAKES_PER_SOURCE = 120
"""Remade talks of a source with few documents, if `--remakes` gives fewer."""


class Document(NamedTuple):
    """A talk as the model sees it."""

    id: str
    family: str
    kind: str
    is_open: bool
    turns: Sequence[TurnFeatures]
    features: Mapping[str, SpeakerFeatures]
    sides: Mapping[str, Side]
    partners: Mapping[str, Mapping[str, int]]


def document_of(talk: Talk) -> Document:
    """The features of a talk."""
    turns, sides = read_features(talk)
    return Document(
        talk.id, talk.family, talk.kind, talk.is_open, turns, speaker_features(turns), sides, partner_turns(turns)
    )


def training_documents(talks: Sequence[Talk], remakes: int, seed: int) -> Iterator[Document]:
    """The talks as they are, remade, and mixed so that nobody asks."""
    sources = Counter(source_of(talk) for talk in talks if not talk.is_open)
    for talk in talks:
        if all(turn.label.strip("*_ ") for turn in talk.turns):
            yield document_of(talk)
        if talk.is_open:
            continue
        chance = random.Random(zlib.crc32(talk.id.encode()) + seed)
        count = min(2 * remakes, max(remakes // 2, REMAKES_PER_SOURCE // sources[source_of(talk)]))
        made = (remake(talk, chance) for _ in range(count))
        yield from (document_of(one) for one in made if one is not None)
    chance = random.Random(seed)
    closed = [talk for talk in talks if not talk.is_open]
    for _ in range(OPEN_TALKS):
        first, second = chance.sample(closed, 2)
        mixed = two_who_tell(first, second, chance)
        if len(mixed.turns) > 3:
            yield document_of(mixed)


def source_of(talk: Talk) -> str:
    """The folder of a talk."""
    return talk.id.split("/")[-2]


class Table(NamedTuple):
    """A row for each speaker with a known side: features, whether it asks, weight, fold, number of the document."""

    features: Array
    asks: Array
    weights: Array
    folds: Array
    documents: Array
    grids: list[list[int]]


def table_of(documents: Sequence[Document]) -> Table:
    """The speakers of all documents. Families weigh the same, and in a family its documents, real and remade."""
    folds = family_folds(documents)
    sizes = Counter((one.family, one.kind == "real", one.is_open) for one in documents)
    rows, asks, weights, fold_of, numbers = [], [], [], [], []
    for number, one in enumerate(documents):
        weight = (OPEN_WEIGHT if one.is_open else 1.0) / sizes[one.family, one.kind == "real", one.is_open]
        counts = Counter(turn.speaker for turn in one.turns)
        for speaker, features in one.features.items():
            if not one.is_open and one.sides[speaker] not in {"q", "a"}:
                continue
            rows.append(features)
            asks.append(not one.is_open and one.sides[speaker] == "q")
            weights.append(weight * (counts[speaker] / len(one.turns) + 1 / len(counts)) / 2)
            fold_of.append(folds[one.family])
            numbers.append(number)
    table = np.array(rows, dtype=np.int64)
    grids = [grid(table[:, at]) for at in range(table.shape[1])]
    weighed = np.array(weights)
    return Table(
        table, np.array(asks), weighed * len(weighed) / weighed.sum(), np.array(fold_of), np.array(numbers), grids
    )


def family_folds(documents: Sequence[Document]) -> dict[str, int]:
    """The fold of each family: those with sides first, so that they are spread evenly."""
    closed = sorted({one.family for one in documents if not one.is_open})
    others = sorted({one.family for one in documents} - set(closed))
    return {family: number % FOLDS for number, family in enumerate([*closed, *others])}


def grid(column: Array) -> list[int]:
    """The values of a feature that are told apart: all, or quantiles."""
    values = np.unique(column)
    if len(values) > GRID_VALUES:
        values = np.unique(np.quantile(column, np.linspace(0, 1, GRID_VALUES + 1), method="inverted_cdf"))
    return [int(value) for value in values]


def on_grid(features: Array, grids: Sequence[Sequence[int]]) -> Array:
    """Each value as the next value of its grid."""
    columns = []
    for at, values in enumerate(grids):
        places = np.minimum(np.searchsorted(values, features[:, at]), len(values) - 1)
        columns.append(np.array(values)[places])
    return np.stack(columns, axis=1)


ASKING = frozenset(
    [
        "kind_asks",
        "kind_outlet",
        "outlet_of_vocabulary",
        "other_kind_answers",
        "asks_share",
        "asks_lead",
        "asks_over_next",
        "ends_asking_lead",
        "begins_question_lead",
        "invites_lead",
        "you_against_first_lead",
        "in_byline",
        "greets",
        "closes",
        "other_welcomed",
        "other_in_title",
    ]
)
"""Features that can only speak for asking; with the same of the others, against it."""
ANSWERING = frozenset(
    [
        "kind_answers",
        "other_kind_asks",
        "other_kind_outlet",
        "other_in_byline",
        "other_greets",
        "other_closes",
        "welcomed",
        "in_title",
        "opens_title",
        "after_question_lead",
    ]
)


def directions() -> list[int]:
    """For each feature whether a higher value can only raise a score (1) or only lower it (-1)."""
    return [(name in ASKING) - (name in ANSWERING) for name in SpeakerFeatures._fields]


def grow(table: Table, kept: Array, options: argparse.Namespace, columns: Sequence[int] = ()) -> bytes:
    """A forest of some rows; features in `columns` are as good as not there."""
    features = on_grid(table.features, table.grids)
    features[:, list(columns)] = 0
    model = HistGradientBoostingClassifier(
        max_iter=options.trees, learning_rate=options.rate, max_leaf_nodes=options.leaves, max_depth=options.depth,
        min_samples_leaf=30, l2_regularization=3.0, max_features=0.4, max_bins=64, early_stopping=False,
        random_state=options.seed, monotonic_cst=directions(),
    )  # fmt: skip
    model.fit(features[kept], table.asks[kept], sample_weight=table.weights[kept])
    return forest_bytes(model, table.grids)


def scores_of(forest: bytes, features: Array) -> Array:
    """The scores that a forest gives where it runs."""
    read = Trees.read(forest)
    parts = [read.scores(features[at : at + 4096].tolist()) for at in range(0, len(features), 4096)]
    return np.array([score for part in parts for score in part], dtype=np.int64)


class Judged(NamedTuple):
    """What a model makes of a document: the share of turns on the right side, and the evidence for it."""

    right: float
    evidence: tuple[float, float]


def known_contrasts(one: Document, scores: Mapping[str, int]) -> dict[str, int]:
    """The contrasts of the speakers that have a score."""
    return contrasts_of(scores, {
        speaker: {other: count for other, count in counts.items() if other in scores}
        for speaker, counts in one.partners.items()
    })  # fmt: skip


def judge(one: Document, scores: Mapping[str, int]) -> Judged:
    """Decides a document by the scores of its speakers, as the stage does without moderators."""
    contrasts = known_contrasts(one, scores)
    askers = askers_of(contrasts)
    turns = [turn for turn in one.turns if turn.speaker in scores]
    right = sum((turn.speaker in askers) == (one.sides[turn.speaker] == "q") for turn in turns) / len(turns)
    return Judged(0.0 if one.is_open else right, decision_evidence(turns, contrasts, askers))


def scores_by_document(documents: Sequence[Document], table: Table, scores: Array) -> dict[int, dict[str, int]]:
    """The score of each speaker with a known side, by the number of the document."""
    by_document: dict[int, list[int]] = defaultdict(list)
    for row, number in enumerate(table.documents):
        by_document[int(number)].append(row)
    found = {}
    for number, rows in by_document.items():
        one = documents[number]
        known = [speaker for speaker in one.features if one.is_open or one.sides[speaker] in {"q", "a"}]
        found[number] = {speaker: int(scores[row]) for speaker, row in zip(known, rows, strict=True)}
    return found


def judge_all(documents: Sequence[Document], table: Table, scores: Array) -> dict[int, Judged]:
    """Decides all documents; by their number."""
    scored = scores_by_document(documents, table, scores)
    return {number: judge(documents[number], own) for number, own in scored.items()}


def askers_of(contrasts: Mapping[str, int]) -> set[str]:
    """Those who ask, as the stage decides without moderators."""
    askers = {speaker for speaker, contrast in contrasts.items() if contrast > 0}
    if not askers:
        askers = {max(contrasts, key=lambda speaker: contrasts[speaker])}
    if len(askers) == len(contrasts) > 1:
        askers -= {min(reversed([*contrasts]), key=lambda speaker: contrasts[speaker])}
    return askers


def judged_sides(documents: Sequence[Document], table: Table, scores: Array) -> list[Evident]:
    """The side of each speaker of the documents as published, with the evidence for it.

    Documents of a family count the same, and in a document its turns.
    """
    found = []
    published = [
        (one, scored)
        for number, scored in scores_by_document(documents, table, scores).items()
        if (one := documents[number]).kind == "real" and not one.is_open and len(one.features) > 1
    ]
    sizes = Counter(one.family for one, _ in published)
    for one, scored in published:
        contrasts = known_contrasts(one, scored)
        askers = askers_of(contrasts)
        counts = Counter(turn.speaker for turn in one.turns if turn.speaker in scored)
        for speaker, contrast in contrasts.items():
            asks = speaker in askers
            weight = counts[speaker] / counts.total() / sizes[one.family]
            right = asks == (one.sides[speaker] == "q")
            found.append(Evident(one.family, contrast if asks else -contrast, right, weight))
    return found


def family_means(documents: Sequence[Document], judged: Mapping[int, Judged], *, real: bool) -> dict[str, float]:
    """The share of turns on the right side, for each family the mean over its documents."""
    shares: dict[str, list[float]] = defaultdict(list)
    for number, one in judged.items():
        document = documents[number]
        if not document.is_open and (document.kind == "real") == real:
            shares[document.family].append(one.right)
    return {family: float(np.mean(values)) for family, values in sorted(shares.items())}


def mean(values: Mapping[str, float]) -> float:
    """The mean over families."""
    return float(np.mean(list(values.values())))


def fit_confidence(documents: Sequence[Document], judged: Mapping[int, Judged]) -> dict[str, int]:
    """How likely sides are right, as a logistic curve over the evidence (Platt, 1999), in thousandths."""
    numbers = [number for number in judged if len(documents[number].features) > 1]
    evidence = np.array([judged[number].evidence for number in numbers])
    right = np.array([judged[number].right >= MIN_RIGHT_SHARE for number in numbers])
    sizes = Counter((documents[number].family, documents[number].kind) for number in numbers)
    weights = [
        (OPEN_WEIGHT if documents[n].is_open else 1.0) / sizes[documents[n].family, documents[n].kind] for n in numbers
    ]
    curve = LogisticRegression(C=10.0).fit(evidence, right, sample_weight=np.array(weights) * 100)
    values = (float(curve.intercept_[0]), *map(float, curve.coef_[0]))
    return {name: round(1000 * value) for name, value in zip(("start", "distance", "clearest"), values, strict=True)}


def show_reliability(documents: Sequence[Document], judged: Mapping[int, Judged], weights: Mapping[str, int]) -> None:
    """Prints for steps of confidence how many documents have it and how many of them are right."""
    said, right, is_open, shares = [], [], [], []
    for number, one in judged.items():
        distance, clearest = one.evidence
        odds = (weights["start"] + weights["distance"] * distance + weights["clearest"] * clearest) / 1000
        said.append(1 / (1 + np.exp(-odds)))
        right.append(one.right >= MIN_RIGHT_SHARE)
        is_open.append(documents[number].is_open)
        shares.append(one.right)
    values, rights, opens, turns = np.array(said), np.array(right), np.array(is_open), np.array(shares)
    for least, most in ((0, 0.3), (0.3, 0.5), (0.5, 0.7), (0.7, 0.9), (0.9, 0.97), (0.97, 1.01)):
        inside = (values >= least) & (values < most)
        closed = inside & ~opens
        if inside.any():
            share = rights[closed].mean() if closed.any() else float("nan")
            print(
                f"  {least:.2f}-{most:.2f}: said {values[inside].mean():.2f}, right {rights[inside].mean():.2f}; "
                f"{closed.sum()} with an interviewer ({share:.2f} right, {turns[closed].mean():.2f} of turns), "
                f"{(inside & opens).sum()} without"
            )


GROUPS: Mapping[str, str] = {
    "labels": "kind_ other_kind_ outlet_",
    "amount": "speakers turn length mean_length long_ brief_ paragraphs",
    "questions": "asks_ ends_asking marks_ begins_question question_answered",
    "words": "you_ first_rate first_lead reply leading_word invites thinks agrees thanks_share thanks_lead",
    "manners": "greets other_greets welcomed other_welcomed closes other_closes thanks_at other_thanks",
    "order": "first_place last_place after_question answered_longer changes partners",
    "names": "in_ other_in_ opens_title named_ names_ naming_",
}
"""For each group the beginnings of the names of its features."""


def columns_of(prefixes: str) -> list[int]:
    """The features whose names begin with one of the prefixes."""
    return [at for at, name in enumerate(SpeakerFeatures._fields) if name.startswith(tuple(prefixes.split()))]


def left_out_scores(table: Table, options: argparse.Namespace, columns: Sequence[int] = ()) -> Array:
    """Scores of forests that have not seen the family."""
    scores = np.zeros(len(table.asks), dtype=np.int64)
    features = table.features.copy()
    features[:, list(columns)] = 0
    for fold in range(FOLDS):
        held = table.folds == fold
        scores[held] = scores_of(grow(table, ~held, options, columns), features[held])
    return scores


def read_hosts(path: Path) -> dict[str, dict[str, str]]:
    """The sides that a table gives: for each source, each label."""
    hosts: dict[str, dict[str, str]] = defaultdict(dict)
    for line in path.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            source, label, side = line.split("\t")
            hosts[source][label] = side
    return hosts


def show_families(documents: Sequence[Document], apart: Mapping[int, Judged], seen: Mapping[int, Judged]) -> None:
    """Prints for each family the share of turns on the right side, left out and in fold."""
    for real in (True, False):
        out, inside = family_means(documents, apart, real=real), family_means(documents, seen, real=real)
        print(f"{'real' if real else 'remade'}: left out {mean(out):.4f}, in fold {mean(inside):.4f}")
        for family in out:
            print(f"  {family:28s} {out[family]:.3f} {inside[family]:.3f}")


def show_worst(documents: Sequence[Document], apart: Mapping[int, Judged]) -> None:
    """Prints the documents of which most turns are on the wrong side if their family is left out."""
    closed = [n for n in apart if documents[n].kind == "real" and not documents[n].is_open]
    for number in sorted(closed, key=lambda n: (apart[n].right, documents[n].id))[:WORST_SHOWN]:
        print(f"  {apart[number].right:.2f} {documents[number].id}")


def main() -> None:
    """Reads and remakes talks, measures, writes forest, medians and confidence."""
    here = Path(__file__).parent
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("talks", type=Path)
    parser.add_argument("--to", type=Path, default=here.parent / "pipeline" / "stages" / "dialogue")
    parser.add_argument("--hosts", type=Path, default=here / "training-hosts.tsv")
    parser.add_argument("--remakes", type=int, default=6)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--trees", type=int, default=120)
    parser.add_argument("--leaves", type=int, default=8)
    parser.add_argument("--depth", type=int, default=4)
    parser.add_argument("--rate", type=float, default=0.08)
    parser.add_argument("--groups", action="store_true", help="also measure without each group of features")
    options = parser.parse_args()
    talks = list(read_talks(options.talks, read_hosts(options.hosts)))
    documents = list(training_documents(talks, options.remakes, options.seed))
    table = table_of(documents)
    print(
        f"{len(documents):,d} documents {dict(Counter(one.kind for one in documents))}, {len(table.asks):,d} speakers",
        flush=True,
    )
    unseen = left_out_scores(table, options)
    apart = judge_all(documents, table, unseen)
    forest = grow(table, np.ones(len(table.asks), dtype=bool), options)
    in_fold = scores_of(forest, table.features)
    seen = judge_all(documents, table, in_fold)
    show_families(documents, apart, seen)
    weights = fit_confidence(documents, apart)
    show_reliability(documents, apart, weights)
    show_worst(documents, apart)
    for group, prefixes in GROUPS.items() if options.groups else ():
        judged = judge_all(documents, table, left_out_scores(table, options, columns_of(prefixes)))
        real, made = (mean(family_means(documents, judged, real=flag)) for flag in (True, False))
        print(f"without {group:10s} real {real:.4f} remade {made:.4f}", flush=True)
    sides = judged_sides(documents, table, unseen)
    print(side_table(sides, judged_sides(documents, table, in_fold)))
    write(options.to, forest, table, weights)
    (options.to / "sides-reliability.tsv").write_text(fitted(sides).lines(SIDES_REMARK), "utf-8")


def side_table(unseen: Sequence[Evident], seen: Sequence[Evident]) -> str:
    """What the confidences of sides are worth: out of family before and after the curve, and in the fold."""
    curve = fitted(unseen)
    columns = [
        ("uncalibrated", unseen, [as_probability(one.evidence) for one in unseen]),
        ("out of family", unseen, left_out(unseen)),
        ("in the fold", seen, [curve.confidence(one.evidence) for one in seen]),
    ]
    return "\n".join(reliability_table("speakers", columns))


def write(folder: Path, forest: bytes, table: Table, weights: Mapping[str, int]) -> None:
    """Writes the forest, the weights of the confidence and the medians of the features."""
    (folder / "roles.forest").write_bytes(forest)
    head = "# How sure the sides of a document are, in thousandths of log odds. Made by scripts/train_roles.py.\n"
    (folder / "roles.tsv").write_text(head + "".join(f"{k}\t{v}\n" for k, v in weights.items()), "utf-8")
    asking, answering = (
        np.median(table.features[kept], axis=0).astype(int) for kept in (table.asks, ~table.asks)
    )  # fmt: skip
    medians = zip(SpeakerFeatures._fields, asking, answering, strict=True)
    head = "# For each feature its median over those who ask, and over the others. Made by scripts/train_roles.py.\n"
    lines = "".join(f"{name}\t{asks}\t{answers}\n" for name, asks, answers in medians)
    (folder / "roles-medians.tsv").write_text(head + lines, "utf-8")


if __name__ == "__main__":
    main()
