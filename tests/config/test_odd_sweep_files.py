"""Sweep files that nobody should write: each is planned or refused in one sentence, at once."""

import time

import pytest

from orbitsens.config import ConfigError, expand, load_sweep_file
from orbitsens.programs import plan_programs

DATA = "data: {dataset_name: complex_TBP_planar_10}\n"
HEAD = "wandb: {group: g}\n" + DATA
OPEN = "allow_unknown: true\n" + HEAD + "parameters:\n"
LONG = "x" * 100_000


def parameters(text):
    return HEAD + "parameters: {" + text + "}\n"


def named(name):
    return "wandb: {group: g}\ndata: {dataset_name: " + name + "}\nparameters: {}\n"


def laughs(levels, width=10):
    """Aliases of aliases: `width ** levels` values in a few lines."""
    lines = ["  a0: &a0 [1, 2]"]
    lines += [f"  a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * width)}]" for i in range(1, levels + 1)]
    return OPEN + "\n".join(lines) + "\n"


def product(*sizes):
    """Unknown keys with so many alternatives each."""
    return OPEN + "".join(f"  k{i}: [{', '.join(map(str, range(n)))}]\n" for i, n in enumerate(sizes))


def numbers(n):
    return "[" + ", ".join(map(str, range(n))) + "]"


FILES = {
    # an anchor that refers to itself
    "itself": (OPEN + "  a: &a [1, *a]\n", "an anchor that refers to itself"),
    "itself in a mapping": (OPEN + "  a: &a {b: *a}\n", "parameters.a.b: an anchor that refers to itself"),
    "itself as a section": ("wandb: &w {group: g, notes: *w}\n" + DATA + "parameters: {}\n", "refers to itself"),
    "itself as a file": ("&f {wandb: *f}\n", "refers to itself"),
    "one another": (OPEN + "  a: &a [&b [*a], *b]\n", "refers to itself"),
    "itself as a seed": (parameters("seed: &a [*a]"), "parameters.seed: an anchor that refers to itself"),
    # deep and wide
    "nested lists": (parameters("seed: " + "[" * 5000 + "]" * 5000), "nested too deep; at most 40"),
    "nested mappings": (parameters("seed: " + "{a: " * 3000 + "1" + "}" * 3000), "nested too deep; at most 40"),
    "41 levels": (OPEN + "  a: " + "[" * 41 + "]" * 41, "nested too deep; at most 40"),
    "nested blocks": (OPEN + "".join(" " * (2 + i) + "a:\n" for i in range(900)), "nested too deep"),
    "laughs": (laughs(9), "aliases stand for [0-9,]+ values, and at most 200,000"),
    "more laughs": (laughs(300), r"aliases stand for about 10\^[0-9]+ values"),
    "laughs of texts": (laughs(9).replace("[1, 2]", f'["{"lol" * 100}"]'), "aliases stand for"),
    # too many
    "a million seeds": (parameters(f"seed: {numbers(1_000_000)}"), "it has 1,000,0[0-9]+ lines and entries"),
    "50,000 seeds": (parameters(f"seed: {numbers(50_000)}"), "it has 50,0[0-9]+ lines and entries of lists, and"),
    "1e9 combinations": (product(*[10] * 9), "has 1,000,000,000 runs .10 of k0 x 10 of k1.* 100,000 are the most"),
    "1e30 combinations": (product(*[10] * 30), r"about 10\^30 runs"),
    "1e400 combinations": (product(*[10] * 400), r"about 10\^400 runs"),
    "one too many": (product(100_001 // 3 // 3, 3, 3, 2), "has 199,998 runs"),
    "settings": (parameters(f"seed: {numbers(2000)}") + "settings:\n" + "  - {width: 3}\n" * 60, "has 120,000 runs"),
    "lines": (HEAD + "parameters: {}\n" + "\n" * 100_000, "100,00[0-9] lines"),
    "bytes": (HEAD + "parameters: {}\n#" + "x" * 2_000_000, "2,000,[0-9]+ characters, and at most 1,048,576"),
    # kinds of values
    "a date": (parameters("loss_fcn: 2026-01-02"), "parameters.loss_fcn: 2026-01-02 is a date"),
    "a time": (parameters("seed: 2026-01-02T03:04:05Z"), "parameters.seed: 2026-01-02 03:04:05.* is a time"),
    "a date as a group": (HEAD.replace("group: g", "group: 2026-01-02"), "wandb.group: 2026-01-02 is a date"),
    "a date in a list": (parameters("seed: [1, 2026-01-02]"), "parameters.seed: 2026-01-02 is a date"),
    "no date": (parameters("seed: 2026-99-99"), "value cannot be read|whole number"),
    "a set": (parameters("seed: !!set {1, 2}"), "parameters.seed: .* is a set"),
    "bytes as a value": (parameters("loss_fcn: !!binary aGVsbG8="), "parameters.loss_fcn: b'hello' is binary data"),
    "bad bytes": (parameters("loss_fcn: !!binary '*'"), "not valid YAML|cannot be read|binary data"),
    "pairs": (parameters("seed: !!pairs [a: 1, a: 2]"), "parameters.seed|whole number"),
    "an ordered mapping": (parameters("seed: !!omap [a: 1, b: 2]"), "parameters.seed"),
    "a float of a text": (parameters("scalar: !!float abc"), "cannot be read"),
    "an int of a text": (parameters("seed: !!int abc"), "cannot be read"),
    "a truth of a text": (parameters("planar_constraint: !!bool maybe"), "cannot be read|not valid"),
    "a time of a text": (parameters("seed: !!timestamp soon"), "cannot be read|not valid"),
    "an object": (parameters("seed: !!python/object/apply:os.system ['true']"), "not valid YAML"),
    "a name": (parameters("seed: !!python/name:os.system"), "not valid YAML"),
    "an own tag": (parameters("seed: !seed 3"), "not valid YAML"),
    "a null key": (OPEN + "  ? null\n  : 1\n", "the key None is not a text"),
    "a number as a key": (parameters("1: 2"), "parameters: the key 1 is not a text"),
    "a truth as a key": (OPEN + "  true: 1\n", "the key True is not a text"),
    "a list as a key": (OPEN + "  ? [a, b]\n  : 1\n", "is not a text|not valid YAML"),
    "a mapping as a key": (OPEN + "  ? {a: b}\n  : 1\n", "is not a text|not valid YAML"),
    "a date as a key": (OPEN + "  2026-01-02: 1\n", "the key 2026-01-02 is not a text"),
    "a number as a section": ("1: {}\n" + HEAD + "parameters: {}\n", "the key 1 is not a text"),
    "an alias of nothing": (parameters("seed: *nowhere"), "not valid YAML.*undefined alias"),
    "a merge of a number": (OPEN + "  <<: 3\n", "not valid YAML|cannot be read"),
    # numbers
    "5,000 digits": (parameters("seed: " + "9" * 5000), "cannot be read|digits"),
    "4,000 digits": (parameters("seed: " + "9" * 4000), r"parameters.seed: .*99999\.\.\. \(4,000 characters\)"),
    "5,000 hex digits": (parameters("seed: 0x" + "f" * 5000), "parameters.seed|cannot be read"),
    "5,000 digits of a float": (parameters("scalar: " + "9" * 5000 + ".0"), "finite number"),
    "infinity": (parameters("scalar: .inf"), "write a finite number"),
    "not a number": (parameters("scalar: .nan"), "scalar"),
    "a tiny number": (parameters("scalar: 1e-400"), "has to be above 0"),
    "a huge number": (parameters("lr_strategy: [[1e400]]"), "write a finite number"),
    "width of 1e9": (parameters("width: 1000000000"), "parameters.width: has to be at most 65536, got 1000000000"),
    "depth of 1e9": (parameters("depth: 1000000000"), "parameters.depth: has to be at most 1000, got 1000000000"),
    "width and depth": (parameters("width: 65536, depth: 900"), "weights, and 1,073,741,824 are the most"),
    "1e12 steps": (parameters("steps_strategy: [[1000000000000]]"), "has to be at most 1000000000"),
    "1e12 epochs": (parameters("epochs_strategy: [[1000000000000]]"), "has to be at most 1000000000"),
    "1e12 samples": (parameters("segment_length_strategy: [[1000000000000]]"), "is longer than an orbit"),
    "1e12 orbits": (parameters("num_trajs: 1000000000000"), "1000000000000 orbits asked for"),
    "seed of 1e12": (parameters("seed: 1000000000000"), "has to be below 4294967296"),
    "10,000 stages": (parameters(f"steps_strategy: [[{', '.join(['1'] * 10_000)}]]"), "write at most 1000 entries"),
    "1e9 orbits": (named("complex_TBP_planar_1000000000"), "1,000,000,000 orbits are asked for, and 100,000 are"),
    "1e5000 orbits": (named("complex_TBP_planar_1" + "0" * 5000), "is not a dataset name"),
    "orbits in other digits": (named("complex_TBP_planar_\u0661\u0660"), "is not a dataset name"),
    # long texts are not echoed
    "a long value": (parameters(f"loss_fcn: {LONG}"), "unknown name 'xxx.*100,000 characters.*known are"),
    "a long list": (parameters(f"width: [{{a: {LONG}}}]"), "parameters.width: write a whole number, got"),
    "a long key": (parameters(f"? '{LONG}' : 1"), "unknown key; correct it"),
    "a long section": (HEAD + f"parameters: {{}}\n? '{LONG}'\n: 1\n", "unknown section"),
    "a long key of another kind": (parameters(f"'{LONG}': 1"), "not valid YAML"),
    "a long dataset": (named(LONG), "is not a dataset name"),
    "a long key twice": (OPEN + f"  '{LONG}': 1\n  '{LONG}': 2\n", "not valid YAML"),
    "a long schedule": (parameters(f"lr_strategy: [[[{LONG}]]]"), "nested too deep"),
    "a long window": (parameters(f"length_strategy: {LONG}"), "length_strategy: write a list"),
    "a long tag": (parameters(f"seed: !{LONG} 3"), "not valid YAML"),
    "a long alias": (parameters(f"seed: *{LONG}"), "not valid YAML"),
    "a long value twice": (OPEN + f"  k: ['{LONG}', '{LONG}']\n", "mean the same"),
    "a long augmentation": (parameters(f"augmentation: {LONG}"), "unknown name"),
    # no sweep file at all
    "nothing": ("", "holds no mapping"),
    "a text": ("hello", "holds no mapping"),
    "a list for a file": ("[1, 2]", "holds no mapping"),
    "two documents": (HEAD + "parameters: {}\n---\n" + HEAD, "not valid YAML"),
    "a tab": (HEAD + "parameters:\n\tseed: 1\n", "not valid YAML"),
    "control characters": (HEAD + "parameters: {seed: \x01}\n", "not valid YAML"),
    "an unclosed list": (HEAD + "parameters: {seed: [1, 2\n", "not valid YAML"),
    "a directive": ("%YAML 9.9\n---\n" + HEAD + "parameters: {seed: [}\n", "not valid YAML"),
    "an unclosed quote": (HEAD + "parameters: {loss_fcn: '" + "a\n" * 1000, "not valid YAML"),
}  # fmt: skip
PLANNED = {
    "a merge of itself": (OPEN + "  a: &a\n    <<: *a\n", 1),
    "merge keys": (HEAD + "parameters:\n  <<: &base {width: 32, depth: 2}\n  seed: [0, 1]\n", 2),
    "aliases": (HEAD + "parameters:\n  seed: &s [0, 1, 2]\n  init_seed: *s\n", 9),
    "unused anchors": (laughs(0), 2),
    "forty levels": (OPEN + "  a: " + "[" * 37 + "1" + "]" * 37 + "\n", 1),
    "quoted dates": (OPEN + "  taken: '2026-01-02'\n", 1),
    "a huge batch": (parameters("batch_size: 1000000000000"), 1),
    "the largest dataset": (named("simple_TBP_planar_100000"), 1),
    "the largest model": (parameters("width: 32768, depth: 1"), 1),
}


def test_there_are_enough_odd_files():
    assert len(FILES) + len(PLANNED) >= 84


@pytest.mark.parametrize("name", FILES)
def test_one_sentence_at_once(tmp_path, name):
    text, words = FILES[name]
    path = tmp_path / "s.yaml"
    path.write_text(text, encoding="utf-8")
    began = time.process_time()
    with pytest.raises(ConfigError, match=words) as told:
        expand(load_sweep_file(path))
    assert time.process_time() - began < 3
    assert len(str(told.value)) < 1000 + len(str(path))
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("name", PLANNED)
def test_what_is_odd_and_means_something_is_planned(tmp_path, name):
    text, n = PLANNED[name]
    path = tmp_path / "s.yaml"
    path.write_text(text, encoding="utf-8")
    runs = expand(load_sweep_file(path))
    assert len(runs) == n
    assert sum(len(program.places) for program in plan_programs(runs)) == n


@pytest.mark.parametrize(
    "text", ["seed=[1", f"loss_fcn={LONG}", LONG, f"{LONG}.a=1", "seed=2026-01-02", "seed=&a [*a]"]
)
def test_overrides_are_read_the_same_way(tmp_path, text):
    path = tmp_path / "s.yaml"
    path.write_text(HEAD + "parameters: {}\n")
    with pytest.raises(ConfigError) as told:
        expand(load_sweep_file(path), [text])
    assert len(str(told.value)) < 1000


def test_a_folder_or_a_device_is_no_sweep_file(tmp_path):
    for path in (tmp_path, type(tmp_path)("/dev/zero")):
        with pytest.raises(ConfigError, match="cannot read this sweep file: it is not a regular file"):
            load_sweep_file(path)
    with pytest.raises(ConfigError, match="cannot read this sweep file"):
        load_sweep_file(tmp_path / ("x" * 5000))
    with (tmp_path / "huge.yaml").open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(ConfigError, match="it has 1,099,511,627,776 bytes, and 67,108,864 are the most"):
        load_sweep_file(tmp_path / "huge.yaml")


def test_a_sweep_is_counted_without_being_made(tmp_path):
    path = tmp_path / "s.yaml"
    path.write_text(product(*[10] * 9))
    began = time.process_time()
    with pytest.raises(ConfigError, match="1,000,000,000 runs"):
        expand(load_sweep_file(path))
    assert time.process_time() - began < 1


def many(tmp_path, n_seeds):
    path = tmp_path / "s.yaml"
    path.write_text(
        parameters(f"seed: {numbers(n_seeds)}, width: [8, 16, 32, 64], depth: [1, 2, 3, 4, 5], batch_size: [16, 32]")
    )
    return path


def test_each_run_takes_little_time(tmp_path):
    path = many(tmp_path, 50)
    began = time.process_time()
    runs = expand(load_sweep_file(path))
    programs = plan_programs(runs)
    assert len(runs) == len({run.hash for run in runs}) == 2000
    assert len({run.setting for run in runs}) == 40 == len(programs)
    assert time.process_time() - began < 4  # at one machine 0.2 s; 100,000 at 10 s would be as many as 2,000 at 0.2 s


@pytest.mark.slow
def test_100000_runs_are_planned_in_seconds(tmp_path):
    path = many(tmp_path, 2500)
    began = time.process_time()
    runs = expand(load_sweep_file(path))
    plan_programs(runs)
    assert len(runs) == 100_000
    assert time.process_time() - began < 20
