"""Stopping, claiming and checking before a sweep; what a shell sets for other programs."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from orbitsens.config import ConfigError
from runner.claims import claimed
from runner.environment import CHANGING, STRICTER, set_aside
from runner.stopping import stop_on_signals
from store.errors import StoreError
from store.preflight import check_writable
from tests.factories import filled_store, run_record


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_asks_to_stop_and_names_the_exit_code(number: signal.Signals, code: int) -> None:
    sentences: list[str] = []
    before = signal.getsignal(number)
    with stop_on_signals(sentences.append) as stop:
        assert not stop()
        os.kill(os.getpid(), number)
        assert stop() and stop.exit_code == code
    assert signal.getsignal(number) is before
    (sentence,) = sentences
    assert "topping after this block of steps" in sentence


def test_sigterm_may_be_repeated_and_a_second_ctrl_c_interrupts() -> None:
    with stop_on_signals(lambda sentence: None) as stop:
        for _ in range(3):
            os.kill(os.getpid(), signal.SIGTERM)
        assert stop.exit_code == 143
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


def test_runs_that_one_sweep_trains_are_refused_to_a_resumed_one(tmp_path: Path) -> None:
    with claimed(tmp_path, "g", ["a", "b"], alone=True):
        refused = pytest.raises(ConfigError, match="1 runs of group 'g' are being trained right now")
        with refused, claimed(tmp_path, "g", ["b", "c"], alone=True):
            pytest.fail("trained twice")
        with claimed(tmp_path, "g", ["c"], alone=True), claimed(tmp_path, "g", ["a"], alone=False):
            pass
    with claimed(tmp_path, "g", ["a", "b"], alone=True):
        pass
    assert not list(tmp_path.glob("sweeps/*.json"))


def test_the_claim_of_a_killed_sweep_ends_with_it(tmp_path: Path) -> None:
    hold = """
        import sys, time
        from pathlib import Path
        from runner.claims import claimed
        with claimed(Path(sys.argv[1]), "g", ["a"], alone=True):
            print("held", flush=True)
            time.sleep(600)
    """
    command = [sys.executable, "-c", textwrap.dedent(hold), str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == "held\n"
        with pytest.raises(ConfigError), claimed(tmp_path, "g", ["a"], alone=True):
            pass
        holder.kill()
        holder.wait()
        with claimed(tmp_path, "g", ["a"], alone=True):
            pass


def test_a_store_that_cannot_be_written_is_one_sentence_before_training(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for store in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/store"), tmp_path / ("n" * 300)):
        with pytest.raises(StoreError, match=r"^Cannot write to the run store at .*: name another with --store\.$"):
            check_writable(store)
    check_writable(tmp_path / "new" / "store")
    assert list((tmp_path / "new" / "store").iterdir()) == []
    filled_store(tmp_path / "filled", [run_record()])
    check_writable(tmp_path / "filled")


def test_sweep_refuses_an_unwritable_store_before_it_trains(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    command = [sys.executable, "-m", "runner", "sweep", "--store", str(tmp_path / "file")]
    environment = os.environ | {"WANDB_DIR": str(tmp_path)}
    out = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert out.returncode == 2
    (sentence,) = out.stderr.strip().splitlines()
    assert sentence.startswith("Cannot write to the run store at")
    assert not (tmp_path / "wandb").exists()


def test_foreign_settings_are_set_aside() -> None:
    environment = dict.fromkeys((*STRICTER, "JAX_ENABLE_X64", "JAX_DEBUG_NANS"), "1") | {"JAX_PLATFORMS": "cpu"}
    assert sorted(set_aside(environment)) == ["JAX_DEBUG_NANS", "JAX_ENABLE_X64"]
    assert environment == {"JAX_PLATFORMS": "cpu"}
    assert list(set_aside(environment)) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", [*CHANGING, *STRICTER])
def test_a_sweep_trains_whatever_jax_is_told_by_the_shell(name: str, tmp_path: Path) -> None:
    value = {"JAX_NUMPY_DTYPE_PROMOTION": "strict", "JAX_NUMPY_RANK_PROMOTION": "raise"}.get(name, "1")
    value = {"JAX_DEFAULT_MATMUL_PRECISION": "bfloat16", "JAX_DEFAULT_PRNG_IMPL": "rbg"}.get(name, value)
    command = [
        sys.executable,
        "-m",
        "runner",
        "sweep",
        "--set",
        "steps_strategy=[[20]]",
        "--set",
        "lr_strategy=[[0.01]]",
    ]
    command += ["--set", "seed=[0]", "--set", "width=[8]", "--set", "eval_every=20", "--store", str(tmp_path / "store")]
    environment = os.environ | {"WANDB_DIR": str(tmp_path), name: value if name != "JAX_DEFAULT_DTYPE_BITS" else "64"}
    out = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert out.returncode == 0, out.stderr
    assert (f"{name} is set in the environment and ignored" in out.stderr) == (name in CHANGING)
    assert "1 of 1 runs finished" in out.stdout
