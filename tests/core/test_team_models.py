"""Model files of the team and damaged ones: rebuilt as the team's loader does, or refused with one sentence."""

import itertools
import json
import random
from datetime import date

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from orbitsens.config import Parameters
from orbitsens.config.layer_sizes import N_FEATURES, N_OUTPUTS
from orbitsens.config.model_settings import model_settings
from orbitsens.features import REGISTRY as FEATURES
from orbitsens.model import load_model, make_model, save_model
from orbitsens.model_file import doubts, read_model_file
from orbitsens.outputs import REGISTRY as OUTPUTS
from tests.team_files import TEAM_HEAD, Func, team_file, team_mlp

Y = jnp.float32([1.2, -0.3, 0.4, 0.5, 0.9, -0.2])
KEYS = ("feature_layer", "output_layer", "planar_constraint", "scalar", "activation")
WHOLE = {**TEAM_HEAD, "output_layer": "mlp_4D_unit_scaled", "scalar": 2.5}


def unit(x):
    return x / np.linalg.norm(x)


def expected(mlp, *, feature_layer, output_layer, planar_constraint, scalar):
    """What the team's code makes of a state, written again."""
    r, v = np.asarray(Y[:3], np.float64), np.asarray(Y[3:], np.float64)
    first = 1 / np.linalg.norm(r) if feature_layer == "sph_4D_rinv_vel" else np.linalg.norm(r)
    o = np.asarray(mlp(jnp.float32([first, *unit(r), *v])), np.float64)
    derivative = o if output_layer == "std_output_6" else np.concatenate([v, scalar * abs(o[0]) * unit(o[1:4])])
    return derivative * [1, 1, 0 if planar_constraint else 1, 1, 1, 1]


@pytest.mark.parametrize("missing", [m for n in range(6) for m in itertools.combinations(KEYS, n)], ids="-".join)
@pytest.mark.parametrize("nested", [True, False])
def test_every_combination_of_missing_keys_is_read_as_the_team_would_or_refused(tmp_path, missing, nested):
    head = {key: value for key, value in WHOLE.items() if key not in missing}
    defaults = {
        "feature_layer": "rmag_v_and_direction",
        "output_layer": "std_output_6",
        "planar_constraint": False,
        "scalar": 1.0,
    }
    read = {key: head.get(key, default) for key, default in defaults.items()}
    mlp = team_mlp(7, N_OUTPUTS[read["output_layer"]])
    path = team_file(tmp_path / "m.eqx", {"parameters": head} if nested else head, mlp)
    if "activation" in missing:
        with pytest.raises(ValueError, match=r"says no activation.*--set activation=leaky_relu") as caught:
            load_model(path)
        assert "\n" not in str(caught.value)
        given = load_model(path, given={"activation": "elu"}).model
        np.testing.assert_allclose(given.func(Y), expected(mlp, **read), rtol=1e-5, atol=1e-7)
        return
    model = load_model(path).model
    np.testing.assert_allclose(model.func(Y), expected(mlp, **read), rtol=1e-5, atol=1e-7)
    assert (model.rtol, model.atol) == pytest.approx((1e-5, 1e-7), rel=1e-6)
    assumed = model_settings(read_model_file(path).config, None).assumed
    assert assumed == {key: defaults[key] for key in missing}


def test_width_and_depth_come_from_the_arrays_where_the_file_does_not_say_them(tmp_path):
    head = {key: value for key, value in TEAM_HEAD.items() if key not in ("width", "depth", "rtol", "atol")}
    path = team_file(tmp_path / "m.eqx", {"parameters": head}, team_mlp(7, 4, depth=3, width_size=6))
    mlp = load_model(path).model.func.mlp
    assert (mlp.width_size, mlp.depth) == (6, 3)


@pytest.mark.parametrize(
    ("layer", "when", "acceleration"),
    [
        ("mlp_4D", date(2025, 11, 1), lambda o, s: o[0] * o[1:4]),
        ("mlp_4D", date(2025, 12, 1), lambda o, s: abs(o[0]) * o[1:4]),
        ("mlp_4D_activation", date(2025, 11, 25), lambda o, s: np.log1p(np.exp(o[0])) * np.tanh(o[1:4])),
        ("mlp_4D_activation", date(2025, 11, 26), lambda o, s: np.tanh(o[1:4]) / (1 + np.exp(-o[0]))),
        ("mlp_4D_softplus", None, lambda o, s: np.log1p(np.exp(o[0])) * o[1:4]),
        ("mlp_4D_logmag_exp", None, lambda o, s: s * np.exp(o[0]) * o[1:4]),
        ("mlp_4D_logmag_unit_exp", None, lambda o, s: s * np.exp(o[0]) * unit(o[1:4])),
        ("mlp_4D_logmag_unit_tanh_exp", None, lambda o, s: s * np.exp(o[0]) * unit(np.tanh(o[1:4]))),
        ("mlp_4D_logmag_unit_softplus", None, lambda o, s: s * (np.log1p(np.exp(o[0])) + 1e-8) * unit(o[1:4])),
        ("mlp_simple", None, lambda o, s: o[3:]),
        ("mlp_simple_hybrid", None, lambda o, s: o),
    ],
)
@pytest.mark.parametrize("log_magnitude", [-20.0, 0.0])
def test_a_layer_is_what_the_team_called_by_its_name_then(tmp_path, layer, when, acceleration, log_magnitude):
    n = {"mlp_simple": 6, "mlp_simple_hybrid": 3}.get(layer, 4)
    mlp = team_mlp(7, n, seed=3)
    mlp = eqx.tree_at(lambda m: m.layers[-1].bias, mlp, mlp.layers[-1].bias.at[0].add(log_magnitude))
    head = {**TEAM_HEAD, "output_layer": layer, "scalar": 2.5, "planar_constraint": False}
    model = load_model(team_file(tmp_path / "m.eqx", head, mlp), when).model
    o = np.asarray(mlp(FEATURES["sph_4D_rinv_vel"].apply(Y)), np.float64)
    np.testing.assert_allclose(model.func(Y)[3:], acceleration(o, 2.5), rtol=2e-5, atol=1e-12)


def test_an_activation_after_the_last_layer_is_applied(tmp_path):
    mlp = team_mlp(7, 4, final_activation=jax.nn.tanh)
    plain = load_model(team_file(tmp_path / "p.eqx", TEAM_HEAD, mlp)).model.func
    model = load_model(team_file(tmp_path / "m.eqx", {**TEAM_HEAD, "final_activation": "tanh"}, mlp)).model.func
    features = FEATURES["sph_4D_rinv_vel"].apply(Y)
    np.testing.assert_array_equal(model.mlp(features), mlp(features))
    np.testing.assert_allclose(jnp.tanh(plain.mlp(features)), mlp(features), rtol=1e-6)


def test_sizes_of_layers_are_those_of_the_layers():
    assert {name: FEATURES[name].size for name in N_FEATURES} == N_FEATURES
    assert {name: OUTPUTS[name].n_outputs for name in N_OUTPUTS} == N_OUTPUTS


def cast(kind):
    return jax.tree.map(lambda x: np.asarray(x, kind) if eqx.is_array(x) else x, team_mlp(7, 4))


@pytest.mark.parametrize(
    ("head", "mlp", "says"),
    [
        (
            {"feature_layer": "cartesian"},
            None,
            r"func.mlp.layers\[0\].weight has shape 4 x 7, and width 4 and feature_layer cartesian make it 4 x 6",
        ),
        (
            {"output_layer": "mlp_simple"},
            None,
            r"layers\[2\].weight has shape 4 x 4, and output_layer std_output_6 .*team's loader reads.* make it 6 x 4",
        ),
        ({"width": 8}, None, r"layers\[0\].weight has shape 4 x 7, and width 8 and .* make it 8 x 7"),
        ({"depth": 1}, None, r"it holds 8 arrays, and depth 1 has 6"),
        ({"depth": 10**12}, None, r"its array rtol|array func.mlp.layers\[3\].weight has shape of a single number"),
        ({}, "f2", r"its array func.mlp.layers\[0\].weight has type float16, and models have float32"),
        ({}, "f8", r"its array func.mlp.layers\[0\].weight has type float64, and models have float32"),
    ],
)
def test_a_file_that_does_not_fit_says_which_array_and_how(tmp_path, head, mlp, says):
    path = team_file(tmp_path / "m.eqx", {**TEAM_HEAD, **head}, cast(mlp) if mlp else team_mlp(7, 4))
    with pytest.raises(ValueError, match=f"not a readable model file: .*{says}"):
        load_model(path)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "it is empty"),
        (b"\x93NUMPY\x01\x00v\x00", "its first line is not text"),
        (b"not a model\n", "its first line is not JSON"),
        (b"[" * 100_000 + b"\n", "its first line is not JSON"),
        (b"[1]\n", "its first line is not a mapping"),
        (b"{}", "it ends after its first line"),
        (b"{}\nabc", "no array begins where its array number 1 should"),
        (b"{}\n", r"its array func.mlp.layers\[0\].weight is missing"),
        (
            b"{}\n\x93NUMPY\x01\x00v\x00"
            + b"{'descr': '<f4', 'fortran_order': False, 'shape': (99999, 99999), }".ljust(117)
            + b"\n",
            "its array number 1 has 39999200004 bytes, and 0 are left",
        ),
    ],
)
def test_what_is_no_model_file_is_one_sentence(tmp_path, content, says):
    path = tmp_path / "m.eqx"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=says):
        load_model(path)


def test_bytes_behind_the_end_are_refused(tmp_path):
    path = team_file(tmp_path / "m.eqx", TEAM_HEAD, team_mlp(7, 4))
    path.write_bytes(path.read_bytes() + b"more")
    with pytest.raises(ValueError, match="no array begins where its array number 9 should"):
        load_model(path)


def doubts_of(path):
    content = read_model_file(path)
    return doubts(content, model_settings(content.config, None), path)


def test_weights_and_tolerances_that_cannot_be_are_doubted(tmp_path):
    mlp = team_mlp(7, 4)
    assert doubts_of(team_file(tmp_path / "m.eqx", TEAM_HEAD, mlp)) == []
    for value, says in ((np.nan, "holds 1 numbers that are not finite"), (-3e9, "the implausible weight 3e+09")):
        odd = eqx.tree_at(lambda m: m.layers[1].bias, mlp, mlp.layers[1].bias.at[2].set(value))
        assert [d for d in doubts_of(team_file(tmp_path / "m.eqx", TEAM_HEAD, odd)) if says in d]
    assert doubts_of(team_file(tmp_path / "m.eqx", {**TEAM_HEAD, "rtol": 1e-3}, mlp)) == [
        "Its rtol is 1e-05 among the arrays and 0.001 in the first line."
    ]
    misspelt = {("featuse_layer" if k == "feature_layer" else k): v for k, v in TEAM_HEAD.items()}
    assert "Its key featuse_layer looks like feature_layer, which is missing." in doubts_of(
        team_file(tmp_path / "m.eqx", misspelt, mlp)
    )


def own_file(path):
    parameters = Parameters(width=4, depth=2)
    config = {"parameters": parameters.model_dump(mode="json"), "data": {"dataset_name": "simple_TBP_planar_1"}}
    save_model(path, make_model(parameters, key=jax.random.key(0)), config)
    return path


def flipped(content, seed):
    bit = random.Random(seed).randrange(8 * len(content))
    return content[: bit // 8] + bytes([content[bit // 8] ^ 1 << bit % 8]) + content[bit // 8 + 1 :]


def attack(path, seeds):
    """Flip one bit of an own file, again and again: each is refused, or the model is what it was."""
    whole = path.read_bytes()
    true = load_model(path)
    silent, sentences = [], []
    for seed in seeds:
        path.write_bytes(flipped(whole, seed))
        try:
            content = read_model_file(path)
            found = load_model(path)
        except ValueError as error:
            sentences.append(str(error))
            continue
        assert not content.checked  # the key of the checksum was hit
        same = np.array_equal(found.model.func(Y), true.model.func(Y)) and found.units == true.units
        silent += [seed] if not same else []
    path.write_bytes(whole)
    assert sentences and not any("\n" in sentence for sentence in sentences)
    return silent


def test_no_flipped_bit_of_an_own_file_gives_another_model(tmp_path):
    assert attack(own_file(tmp_path / "m.eqx"), range(40)) == []


@pytest.mark.slow
def test_no_flipped_bit_of_an_own_file_gives_another_model_many_times(tmp_path):
    assert attack(own_file(tmp_path / "m.eqx"), range(1000)) == []


def test_a_flipped_team_file_is_read_or_refused_and_large_changes_are_doubted(tmp_path):
    path = team_file(tmp_path / "m.eqx", {"parameters": TEAM_HEAD}, team_mlp(7, 4))
    whole = path.read_bytes()
    true, sentences = read_model_file(path).arrays, []
    for seed in range(200):
        path.write_bytes(flipped(whole, seed))
        try:
            arrays = read_model_file(path).arrays
            found = doubts_of(path)
        except ValueError as error:
            sentences.append(str(error))
            continue
        if any(np.any(np.abs(a) > 1e3) or not np.all(np.isfinite(a)) for a in arrays if a.shape):
            assert found
        changed = sum(int(np.sum(a != b)) for a, b in zip(arrays, true, strict=True))
        assert changed <= 1
    assert sentences and not any("\n" in sentence for sentence in sentences)


def test_a_file_agrees_with_its_checksum_after_it_was_read_and_written_again(tmp_path):
    path = own_file(tmp_path / "m.eqx")
    model, config, units = load_model(path)
    save_model(tmp_path / "again.eqx", model, {k: v for k, v in config.items() if k != "fitted"}, units)
    assert read_model_file(tmp_path / "again.eqx").checked
    assert (tmp_path / "again.eqx").read_bytes().partition(b"\n")[2] == path.read_bytes().partition(b"\n")[2]


def test_a_model_file_is_read_the_same_where_jax_computes_in_float64(tmp_path):
    path = own_file(tmp_path / "m.eqx")
    single = load_model(path).model
    with jax.enable_x64(True):
        double = load_model(path).model
    weights = [jax.tree.leaves(eqx.filter(model.func, eqx.is_array)) for model in (single, double)]
    assert all(a.dtype == b.dtype == np.float32 and np.array_equal(a, b) for a, b in zip(*weights, strict=True))


def test_the_factorys_files_are_what_equinox_reads(tmp_path):
    mlp = team_mlp(7, 4, seed=5)
    with team_file(tmp_path / "m.eqx", TEAM_HEAD, mlp).open("rb") as file:
        assert json.loads(file.readline()) == TEAM_HEAD
        read = eqx.tree_deserialise_leaves(file, Func(team_mlp(7, 4, seed=6)))
    np.testing.assert_array_equal(read.mlp(jnp.ones(7)), mlp(jnp.ones(7)))
