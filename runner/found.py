"""What a source has, before it is read."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from store.records import RunRecord, Unreadable

# Part of every mark: raise it when the same source is read as other records than before, and syncs read all anew.
READING = "3"


class Found(NamedTuple):
    """A run that a source has, at a place that is its own.

    `mark` is another one whenever what `read` brings may be; `read` is slow, and may be called in another thread or
    process.
    """

    where: str
    mark: str
    read: Callable[[], Sequence[RunRecord | Unreadable]]
