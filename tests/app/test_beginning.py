"""Which group a page begins with."""

from pages.shared.filter.beginning import most_parameters, most_seeds, newest, varying
from store.connect import read_catalogue
from store.filters import EVERYTHING
from store.queries import GroupVariation, group_variation
from tests.factories import SEEDING, architecture_group, filled_store, seeding_group

GROUPS = [
    GroupVariation("screening", 8, 4, ("width", "lr_strategy", "optimizer"), ("width", "lr_strategy", "optimizer")),
    GroupVariation(
        "all alone", 4, 4, ("width", "depth", "batch_size", "atol"), ("width", "depth", "batch_size", "atol")
    ),
    GroupVariation("sizes", 8, 4, ("width", "depth"), ("width", "depth")),
    GroupVariation("seeds", 5, 1, (), ("seed",)),
    GroupVariation("old seeds", 5, 1, (), ("seed",)),
]


def first(rule):
    return max(GROUPS, key=rule).group


def test_each_rule_finds_its_group_and_of_equals_the_newest():
    assert first(newest) == "screening"
    assert first(most_seeds) == "seeds"
    assert first(most_parameters) == "screening"
    assert first(varying("width", "depth")) == "sizes"
    assert first(varying("rtol")) == "seeds"


def test_what_varies_in_a_group_is_read_from_the_store(tmp_path):
    store = tmp_path / "store"
    filled_store(store, [*architecture_group(2, group="sizes"), *seeding_group()])
    with read_catalogue(store) as con:
        found = {group.group: group for group in group_variation(con, EVERYTHING)}
    assert set(found) == {"sizes", SEEDING}
    assert found[SEEDING].varying == () and found[SEEDING].all_varying == ("seed",)
    assert (found[SEEDING].n_runs, found[SEEDING].n_settings) == (20, 1)
    assert found["sizes"].varying == ("width", "depth")
    assert found["sizes"].n_runs == 2 * found["sizes"].n_settings
