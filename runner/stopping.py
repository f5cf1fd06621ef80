"""Stopping a sweep cleanly: Ctrl-C, or the SIGTERM of a batch system, `timeout` or a shutdown."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

# Exit codes of a program that was stopped, as shells have them: 128 and the signal's number.
INTERRUPTED, TERMINATED = 128 + signal.SIGINT, 128 + signal.SIGTERM


@dataclass
class Stop:
    """Whether a sweep was asked to stop, and the exit code that says by what; 0 while it was not."""

    exit_code: int = 0

    def __call__(self) -> bool:
        """Say whether the sweep is to stop."""
        return self.exit_code != 0


@contextmanager
def stop_on_signals(say: Callable[[str], None]) -> Iterator[Stop]:
    """Yield what becomes true at the first Ctrl-C or SIGTERM; a second Ctrl-C interrupts at once.

    A further SIGTERM changes nothing: batch systems repeat it, and kill what takes too long.
    """
    stop = Stop()

    def interrupt(number: int, frame: FrameType | None) -> None:
        del number, frame
        if stop():
            raise KeyboardInterrupt
        stop.exit_code = INTERRUPTED
        say("Stopping after this block of steps; press Ctrl-C again to stop at once.")

    def terminate(number: int, frame: FrameType | None) -> None:
        del number, frame
        if not stop():
            stop.exit_code = TERMINATED
            say("SIGTERM: stopping after this block of steps.")

    before = signal.signal(signal.SIGINT, interrupt), signal.signal(signal.SIGTERM, terminate)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before[0])
        signal.signal(signal.SIGTERM, before[1])
