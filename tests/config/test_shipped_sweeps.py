"""The sweep files that ship: what they train, and that `make studies` trains all but the quickstart."""

import re
from pathlib import Path

import pytest

from orbitsens.config import expand, load_sweep_file

FOLDER = Path("runner/sweeps")
STUDIES = {
    "sweep-seeds-v2": ("sweep-seeds-v2", 20),
    "sweep-seeds-v2-other-orbits": ("sweep-seeds-v2", 60),
    "generalisation": ("generalisation", 10),
    "sweep-architecture-batch_size-v1": ("sweep-architecture-batch_size-v1", 240),
    "sweep-segment-ratio": ("sweep-segment-ratio", 105),
    "sweep-screening": ("sweep-screening", 240),
    "sweep-best": ("sweep-best", 120),
    "quickstart": ("quickstart", 8),
}


def runs_of(name):
    return expand(load_sweep_file(FOLDER / f"{name}.yaml"))


@pytest.mark.parametrize("name", sorted(file.stem for file in FOLDER.glob("*.yaml")))
def test_a_study_has_its_runs(name):
    runs = runs_of(name)
    assert ({run.wandb.group for run in runs}, len(runs)) == ({STUDIES[name][0]}, STUDIES[name][1])


def test_no_run_of_a_group_is_in_two_files():
    runs = [run for name in STUDIES for run in runs_of(name)]
    assert len({(run.wandb.group, run.hash) for run in runs}) == len(runs)


def test_every_screening_setting_has_all_seeds():
    seeds: dict[str, set[int]] = {}
    for run in runs_of("sweep-screening"):
        seeds.setdefault(run.setting, set()).add(run.parameters.seed)
    assert list(seeds.values()) == [set(range(5))] * 48


def test_make_studies_trains_them_all():
    (listed,) = re.findall(r"^STUDIES := ((?:.*\\\n)*.*)$", Path("Makefile").read_text(), re.MULTILINE)
    assert set(listed.replace("\\", "").split()) == STUDIES.keys() - {"quickstart"}
