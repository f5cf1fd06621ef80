"""What the syncs brought, and the runs that did not simply finish."""

from pathlib import Path

from store.connect import read_catalogue
from store.sync_queries import syncs, unfinished
from tests.factories import crashed_run, filled_store, mixed_group, seeding_group


def test_syncs_are_listed_with_what_they_brought(tmp_path: Path) -> None:
    filled_store(tmp_path, seeding_group(4))
    filled_store(tmp_path, seeding_group(6))
    with read_catalogue(tmp_path) as con:
        found = syncs(con)
    assert found["version"].tolist() == [2, 1]
    # The two outliers of four runs are ordinary ones of six.
    assert found[["n_new", "n_changed", "n_unchanged"]].to_numpy().tolist() == [[2, 2, 2], [4, 0, 0]]
    assert str(found["finished_at"].dt.tz) == "UTC"


def test_unfinished_runs_are_counted_by_what_they_say(tmp_path: Path) -> None:
    filled_store(tmp_path, [*mixed_group(), *mixed_group("other"), crashed_run(200, group="mixed")])
    with read_catalogue(tmp_path) as con:
        found = unfinished(con)
    assert len(found) == 10
    assert sorted(set(found["state"])) == ["crashed", "diverged", "failed", "killed", "running"]
    said = {(row.group, row.state): (row.reason, row.n_runs) for row in found.itertuples()}
    assert said["mixed", "crashed"] == ("It has no end and no news.", 2)
    assert said["other", "crashed"] == ("It has no end and no news.", 1)
    assert said["other", "killed"] == ("It ended with exit code 255.", 1)
