"""A report of every choice of the shipped store and of hostile tables: sentences, never a traceback, never "nan"."""

import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from orbitsens.sensitivity.analysis import analyse
from orbitsens.sensitivity.report import answers, csv, markdown
from orbitsens.sensitivity.scope_wording import scope_sentences
from orbitsens.sensitivity.wording import Metric
from store import queries
from store.connect import read_catalogue
from store.filters import of_group
from store.location import SHIPPED
from tests.sensitivity.simulated import SD, factorial, sweep

ERROR = Metric("error", "%")
NO_NUMBER = re.compile(r"\b(nan|inf|None(?! of the \d)|unknown)\b")
LEVELS = {"width": [16, 64], "depth": [1, 2]}


def choices() -> list[tuple[str, str, str | None, str]]:
    with read_catalogue(SHIPPED) as con:
        groups = queries.groups(con)["group"].dropna().tolist()
        return [
            (group, row.metric, row.dataset, row.split)
            for group in groups
            for row in queries.metric_choices(con, of_group(group)).itertuples()
        ]


def check(table: pd.DataFrame, varying: list[str], orbits: pd.DataFrame | None = None) -> str:
    answer = analyse(table, varying, orbits=orbits)
    said = (
        "\n".join([*answers(answer, ERROR), *scope_sentences(answer)]) if not isinstance(answer.response, str) else ""
    )
    assert not NO_NUMBER.search(said), said
    if not isinstance(answer.decomposition, str):
        shares = answer.decomposition.table["share"]
        assert shares.sum() == pytest.approx(1.0)
        percents = next(line for line in said.splitlines() if line.startswith("Of the variance"))
        assert sum(map(int, re.findall(r"(\d+) %", percents))) == 100
    csv(answer)
    return markdown(answer, "Report", ERROR, "the test set")


def test_every_choice_of_the_shipped_store_has_a_report() -> None:
    every = choices()
    assert len(every) >= 76
    with read_catalogue(SHIPPED) as con:
        for group, metric, dataset, split in every:
            runs = queries.run_metric(con, of_group(group), metric, dataset, split)
            orbits = queries.orbit_values(con, of_group(group), metric, dataset, split)
            varying = queries.varying_parameters(con, of_group(group))
            assert "## " in check(runs, varying, orbits), (group, metric, dataset)


def base(n: int = 4) -> pd.DataFrame:
    return factorial(LEVELS, n, np.random.default_rng(0), lambda s: 2 * SD * (s["width"] == 16))


def some(**columns: object) -> Callable[[], pd.DataFrame]:
    """The runs of width 64 with other columns."""

    def made() -> pd.DataFrame:
        table = base()
        for name, value in columns.items():
            table.loc[table["width"] == 64, name] = value
        return table

    return made


def at(places: list[int], column: str, values: object) -> Callable[[], pd.DataFrame]:
    def made() -> pd.DataFrame:
        table = base()
        table.loc[places, column] = values
        return table

    return made


HOSTILE: dict[str, Callable[[], pd.DataFrame]] = {
    "no spread in half of the settings": some(value=7.0),
    "zeros in half of the settings": some(value=0.0),
    "no spread but in one setting": lambda: base().assign(value=[*base()["value"][:4], *[5.0] * 12]),
    "two settings without spread": lambda: base().assign(value=[5.0] * 8 + [6.0] * 8),
    "one value differs in the eighth digit": at([0, 1, 2, 3], "value", [5.0, 5.0, 5.0, 5.0 + 5e-8]),
    "negative values": at([0, 5], "value", [-1.0, -2.0]),
    "a value of infinity": at([0, 5], "value", [np.inf, np.inf]),
    "denormal values": lambda: base().assign(value=base()["value"] * 1e-310),
    "huge values": lambda: base().assign(value=base()["value"] * 1e300),
    "a setting lost to divergence": some(state="diverged", value=np.nan),
    "all but one run of half of the settings lost": at([8, 9, 10, 12, 13, 14], "state", "diverged"),
    "the seed decides all": lambda: base().assign(value=5.0 + base()["seed"] / 10),
    "no seed on record": lambda: base().assign(seed=pd.array([None] * 16, dtype="Int64")),
    "seeds on record for some": lambda: base().assign(seed=pd.array([None, None, *range(14)], dtype="Int64")),
    "one run a setting": lambda: base(1),
    "two runs a setting": lambda: base(2),
    "one run": lambda: base(1)[:1],
    "two runs": lambda: base(1)[:2],
    "a parameter that is missing for some": lambda: base().assign(width=[*[16.0] * 8, *[np.nan] * 8]),
    "parameters that change together": lambda: base()[(base()["width"] == 16) == (base()["depth"] == 1)],
    "one run in one setting, many in another": lambda: base(6).drop(index=range(1, 18)),
    "all the same": lambda: base().assign(value=3.0),
    "none finished": lambda: base().assign(state="crashed"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_table_has_a_report(name: str) -> None:
    check(HOSTILE[name](), list(LEVELS))


def test_two_settings_without_spread_beside_unequal_ones_are_compared_with_numbers() -> None:
    table = factorial({"width": [16, 32, 64]}, 5, np.random.default_rng(0))
    table["value"] = [0.0] * 10 + [1.0, 2.0, 1.5, 0.5, 9.0]
    answer = analyse(table, ["width"])
    assert not isinstance(answer.effects, str)
    assert np.isfinite(answer.effects.table[["p", "p_holm", "effect", "low", "high"]].to_numpy(dtype=float)).all()
    assert not isinstance(answer.best, str)
    assert answer.best.table["probability"].sum() == pytest.approx(1.0)


def test_twelve_parameters_in_eight_settings_are_one_bundle() -> None:
    rng = np.random.default_rng(0)
    settings = [{f"p{j}": int(rng.integers(2)) for j in range(12)} for _ in range(8)]
    said = check(sweep(settings, 3, rng), list(settings[0]))
    assert "can only be judged as one" in said
