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
def sweep_progress(
    console: Console, total_steps: int, estimate_s: float
) -> Iterator[Callable[[int, BlockReport], None]]:
    """Yield `on_steps(steps, report)`, to be called after each block with the steps made, summed over runs."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    began = last_line = time.monotonic()
    done = 0
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(f"compiling (about {estimate_s:.0f} s in all)", total=total_steps)

        def on_steps(steps: int, report: BlockReport) -> None:
            nonlocal done, last_line
            done += steps
            error = np.asarray(report.rows.metrics["acceleration_error"])
            last_step = report.block.global_step + report.block.n_steps
            text = f"step {last_step}, stage {report.block.stage + 1}: acceleration error {np.median(error):.2f} %"
            progress.update(task, completed=done, description=text)
            now = time.monotonic()
            if not console.is_terminal and (now - last_line > SECONDS_BETWEEN_LINES or done == total_steps):
                last_line = now
                left = (now - began) * (total_steps - done) / done
                console.print(f"{100 * done / total_steps:3.0f} %  {text} (median), about {left:.0f} s left")

        yield on_steps
