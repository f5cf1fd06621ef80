"""The progress of a sweep: a live bar on a terminal, a line now and then elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from orbitsens.ensemble import BlockReport

SECONDS_BETWEEN_LINES = 20.0


@contextmanager
def sweep_progress(console: Console, planned_s: float) -> Iterator[Callable[[float, BlockReport], None]]:
    """Yield `on_work(seconds, report)`, to be called after each block with its share of the planned seconds."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    last_line = time.monotonic()
    done = 0.0
    first: tuple[float, float] | None = None  # when the first block was done, and the work until then
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(f"compiling (about {planned_s:.0f} s in all)", total=planned_s)

        def on_work(seconds: float, report: BlockReport) -> None:
            nonlocal done, last_line, first
            done += seconds
            text = _how_far(report)
            progress.update(task, completed=done, description=text)
            now = time.monotonic()
            first = first or (now, done)
            if not console.is_terminal and (now - last_line > SECONDS_BETWEEN_LINES or done > 0.9999 * planned_s):
                last_line = now
                # The first block waited for the compiler; before there is a second one, the plan is all there is.
                pace = 1.0 if done == first[1] else (now - first[0]) / (done - first[1])
                left = max(0.0, pace * (planned_s - done))
                console.print(f"{100 * done / planned_s:3.0f} %  {text}, about {left:.0f} s left")

        yield on_work


def _how_far(report: BlockReport) -> str:
    """The step, the median over the runs whose error is a number, and how many have none any more."""
    error = np.asarray(report.rows.metrics["acceleration_error"])
    going = error[np.isfinite(error)]
    where = f"step {report.block.global_step + report.block.n_steps}, stage {report.block.stage + 1}"
    median = [f"median acceleration error {np.median(going):.2f} %"] if going.size else []
    lost = [f"{error.size - going.size} of {error.size} runs diverged"] if going.size < error.size else []
    return f"{where}: {', '.join(median + lost)}"
