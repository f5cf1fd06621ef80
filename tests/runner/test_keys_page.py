"""The page of keys: complete, and the one that is kept in docs/."""

from pathlib import Path

import pytest

from orbitsens.config import Data, Parameters, choices
from runner.keys_page import NAMES, SYNONYMS, keys_page

KEPT = Path("docs/keys.md")


def test_the_kept_page_is_up_to_date():
    assert KEPT.read_text(encoding="utf-8") == keys_page(), "run `python -m runner keys > docs/keys.md`"


@pytest.mark.parametrize("model", [Data, Parameters])
def test_every_key_stands_there_with_its_meaning(model):
    page = keys_page()
    for name, field in model.model_fields.items():
        assert field.description, name
        assert f"\n| `{name}` | " in page


def test_every_name_of_every_registry_stands_there():
    page = keys_page()
    registries = {name: value for name, value in vars(choices).items() if name.isupper()}
    assert {id(names) for names in (*NAMES.values(), *SYNONYMS.values())} == {id(r) for r in registries.values()}
    for names in registries.values():
        for name in names:
            assert f"\n| `{name}` | " in page


def test_defaults_are_written_as_a_sweep_file_has_them():
    page = keys_page()
    assert "| `lr_strategy` | *schedule*: number above 0 | `[0.001, 0.0001]` |" in page
    assert "| `planar_constraint` | `true` or `false` | `true` |" in page
    assert "| `dataset_name` | text | required |" in page
    assert "| `split_seed` | whole number from 0, below 4294967296 | *unset* |" in page
