"""Syncing again and again, quietly, beside whatever else runs."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from orbitsens.config import ConfigError
from store.connect import StoreError
from store.publish import SyncReport


def watched(
    sync: Callable[[], SyncReport],
    every: float,
    on_news: Callable[[SyncReport], None],
    on_trouble: Callable[[str], None],
    stop: threading.Event | None = None,
) -> None:
    """Call `sync` every so many seconds until Ctrl-C or SIGTERM, or until `stop` is set.

    `on_news` gets the reports that published something or failed differently than before, and the first; `on_trouble`
    gets the sentence of a sync that could not be made, once, as long as it is the same. A sync under way is ended.
    """
    ended = stop or threading.Event()
    failed: object = None
    trouble: str | None = None
    with _signals_set(ended):
        while not ended.is_set():
            try:
                report = sync()
            except (ConfigError, StoreError) as error:
                if str(error) != trouble:
                    trouble = str(error)
                    on_trouble(trouble)
            else:
                trouble = None
                if report.published or report.failed != failed:
                    on_news(report)
                failed = report.failed
            ended.wait(every)


@contextmanager
def _signals_set(event: threading.Event) -> Iterator[None]:
    """Let SIGINT and SIGTERM set an event; a second one interrupts at once. Outside the main thread nothing changes."""

    def handle(number: int, frame: FrameType | None) -> None:
        del number, frame
        if event.is_set():
            raise KeyboardInterrupt
        event.set()

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
