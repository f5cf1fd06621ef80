"""The filter in words, and what its values are called."""

from collections.abc import Callable, Sequence

from orbitsens.sensitivity.settings import value_text
from pages.shared.filter.values import value_words
from pages.shared.text import NO_GROUP, axis_title, count, dataset_label, listed, number
from store.filters import Measured, Range, RunFilter, Value


def groups_text(which: RunFilter) -> str:
    """What titles and file names call the runs: a group's name, or how many groups there are."""
    if len(which.groups) == 1:
        return which.groups[0] or NO_GROUP
    return count(len(which.groups), "group") if which.groups else "all groups"


def restrictions(which: RunFilter) -> list[str]:
    """Each restriction in words, such as "width 16 or 32" or "lr 0.001 to 0.1"."""
    told = []
    if which.groups:
        told.append(f"group {_either([group or NO_GROUP for group in which.groups])}")
    if which.states:
        told.append(f"state {_either(which.states)}")
    told += [f"{name} {_wanted(wanted)}" for name, wanted in which.parameters]
    told += [f"{metric_words(measured)} {range_words(wanted, number)}" for measured, wanted in which.metrics]
    if which.created_from or which.created_to:
        ends = [f"from {which.created_from}"] if which.created_from else []
        told.append(f"created {' '.join([*ends, *([f'to {which.created_to}'] if which.created_to else [])])}")
    if which.tags:
        told.append(f"tag {_either(which.tags)}")
    if which.text:
        told.append(f'text "{which.text}"')
    return told


def metric_words(measured: Measured) -> str:
    """A metric with its unit, and what it was measured on."""
    return f"{axis_title(measured.metric)} on {dataset_label(measured.dataset, measured.split)}"


def _wanted(wanted: tuple[Value, ...] | Range) -> str:
    if isinstance(wanted, Range):
        return range_words(wanted, value_text)
    return _either([value_words(value) for value in wanted])


def range_words(wanted: Range, text: Callable[[float], str]) -> str:
    """A range in words, its ends as `text` writes numbers."""
    low, high = (None if end is None else text(end) for end in (wanted.low, wanted.high))
    if low is not None and high is not None:
        return f"{low} to {high}"
    return f"at least {low}" if low is not None else f"at most {high}" if high is not None else "set"


def _either(words: Sequence[str]) -> str:
    return listed(words, last="or")
