"""Orbits of files: what is read, what is refused, and what a run's hash sees of them; and references to artifacts."""

import json

import numpy as np
import pytest

from orbitsens.config import ConfigError, parse_artifact, read_orbit_file
from tests.config.test_sensitivities import run_of, runs_of


def write_orbits(path, lengths=(40, 25, 33), z=0.0):
    """A file of `len(lengths)` circular orbits of different numbers of samples, named out of order."""
    orbits = {}
    for k, n in reversed(list(enumerate(lengths))):
        radius = 7000.0 + 100.0 * k
        speed = np.sqrt(398600.4418 / radius)
        angle = np.linspace(0.0, 2.0, n)
        flat = np.zeros(n)
        y = [radius * np.cos(angle), radius * np.sin(angle), flat + z]
        y += [-speed * np.sin(angle), speed * np.cos(angle), flat]
        t = 50.0 + angle * radius / speed
        orbits[f"orbit_{k}"] = {"t": t.tolist(), "y": np.array(y).tolist(), "metadata": {"k": k}}
    if path.suffix == ".json":
        path.write_text(json.dumps(orbits))
    else:
        arrays = {f"{name}/{key}": np.array(orbit[key]) for name, orbit in orbits.items() for key in ("t", "y")}
        np.savez(path, **arrays)
    return path


@pytest.mark.parametrize("kind", ["json", "npz"])
def test_orbits_come_in_the_order_of_their_numbers_with_time_from_zero(tmp_path, kind):
    orbits, checksum, doubts = read_orbit_file(str(write_orbits(tmp_path / f"o.{kind}")))
    assert [(o.name, o.y.shape) for o in orbits] == [
        ("orbit_0", (40, 6)),
        ("orbit_1", (25, 6)),
        ("orbit_2", (33, 6)),
    ]
    assert all(o.t[0] == 0.0 for o in orbits)
    assert orbits[1].y[0, 0] == pytest.approx(7100.0)
    assert len(checksum) == 64
    assert doubts == ()


def test_the_name_is_a_label_and_there_is_no_test_twin(tmp_path):
    file = str(write_orbits(tmp_path / "o.json"))
    run = run_of({"dataset_name": "flight data", "dataset_file": file})
    assert run.data.dataset_name == "flight data"
    assert run.data.test_name is None
    tested = run_of({"dataset_name": "flight data", "dataset_file": file, "test_file": file})
    assert tested.data.test_name == "o"
    assert len({run.hash, tested.hash}) == 2


def test_hashes_see_the_content_and_not_the_place(tmp_path):
    def run(path, **more):
        return run_of({"dataset_name": "mine", "dataset_file": str(path), **more})

    (tmp_path / "elsewhere").mkdir()
    here, there = (run(write_orbits(tmp_path / p)) for p in ("o.json", "elsewhere/p.json"))
    other = run(write_orbits(tmp_path / "q.json", lengths=(40, 26)))
    assert here.hash == there.hash != other.hash
    assert here.setting != other.setting
    checksum = here.data.dataset_sha256
    assert run(tmp_path / "o.json", dataset_sha256=checksum).hash == here.hash
    with pytest.raises(ConfigError, match=r"dataset_sha256: .* is another file: its checksum is"):
        run(tmp_path / "q.json", dataset_sha256=checksum)


def test_epochs_and_lengths_are_those_of_the_file(tmp_path):
    file = str(write_orbits(tmp_path / "o.json"))
    run = run_of({"dataset_name": "mine", "dataset_file": file}, epochs_strategy=1, batch_size=5)
    assert run.parameters.stages[0].steps == (40 // 4 + 25 // 4 + 33 // 4) // 5
    with pytest.raises(
        ConfigError, match="a segment of 30 samples is longer than an orbit of mine, whose orbit 1 has 25"
    ):
        run_of({"dataset_name": "mine", "dataset_file": file}, segment_length_strategy=30)
    one = run_of({"dataset_name": "mine", "dataset_file": file}, segment_length_strategy=30, num_trajs=1)
    assert one.parameters.stages[0].segment_length == 30


def test_a_file_out_of_the_plane_is_not_planar(tmp_path):
    file = str(write_orbits(tmp_path / "o.npz", z=5.0))
    assert not run_of({"dataset_name": "mine", "dataset_file": file}).parameters.planar_constraint


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("o.pkl", b"", "a pickle can run any code when it is read; save"),
        ("o.csv", b"", "a dataset file is one of .npz, .json"),
        ("no.json", None, "cannot read this dataset file: No such file"),
        ("o.json", b"{", "not a dataset file"),
        ("o.json", b"[1]", "holds no mapping of orbits"),
        ("o.json", b"{}", "holds no orbit"),
        ("o.npz", b"PK", "not a dataset file"),
        ("o.json", b'{"orbit_0": {"t": [0, 1]}}', "orbit_0 needs the numbers t"),
        ("o.json", b'{"orbit_0": {"t": [0, 1], "y": [[1, 2], [1, 2]]}}', r"got \[2\] and \[2, 2\]"),
        ("o.json", b'{"orbit_0": {"t": [1, 1], "y": [[1,1],[1,1],[1,1],[1,1],[1,1],[1,1]]}}', "times of orbit_0"),
        ("o.json", b'{"orbit_0": {"t": [0, NaN], "y": [[1,1],[1,1],[1,1],[1,1],[1,1],[1,1]]}}', "not finite"),
        ("o.json", b'{"orbit_0": {"t": [0], "y": [[1],[1],[1],[1],[1],[1]]}}', "orbit_0 has 1 samples"),
        (
            "o.json",
            b'{"orbit_0": {"t": [0, 1], "y": [[0,1],[0,1],[0,1],[1,1],[1,1],[1,1]]}}',
            "centre of the Earth",
        ),
    ],
)
def test_a_bad_file_is_one_sentence(tmp_path, name, content, says):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ConfigError, match=says) as caught:
        runs_of({"dataset_name": "mine", "dataset_file": str(tmp_path / name)})
    assert "\n" not in str(caught.value)


def test_an_array_of_objects_is_not_read(tmp_path):
    np.savez(tmp_path / "o.npz", **{"orbit_0/t": np.array([{}], dtype=object)})
    with pytest.raises(ConfigError, match="not a dataset file"):
        runs_of({"dataset_name": "mine", "dataset_file": str(tmp_path / "o.npz")})


def test_without_a_file_a_label_is_no_dataset():
    with pytest.raises(ConfigError, match=r"data.dataset_name: 'mine' is not a dataset name"):
        runs_of({"dataset_name": "mine"})
    with pytest.raises(ConfigError, match=r"data.test_dataset: 'mine' is not a dataset name"):
        runs_of({"test_dataset": "mine"})


@pytest.mark.parametrize(
    ("text", "within", "pinned", "file"),
    [
        ("wandb:a/b/c-1:v12", "wandb:a/b/c-1:v12", True, None),
        ("wandb:b/c:latest", "wandb:mlds-lab/b/c:latest", False, None),
        ("wandb:c:v1/x/y.npz", "wandb:mlds-lab/neuralODEs/c:v1/x/y.npz", True, "x/y.npz"),
    ],
)
def test_references_to_artifacts(text, within, pinned, file):
    name = parse_artifact(text)
    assert str(name) == text
    assert str(name.within("mlds-lab", "neuralODEs")) == within
    assert (name.is_pinned, name.file) == (pinned, file)


@pytest.mark.parametrize("text", ["wandb:", "wandb:c", "wandb:a/b/c/d:v1", "wandb:c:", "wandb:a b:v1", "c:v1"])
def test_what_is_no_reference_is_refused(text):
    with pytest.raises(ConfigError, match="is not a reference to an artifact: write wandb:entity/project/name:version"):
        parse_artifact(text)


def test_an_artifact_is_not_looked_for_among_files():
    with pytest.raises(ConfigError, match=r"this artifact is not on this machine; `python -m runner plan`"):
        runs_of({"dataset_name": "mine", "dataset_file": "wandb:c:v1"})
