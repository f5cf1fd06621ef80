"""Texts that spreadsheet programs take for formulas are marked, and come back as they were."""

from datetime import UTC, datetime

import pandas as pd
import pytest
from hypothesis import given, strategies as st

from orbitsens.config.spreadsheet import harmless, harmless_cells, restored


@pytest.mark.parametrize("text", ["=1+1", "+a", "-a", "@SUM(A1)", "\tx", "\rx", "-1\n", "=", "\uff1d1"])
def test_a_formula_is_marked(text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert restored(f"'{text}") == text


@pytest.mark.parametrize("text", ["", "a=1", " =1", "-1.5", "+2e-3", "-.5", "-inf", "'quoted'", "sweep-v2", "(unset)"])
def test_other_texts_and_numbers_stay(text: str) -> None:
    assert harmless(text) == restored(text) == text


@given(st.text(alphabet="'=+-@\t\ra1.", max_size=6))
def test_every_text_comes_back(text: str) -> None:
    assert restored(harmless(text)) == text


def test_tables_keep_what_is_no_text() -> None:
    table = pd.DataFrame(
        {
            "=name": pd.Categorical(["=a", "b"]),
            "number": [-1.5, float("nan")],
            "count": pd.array([-1, None], "Int64"),
            "when": [datetime(2026, 1, 1, tzinfo=UTC)] * 2,
            "mixed": ["@x", -2],
        }
    )
    made = harmless_cells(table)
    assert made.to_csv(index=False).splitlines() == [
        "'=name,number,count,when,mixed",
        "'=a,-1.5,-1,2026-01-01 00:00:00+00:00,'@x",
        "b,,,2026-01-01 00:00:00+00:00,-2",
    ]
    assert next(iter(table.columns)) == "=name"
    assert table["mixed"][0] == "@x"
