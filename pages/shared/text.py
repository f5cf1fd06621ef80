"""All words that more than one page uses: names of metrics with their units, of states, and how numbers are written."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from typing import Any

from orbitsens.sensitivity.labels import dataset_label as dataset_label
from store.filters import NO_GROUP as NO_GROUP


@dataclass(frozen=True)
class Metric:
    """A metric in words. `label` is its name on the page and in links, `unit` follows every number."""

    label: str
    unit: str
    help: str


METRICS: Mapping[str, Metric] = {
    "acceleration_error": Metric(
        "acceleration error",
        "%",
        "100 |a_true - a_model| / |a_true| at every sample of every orbit, then the mean over all samples. "
        "Pointwise: the model's acceleration at true states, nothing is integrated.",
    ),
    "accel_angle_deg": Metric(
        "acceleration angle",
        "deg",
        "Mean angle between the model's acceleration and the true one. Pointwise, at true states.",
    ),
    "radial_sign_violation_pct": Metric(
        "outward accelerations",
        "%",
        "Share of samples whose modelled acceleration points away from the Earth.",
    ),
    "accel_dir_flip_pct": Metric(
        "direction flips",
        "%",
        "Share of consecutive samples whose modelled accelerations point into opposite half spaces.",
    ),
}

CURVES: Mapping[str, Metric] = {
    **METRICS,
    "derivative_error": Metric(
        "error of the whole derivative",
        "%",
        "100 |f_true - f_model| / |f_true|, f being velocity and acceleration together: what the team's runs logged as "
        "acceleration_error before December 2025. On complex orbits 6 to 8 times smaller than the acceleration error.",
    ),
    "undated_acceleration_error": Metric(
        "acceleration error, undated",
        "%",
        "Logged as acceleration_error by a run of the team without a date: either that, or the error of the whole "
        "derivative.",
    ),
    "train_loss": Metric("loss", "", "The loss that is minimised; its unit depends on the loss function."),
    "percent_error": Metric(
        "state error", "%", "Mean of 100 |y - y_model| / |y| over the six components of position and velocity."
    ),
    "loss_component_mpe": Metric("state error in the loss", "%", "The part of the loss that is the mean state error."),
    "loss_component_rmse": Metric(
        "normalised RMSE in the loss", "%", "The part of the loss that is 100 sqrt(mean (y - y_model)^2 / mean y^2)."
    ),
    "train_loss_component_percent_error": Metric(
        "state error in the loss (attraction)",
        "%",
        "The state error within percent_error_with_attraction.",
    ),
    "train_loss_component_attraction": Metric(
        "attraction in the loss",
        "",
        "The part of percent_error_with_attraction that punishes accelerations away from the Earth.",
    ),
    "solver_num_steps_mean": Metric(
        "solver steps", "steps", "Steps of the solver for one segment, accepted and rejected, mean over a batch."
    ),
    "solver_num_accepted_mean": Metric(
        "accepted solver steps", "steps", "Accepted steps of the solver for one segment, mean over a batch."
    ),
    "solver_num_rejected_mean": Metric(
        "rejected solver steps", "steps", "Rejected steps of the solver for one segment, mean over a batch."
    ),
    "solver_reject_rate_mean": Metric(
        "rejected share of solver steps", "", "Rejected by all steps of the solver, from 0 to 1, mean over a batch."
    ),
    "solver_avg_dt_mean": Metric(
        "solver step size", "time units", "Mean step of the solver in canonical time units, mean over a batch."
    ),
    "solver_jac_max_abs_real_part_mean": Metric(
        "stiffness of the dynamics",
        "1/time unit",
        "Largest absolute real part of an eigenvalue of df/dy, in canonical units, mean over a batch.",
    ),
    "full_train_loss": Metric("loss on all training segments", "", "The loss over every training segment at once."),
    "curriculum_phase": Metric("training stage", "", "Stages of the schedules, counted from 0."),
    "segment_length": Metric("segment length", "samples", "Samples in a training segment."),
    "segment_ratio": Metric("segment ratio", "%", "100 segment length / samples of an orbit."),
}

STATES: Mapping[str, str] = {
    "finished": "The run ended and has a finite error.",
    "running": "The run has not ended yet; sync again when it has.",
    "crashed": "The process died without saying why.",
    "failed": "The process ended with an error.",
    "killed": "Someone stopped the run.",
    "diverged": "The run ended, but its acceleration error is not a finite number.",
}


def metric(key: str) -> Metric:
    """A metric in words; one that is not known keeps its key as label and has no unit."""
    return CURVES.get(key, Metric(key, "", f"Logged by the run as {key}."))


def axis_title(key: str) -> str:
    """Label and unit, such as "acceleration error (%)"."""
    words = metric(key)
    return f"{words.label} ({words.unit})" if words.unit else words.label


def number(value: float, unit: str = "") -> str:
    """Three significant digits and the unit: "7.12 %"; not a finite number: "not finite"."""
    if not isfinite(value):
        return "not finite"
    # Exponents such as "1.23e+07" are for very large and very small numbers only.
    digits = f"{value:.0f}" if 1e3 <= abs(value) < 1e6 else f"{value:#.3g}".removesuffix(".")
    return f"{'0' if value == 0.0 else digits} {unit}".rstrip()


def span(low: float, high: float, unit: str = "") -> str:
    """Two numbers and the unit: "6.94 to 7.31 %"."""
    return f"{number(low)} to {number(high, unit)}"


def count(n: int, noun: str, plural: str | None = None) -> str:
    """A number and its noun: "1 run", "20 runs"."""
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"


_SIGNS = re.compile(r"([\\`*_{}\[\]()<>#$|~!:+&-])")
_LIST_ITEM = re.compile(r"^(\s*\d{1,9})\.(?=\s|$)")
# Streamlit makes links, arrows, dashes and icons of words like these whatever stands before a sign, unless something
# stands between: text that is small, and empty.
_JOINT = ":small[]"
_JOINED = re.compile(
    r"(?<=http:)(?=//)|(?<=https:)(?=//)|(?<=www)(?=\.)|(?<=\S)(?=@)|(?<=:material)(?=/)|(?<=[<>~-])(?=[=>-])",
    re.IGNORECASE,
)


def plain(name: str) -> str:
    """A name that someone gave, as one line that Markdown shows as it stands, whatever signs it has."""
    parts = _JOINED.split(" ".join(name.splitlines()))
    return _LIST_ITEM.sub(r"\1\\.", _JOINT.join(_SIGNS.sub(r"\\\1", part) for part in parts))


def plain_lines(text: str) -> str:
    """A text that someone wrote, the same for each of its lines."""
    return "  \n".join(re.sub(r"^(\s*)=", r"\1\\=", plain(line)) for line in text.splitlines())


def code(name: str) -> str:
    """A name in letters of equal width, whatever signs it has."""
    name = " ".join(name.splitlines())
    if "`" not in name:
        return f"`{name}`"
    fence = "`" * (1 + max(map(len, re.findall(r"`+", name))))
    return f"{fence} {name} {fence}"


def spoken(sentence: str) -> str:
    """The sentence without its Markdown, for a screen reader or a picture."""
    return re.sub(r"\\(.)|\*\*", r"\1", sentence.replace(_JOINT, ""))


def listed(items: Sequence[object], most: int = 6, last: str = "and") -> str:
    """Items as people list them: "3, 7 and 12"; beyond `most` their number is said instead.

    `last` is the word before the last one.
    """
    words = [str(item) for item in items]
    if len(words) > most:
        words = [*words[: most - 1], f"{len(words) - most + 1:,} more"]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}" if words else ""


def ago(moment: datetime, now: datetime | None = None) -> str:
    """How long ago a time (with its zone) was: "3 hours ago"."""
    seconds = ((now or datetime.now(UTC)) - moment).total_seconds()
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            return f"{count(int(seconds // size), unit)} ago"
    return "just now"


def moment(when: datetime) -> str:
    """A time in UTC: "2026-11-22 21:03 UTC"."""
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def states_text(counts: Mapping[Any, Any]) -> str:
    """How many runs are in which state: "20 finished, 1 crashed"."""
    present = [f"{counts[state]} {state}" for state in STATES if counts[state]]
    return ", ".join(present) or "no runs"
