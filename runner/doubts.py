"""What is doubtful about the dataset files of a sweep, for the commands that plan and train it."""

from collections.abc import Sequence

from orbitsens.config import RunConfig, data_doubts


def doubt_lines(runs: Sequence[RunConfig]) -> list[str]:
    """Warn of what is doubtful about the dataset files of runs, a line each; the runs are trained all the same."""
    doubts = (doubt for data in dict.fromkeys(run.data for run in runs) for doubt in data_doubts(data))
    return [f"Warning: {doubt}" for doubt in dict.fromkeys(doubts)]
