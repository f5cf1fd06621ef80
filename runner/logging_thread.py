"""One thread that logs while training goes on."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

Submit = Callable[..., None]


@contextmanager
def logging_thread() -> Iterator[Submit]:
    """Yield `submit(function, *arguments)`: calls run in order in one thread, so that training goes on meanwhile.

    The first error of a call is raised by the next `submit` or at the end of the block, and no later call is made.
    At the end of the block all calls have been made.
    """
    failed: list[BaseException] = []

    def call(function: Callable[..., None], *arguments: object) -> None:
        try:
            if not failed:
                function(*arguments)
        except BaseException as error:  # noqa: BLE001 - raised in the caller
            failed.append(error)

    def submit(function: Callable[..., None], *arguments: object) -> None:
        if failed:
            raise failed[0]
        pool.submit(call, function, *arguments)

    try:
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="wandb-log") as pool:
            yield submit
    except BaseException as error:
        if failed and failed[0] is not error:
            error.add_note(f"Logging to W&B had failed as well: {failed[0]!r}")
        raise
    if failed:
        raise failed[0]
