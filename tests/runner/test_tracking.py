import time
from pathlib import Path

import numpy as np
import pytest
import wandb

from orbitsens.config import ConfigError
from orbitsens.version import NUMERICS
from runner.tracking import finish_run, log_rows, logging_thread, new_run_id, on_steps, start_run
from runner.wandb_local import local_runs
from store.records import RunRecord
from tests.runner.runs import EVERY_STEP, ON_EVALUATION, evaluations, history, open_run, plain, run_config


def only_run(wandb_dir: Path) -> RunRecord:
    (record,) = local_runs(wandb_dir, None)
    assert isinstance(record, RunRecord)
    return record


def columns(record: RunRecord) -> dict[str, list[float | None]]:
    return {name: record.history[name].to_pylist() for name in record.history.column_names}


def test_runs_open_at_once_come_back_as_they_were_logged(tmp_path: Path) -> None:
    wandb_dir = tmp_path / "wandb"
    configs = [run_config(seed, tags=["a", "b"], notes="a note") for seed in range(3)]
    runs = [open_run(wandb_dir, f"r{i}", config) for i, config in enumerate(configs)]
    for i, run in enumerate(runs):
        log_rows(run, {key: values[:60] for key, values in history(120, seed=i).items()})
    for i, run in enumerate(runs):
        log_rows(run, {key: values[60:] for key, values in history(120, seed=i).items()})
    model = tmp_path / "any name.eqx"
    for i, run in enumerate(runs):
        model.write_bytes(bytes([i]) * 5000)
        finish_run(run, {"evaluations": evaluations(i), "segment_ratio": [10 / 9], "best_step": 50}, model)

    records = list(local_runs(wandb_dir, {"g1"}))
    assert [record.run_id for record in records] == ["r0", "r1", "r2"]
    for i, (record, config) in enumerate(zip(records, configs, strict=True)):
        assert (record.entity, record.project, record.group) == ("mlds-lab", "neuralODEs", "g1")
        assert (record.name, record.tags, record.notes) == (f"run r{i}", ("a", "b"), "a note")
        assert (record.state, record.reason, record.source) == ("finished", None, "local")
        assert record.created_at < record.finished_at
        ours = {"version": "0.1.0", "numerics": NUMERICS, "config_hash": config.hash, "setting_hash": config.setting}
        ours["started_at"] = record.created_at.isoformat()
        assert record.config == config.logged() | {"orbitsens": ours}

        rows = history(120, seed=i)
        assert columns(record) == {key: np.ma.asarray(values).tolist() for key, values in rows.items()}
        assert record.history["acceleration_error"].null_count == 118
        assert record.history.column_names == ["step", *sorted(EVERY_STEP + ON_EVALUATION)]

        last = {key: float(rows[key][-1]) for key in EVERY_STEP}
        last |= {key: float(rows[key][99]) for key in ON_EVALUATION}
        exact = [{**evaluations(i)[0], "metrics": {"acceleration_error": None}}]
        measured = evaluations(i)[0]["metrics"]["acceleration_error"]
        exact[0]["metrics"]["acceleration_error"] = {**measured, "per_orbit": measured["per_orbit"].tolist()}
        expected = last | {"step": 120, "evaluations": plain(exact), "segment_ratio": [10 / 9], "best_step": 50}
        assert record.summary == expected

        assert record.model.path == runs[i].directory / "files" / f"r{i}.eqx"
        assert record.model.path.read_bytes() == bytes([i]) * 5000


def test_a_hundred_orbits_survive_in_the_summary_exactly(tmp_path: Path) -> None:
    run = open_run(tmp_path / "wandb", "r", run_config())
    per_orbit = np.random.default_rng(0).lognormal(size=100) * 10.0 ** np.arange(-50, 50)
    finish_run(run, {"evaluations": [{"metrics": {"m": {"per_orbit": per_orbit}}}]}, None)
    (evaluation,) = only_run(tmp_path / "wandb").summary["evaluations"]
    assert evaluation["metrics"]["m"]["per_orbit"] == per_orbit.tolist()


def test_nan_and_infinity_are_logged_and_not_dropped(tmp_path: Path) -> None:
    run = open_run(tmp_path / "wandb", "r", run_config())
    losses = np.array([1.0, np.nan, np.inf, -np.inf, 2.0])
    log_rows(run, {"step": np.arange(1, 6), "train_loss": losses})
    nested = [{"mean": np.nan, "per_orbit": [np.inf, 1.0]}]
    finish_run(run, {"best_loss": np.float32("nan"), "low": -np.inf, "evaluations": nested}, None)
    record = only_run(tmp_path / "wandb")
    assert record.history["train_loss"].null_count == 0
    np.testing.assert_array_equal(record.history["train_loss"].to_numpy(), losses)
    assert record.summary["best_loss"] == "NaN"
    assert record.summary["low"] == "-Infinity"
    assert record.summary["evaluations"] == [{"mean": "NaN", "per_orbit": ["Infinity", 1]}]


def test_the_last_row_does_not_overwrite_the_summary(tmp_path: Path) -> None:
    run = open_run(tmp_path / "wandb", "r", run_config())
    log_rows(run, {"step": np.array([5]), "segment_ratio": np.array([1.11])})
    finish_run(run, {"segment_ratio": [1.11, 5.0]}, None)
    assert only_run(tmp_path / "wandb").summary["segment_ratio"] == [1.11, 5.0]


@pytest.mark.parametrize(("exit_code", "state"), [(0, "finished"), (1, "failed"), (130, "killed"), (255, "killed")])
def test_exit_codes_are_states(tmp_path: Path, exit_code: int, state: str) -> None:
    run = open_run(tmp_path / "wandb", "r", run_config())
    finish_run(run, {}, None, exit_code)
    record = only_run(tmp_path / "wandb")
    assert record.state == state
    assert (record.reason is None) == (state == "finished")
    assert record.model is None


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ({"train_loss": np.ones(3)}, "step"),
        ({"step": np.ones(3)}, "whole number"),
        ({"step": np.arange(3), "train_loss": np.ones(2)}, "train_loss"),
        ({"step": np.array([1, 1])}, "rise"),
        ({"step": np.array([9, 12])}, "rise"),
    ],
)
def test_rows_that_wandb_would_drop_or_mix_are_refused(tmp_path: Path, rows: dict[str, np.ndarray], words: str) -> None:
    run = open_run(tmp_path / "wandb", "r", run_config())
    log_rows(run, {"step": np.array([8, 10]), "train_loss": np.ones(2)})
    with pytest.raises(ValueError, match=words):
        log_rows(run, rows)
    finish_run(run, {}, None)
    assert only_run(tmp_path / "wandb").history["step"].to_pylist() == [8, 10]


def test_a_value_that_is_no_json_is_refused(tmp_path: Path) -> None:
    run = open_run(tmp_path / "wandb", "r", run_config())
    with pytest.raises(TypeError, match="Path"):
        finish_run(run, {"model": [tmp_path]}, None)
    finish_run(run, {}, None)


def test_on_steps_leaves_the_other_rows_without_a_value() -> None:
    column = on_steps(np.array([10, 20, 30]), np.array([20]), np.array([np.nan]))
    assert column.mask.tolist() == [True, False, True]
    assert np.isnan(column.data[1])
    with pytest.raises(ValueError, match="25"):
        on_steps(np.array([10, 20, 30]), np.array([20, 25]), np.ones(2))


def test_runs_need_a_folder_that_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        open_run(tmp_path / "file" / "wandb", "r", run_config())
    with pytest.raises(ValueError, match="named wandb"):
        open_run(tmp_path, "r", run_config())


def test_online_without_login_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    wandb.teardown()  # it remembers the server and the key of an earlier test
    with pytest.raises(ConfigError, match=r"wandb login.*--wandb offline"):
        start_run(run_config(), run_id=None, name="n", mode="online", wandb_dir=tmp_path / "wandb", code={})


def test_run_ids_are_wandbs_own_form_and_differ() -> None:
    ids = {new_run_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(len(run_id) == 8 and run_id.isalnum() and run_id == run_id.lower() for run_id in ids)


def test_the_logging_thread_logs_in_order_and_to_the_end(tmp_path: Path) -> None:
    runs = [open_run(tmp_path / "wandb", f"r{i}", run_config(i)) for i in range(3)]
    with logging_thread() as submit:
        for start in range(1, 100, 10):
            for run in runs:
                submit(log_rows, run, {"step": np.arange(start, start + 10), "train_loss": np.full(10, float(start))})
        for run in runs:
            submit(finish_run, run, {"done": True}, None)
    records = list(local_runs(tmp_path / "wandb", None))
    assert [record.state for record in records] == ["finished"] * 3
    assert all(record.history["step"].to_pylist() == list(range(1, 101)) for record in records)
    assert all(record.summary["done"] is True for record in records)


def test_an_error_in_the_logging_thread_reaches_the_caller() -> None:
    done: list[int] = []

    def fail() -> None:
        raise OSError("disk full")

    def use(n_calls_after: int) -> None:
        with logging_thread() as submit:
            submit(done.append, 1)
            submit(fail)
            for _ in range(n_calls_after):
                submit(done.append, 2)
                tried.append(2)

    tried: list[int] = []
    with pytest.raises(OSError, match="disk full"):
        use(n_calls_after=1)
    with pytest.raises(OSError, match="disk full"):
        use(n_calls_after=10**6)
    assert done == [1, 1]
    assert len(tried) < 10**6  # a later call raised, long before the end


def test_an_error_beside_the_logging_thread_is_raised_and_what_was_submitted_is_done() -> None:
    done: list[int] = []

    def use() -> None:
        with logging_thread() as submit:
            submit(time.sleep, 0.1)
            submit(done.append, 1)
            submit(bytes, -1)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        use()
    assert done == [1]
    assert "negative count" in caught.value.__notes__[0]
