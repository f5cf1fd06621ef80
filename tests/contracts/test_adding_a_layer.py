"""The page on adding a layer, followed to the letter in a copy of the project: one file and one line."""

import json
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "adding-a-layer.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^   ```python\n(.*?)^   ```", PAGE, re.DOTALL | re.MULTILINE)
LINE, FILE = map(textwrap.dedent, BLOCKS)
NAME, MEANING = re.findall(r'"([^"]+)": "([^"]+)"', LINE)[0]
SWEEP = f"""
wandb: {{group: new}}
data: {{dataset_name: simple_TBP_planar_2_train}}
parameters: {{feature_layer: [{NAME}, cartesian]}}
"""
# What the contract tests hold every layer to, at the states where layers are most likely to fail.
PROMISES = f"""
import jax
import numpy as np
from orbitsens.config import Parameters
from orbitsens.features import REGISTRY
from orbitsens.model import make_model
from tests.core.states import EDGE_STATES

layer = REGISTRY[{NAME!r}]
for found in (jax.vmap(layer.apply)(EDGE_STATES), jax.vmap(jax.jacrev(layer.apply))(EDGE_STATES)):
    assert found.shape[:2] == (len(EDGE_STATES), layer.size) and np.all(np.isfinite(found)), found
model = make_model(Parameters(feature_layer={NAME!r}, width=3, depth=1), key=jax.random.key(0))
assert np.all(np.isfinite(jax.vmap(model.func)(EDGE_STATES)))
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the packages with the page's line and the page's file added, and nothing else."""
    folder = tmp_path_factory.mktemp("copy")
    for package in ("orbitsens", "runner", "store", "tests"):
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__", "precomputed"))
    choices = folder / "orbitsens" / "config" / "choices.py"
    text = choices.read_text()
    last = '        "cartesian": "position, velocity",\n'
    assert text.count(last) == 1
    choices.write_text(text.replace(last, f'{last}        "{NAME}": "{MEANING}",\n'))
    (folder / "orbitsens" / "features" / f"{NAME.lower()}.py").write_text(FILE)
    (folder / "sweep.yaml").write_text(SWEEP)
    return folder


def python(folder: Path, *arguments: str) -> str:
    out = subprocess.run([sys.executable, *arguments], cwd=folder, check=False, capture_output=True, text=True)
    assert out.returncode == 0, out.stderr
    return out.stdout


def test_a_sweep_file_may_name_the_new_layer(copy: Path) -> None:
    runs = json.loads(python(copy, "-m", "runner", "plan", "sweep.yaml", "--json"))["runs"]
    assert [run["parameters"]["feature_layer"] for run in runs] == [NAME, "cartesian"]


def test_the_new_layer_keeps_what_layers_promise(copy: Path) -> None:
    python(copy, "-c", PROMISES)


def test_the_page_of_keys_has_it(copy: Path) -> None:
    assert f"| `{NAME}` | {MEANING} |" in python(copy, "-m", "runner", "keys")
