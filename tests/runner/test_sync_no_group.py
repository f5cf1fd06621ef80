"""`sync "(no group)"` brings the runs without a group, and them alone."""

from pathlib import Path

import pytest

from orbitsens.config import ConfigError
from runner.sync import sync_local
from runner.wandb_api import _in_groups
from store.filters import NO_GROUP
from tests.runner.foreign_runs import run_file


def synced(folder: Path, groups: list[str]) -> list[str]:
    report = sync_local(folder, groups, folder / "store", pytest.fail, lambda done, total: None)
    return sorted(key.rpartition("/")[2] for key in (*report.new, *report.changed, *report.unchanged))


def test_runs_without_a_group_are_synced_by_the_name_that_the_app_has_for_them(tmp_path: Path) -> None:
    run_file(tmp_path, "alone")
    run_file(tmp_path, "grouped", run_group="g")
    run_file(tmp_path, "swept", sweep_id="s1")
    assert synced(tmp_path, [NO_GROUP]) == ["alone"]
    assert synced(tmp_path, [NO_GROUP, "g"]) == ["alone", "grouped"]


def test_a_wrong_name_lists_the_runs_without_a_group_too(tmp_path: Path) -> None:
    run_file(tmp_path, "alone")
    run_file(tmp_path, "grouped", run_group="g")
    with pytest.raises(ConfigError, match=r"no W&B run of group 'h'.*there are \(no group\) \(1 run\), g \(1 run\)\."):
        synced(tmp_path, ["h"])


def test_the_server_is_asked_for_runs_without_a_group() -> None:
    assert _in_groups(["b", "a"]) == {"group": {"$in": ["a", "b"]}}
    assert _in_groups([NO_GROUP]) == {"sweep": None, "group": None}
    assert _in_groups(["a", NO_GROUP]) == {"$or": [{"group": {"$in": ["a"]}}, {"sweep": None, "group": None}]}
