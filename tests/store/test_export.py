"""`python -m runner export`: whole groups as files, with run ids in every row."""

import io
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import typer
from typer.testing import CliRunner

from orbitsens.config import ConfigError
from orbitsens.config.spreadsheet import harmless, restored
from runner.commands.export import export
from store.connect import StoreError
from store.export import write_table
from tests.conftest import ROOT
from tests.factories import filled_store, mixed_group, run_record, seeding_group

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


def test_runs_have_their_headline_error_and_say_where_it_was_measured(store: Path, tmp_path: Path) -> None:
    records = [run_record(seed, group="g", test_error=5.0 + seed) for seed in range(3)]
    filled_store(store, records)
    exported(store, tmp_path / "runs.csv", group="g")
    frame = pd.read_csv(tmp_path / "runs.csv").set_index("seed")
    with_errors = tmp_path / "metrics.csv"
    exported(store, with_errors, "--table", "metrics", group="g")
    metrics = pd.read_csv(with_errors).query("metric == 'acceleration_error' and split == 'test'")
    assert set(frame["acceleration_error_split"]) == {"test"}
    assert set(frame["acceleration_error_dataset"]) == set(metrics["dataset"])
    assert sorted(frame["acceleration_error"]) == pytest.approx(sorted(metrics["value"]))


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


def hostile_store(folder: Path) -> Path:
    hostile = replace(run_record(0), group="=2+5", tags=("@tag",), config={**run_record(0).config, "+key": "x"})
    filled_store(folder / "store", [hostile, replace(run_record(1), group="=2+5")])
    return folder / "store"


def test_no_text_in_a_csv_is_a_formula_and_numbers_stay(tmp_path: Path) -> None:
    store, output = hostile_store(tmp_path), tmp_path / "r.csv"
    exported(store, output, group="=2+5")
    frame = pd.read_csv(output)
    assert set(frame["group"]) == {"'=2+5"}
    assert {restored(group) for group in frame["group"]} == {"=2+5"}
    assert not [name for name in frame if name.startswith(("=", "+", "-", "@"))]
    exported(store, tmp_path / "r.parquet", group="=2+5")
    assert set(pd.read_parquet(tmp_path / "r.parquet")["group"]) == {"=2+5"}


def test_the_kinds_of_text_that_are_marked(tmp_path: Path) -> None:
    texts = [
        "=1",
        "+a",
        "-a",
        "@a",
        "\ta",
        "\ra",
        "'=1",
        "plain",
        "-1.5e-3",
        "+7",
        "-inf",
        "'quoted'",
        "",
        None,
        "a=1",
        "\uff1d1",
    ]
    table = pa.table({"=key": texts, "number": [-1.5] * len(texts)})
    write_table(table, tmp_path / "t.csv", "csv")
    frame = pd.read_csv(tmp_path / "t.csv", keep_default_na=False, lineterminator="\n")
    marked = ["'=1", "'+a", "'-a", "'@a", "'\ta", "'\ra", "''=1"]
    as_they_are = ["plain", "-1.5e-3", "+7", "-inf", "'quoted'", "", "", "a=1"]
    assert frame["'=key"].tolist() == [*marked, *as_they_are, "'\uff1d1"]
    assert [harmless(text or "") for text in texts] == frame["'=key"].tolist()
    assert [restored(cell) for cell in frame["'=key"]] == [text or "" for text in texts]
    assert set(frame["number"]) == {-1.5}


def test_a_link_stays_and_its_target_is_written(shared_store: Path, tmp_path: Path) -> None:
    target, link = tmp_path / "target.csv", tmp_path / "link.csv"
    target.write_text("before")
    target.chmod(0o640)
    link.symlink_to(target)
    exported(shared_store, link)
    assert link.is_symlink()
    assert len(pd.read_csv(target)) == 11
    assert target.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.csv", "target.csv"]


def test_a_link_in_a_circle_and_a_folder_are_one_sentence(shared_store: Path, tmp_path: Path) -> None:
    (tmp_path / "a.csv").symlink_to("a.csv")
    (tmp_path / "folder.csv").mkdir()
    for name in ("a.csv", "folder.csv"):
        with pytest.raises(StoreError, match=rf"Cannot write .*{name}: .*; choose another place"):
            exported(shared_store, tmp_path / name)


def test_a_full_device_is_one_sentence_and_stays_a_device(shared_store: Path) -> None:
    with pytest.raises(StoreError, match=r"Cannot write /dev/full: No space left on device; choose another place\."):
        exported(shared_store, Path("/dev/full"))
    assert Path("/dev/full").is_char_device()


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_pipe_gets_the_rows_alone(shared_store: Path, tmp_path: Path, kind: str) -> None:
    command = [sys.executable, "-m", "runner", "export", "--group", "mixed", "--store", str(shared_store)]
    command += ["-o", "/dev/stdout", "--format", kind]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    content = io.BytesIO(done.stdout)
    assert len(pd.read_csv(content) if kind == "csv" else pd.read_parquet(content)) == 11
    assert done.stderr.decode() == "Wrote 11 rows of 11 runs to /dev/stdout.\n"


@pytest.mark.parametrize(
    ("name", "options", "sentence"),
    [
        (
            "runs.xlsx",
            (),
            "runs.xlsx ends in .xlsx, which cannot be written: name a file that ends in .csv or .parquet.",
        ),
        ("runs.parquet", ("--format", "csv"), "runs.parquet ends in .parquet, and --format says csv: make them agree."),
    ],
)
def test_a_name_that_promises_another_kind_is_refused(
    shared_store: Path, tmp_path: Path, name: str, options: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        exported(shared_store, tmp_path / name, *options)
    assert str(caught.value) == f"{tmp_path}/{sentence}"
    assert list(tmp_path.iterdir()) == []
