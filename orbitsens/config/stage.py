"""One stage of training."""

from typing import NamedTuple


class Stage(NamedTuple):
    """One training stage: its learning rate, optimiser steps, segment length and window."""

    learning_rate: float
    steps: int
    segment_length: int
    window: tuple[float, float]

    @property
    def sample_range(self) -> tuple[int, int]:
        """First and one-past-last sample of a segment: floor(L f0) .. ceil(L f1)."""
        start, end = self.window
        # The tiny shift keeps products such as 10 * 0.3 = 3.0000000000000004 from being rounded up.
        return int(self.segment_length * start + 1e-9), -int(-(self.segment_length * end - 1e-9) // 1)

    @property
    def n_samples(self) -> int:
        """Samples of a segment that are used, its first state included."""
        first, stop = self.sample_range
        return stop - first
