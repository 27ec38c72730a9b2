"""Which features decided what trees say: the values add up, and are those of the definition."""

from itertools import combinations
from math import factorial

from hypothesis import given
from hypothesis import strategies as st

from pipeline.segmentation.tree_reasons import effects, tree_lists
from pipeline.segmentation.trees import load_trees
from pipeline.stages.dialogue import roles
from pipeline.stages.dialogue.speaker_features import SpeakerFeatures
from pipeline.stages.dialogue.turn_start_features import TurnStartFeatures

DIALOGUE = roles.__package__
WIDTHS = {"turn_starts": len(TurnStartFeatures._fields), "roles": len(SpeakerFeatures._fields)}
FOREST = st.sampled_from(sorted(WIDTHS))
VALUES = st.integers(-1000, 1000)


@given(forest=FOREST, data=st.data())
def test_effects_add_up_to_the_difference_between_the_scores(forest: str, data: st.DataObject) -> None:
    size = WIDTHS[forest]
    row, usual = (data.draw(st.lists(VALUES, min_size=size, max_size=size)) for _ in range(2))
    score, other = load_trees(forest, DIALOGUE).scores([row, usual])
    moved = effects(tree_lists(forest, DIALOGUE), row, usual)
    assert abs(sum(moved) - (score - other)) < 1e-3
    assert all(effect == 0 for effect, mine, theirs in zip(moved, row, usual, strict=True) if mine == theirs)


@given(forest=FOREST, data=st.data())
def test_effects_are_the_mean_over_all_orders(forest: str, data: st.DataObject) -> None:
    size = WIDTHS[forest]
    usual = data.draw(st.lists(VALUES, min_size=size, max_size=size))
    changed = data.draw(st.lists(st.integers(0, size - 1), min_size=1, max_size=4, unique=True))
    row = list(usual)
    for at in changed:
        row[at] = data.draw(VALUES)
    groups = [group for count in range(len(changed) + 1) for group in combinations(changed, count)]
    mixed = [[row[at] if at in group else usual[at] for at in range(size)] for group in groups]
    score = dict(zip(groups, load_trees(forest, DIALOGUE).scores(mixed), strict=True))
    moved = effects(tree_lists(forest, DIALOGUE), row, usual)
    count = len(changed)
    for at in changed:
        wanted = sum(
            factorial(len(group)) * factorial(count - len(group) - 1) / factorial(count)
            * (score[tuple(other for other in changed if other in group or other == at)] - score[group])
            for group in groups
            if at not in group
        )  # fmt: skip
        assert abs(moved[at] - wanted) < 1e-3
