"""`python -m runner export`: whole groups as files, with run ids in every row."""

import json
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import typer
from typer.testing import CliRunner

from runner.commands.export import export
from store.connect import StoreError
from tests.factories import mixed_group, seeding_group

app = typer.Typer()
app.command()(export)


def exported(store: Path, output: Path, *more: str, group: str = "mixed") -> str:
    arguments = ["--group", group, "-o", str(output), "--store", str(store), *more]
    result = CliRunner().invoke(app, arguments, catch_exceptions=False, standalone_mode=False)
    if result.exception:
        raise result.exception
    return result.output


@pytest.mark.parametrize("table", ["runs", "metrics", "history"])
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_every_row_names_its_run(shared_store: Path, tmp_path: Path, table: str, kind: str) -> None:
    output = tmp_path / "out.file"
    said = exported(shared_store, output, "--table", table, "--format", kind)
    frame = pd.read_csv(output) if kind == "csv" else pd.read_parquet(output)
    assert said == f"Wrote {len(frame)} rows of 11 runs to {output}.\n"
    records = {r.run_id: r for r in mixed_group()}
    assert set(frame["run_id"]) <= set(records)
    assert (frame["run_key"].str.rpartition("/")[2] == frame["run_id"]).all()
    if table == "runs":
        assert sorted(frame["run_id"]) == sorted(records)
    if table == "history":
        assert frame.groupby("run_id").size().to_dict() == {
            r.run_id: r.history.num_rows for r in records.values() if r.history.num_rows
        }


def test_the_kind_of_file_follows_its_name(shared_store: Path, tmp_path: Path) -> None:
    exported(shared_store, tmp_path / "a.parquet")
    exported(shared_store, tmp_path / "a.csv")
    assert pq.read_table(tmp_path / "a.parquet").num_rows == 11
    assert len(pd.read_csv(tmp_path / "a.csv")) == 11


def test_numbers_come_out_as_they_went_in(shared_store: Path, tmp_path: Path) -> None:
    exported(shared_store, tmp_path / "m.csv", "--table", "metrics", group="sweep-seeds-v2")
    frame = pd.read_csv(tmp_path / "m.csv")
    chosen = frame[(frame["metric"] == "acceleration_error") & (frame["split"] == "test")].set_index("run_id")["value"]
    assert chosen.to_dict() == {
        r.run_id: r.summary["evaluations"][1]["metrics"]["acceleration_error"]["mean"] for r in seeding_group(20)
    }


def test_missing_is_told_from_not_a_number(shared_store: Path, tmp_path: Path) -> None:
    exported(shared_store, tmp_path / "m.parquet", "--table", "metrics")
    table = pq.read_table(tmp_path / "m.parquet")
    diverged = table.filter(pa.compute.equal(table["state"], "diverged"))["value"]
    assert diverged.null_count == 0
    assert pa.compute.is_nan(diverged).to_pylist().count(True) == 1
    exported(shared_store, tmp_path / "r.csv", "--table", "runs")
    raw = pd.read_csv(tmp_path / "r.csv", keep_default_na=False, dtype=str).set_index("state")
    assert raw.loc["crashed", "finished_at"] == ""
    assert raw.loc["running", "width"] == "64"


def test_runs_hold_extra_parameters_config_and_summary(shared_store: Path, tmp_path: Path) -> None:
    exported(shared_store, tmp_path / "r.csv")
    frame = pd.read_csv(tmp_path / "r.csv").set_index("run_id")
    old = frame.loc["old00000"]
    assert json.loads(str(old["extra_parameters"])) == {"network": "mlp_v0"}
    assert json.loads(str(old["config"]))["parameters"]["network"] == "mlp_v0"
    assert json.loads(str(old["summary"]))["train_loss"] == 3.25
    assert str(old["created_at"]).startswith("2024-02-28 12:00:00")


def test_mistakes_are_one_sentence(shared_store: Path, tmp_path: Path) -> None:
    with pytest.raises(
        StoreError, match=r"no group 'mixd' in the run store \(did you mean 'mixed'\?\); its groups are .* or sync it"
    ):
        exported(shared_store, tmp_path / "x.csv", group="mixd")
    with pytest.raises(StoreError, match="There is no run store at"):
        exported(tmp_path / "nowhere", tmp_path / "x.csv")
    with pytest.raises(StoreError, match=r"Cannot write .*x\.csv: No such file or directory; choose another place"):
        exported(shared_store, tmp_path / "no" / "x.csv")
    assert list(tmp_path.iterdir()) == []
