"""Trying again: a server that is busy or out of reach for a moment is given time by all who ask it."""

import random
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import TypeVar

from requests import RequestException
from wandb.errors import CommError
from wandb.sdk.lib.service.service_connection import WandbApiFailedError

Result = TypeVar("Result")

# s before each new try. wandb's own client tries before that, and keeps to what a server says in Retry-After.
WAITS = (1.0, 2.0, 4.0, 8.0, 16.0)
# What a call of wandb's client may raise when the server does not do what is asked.
PROBLEMS = (CommError, WandbApiFailedError, RequestException)
FOR_A_MOMENT = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}


class Patience:
    """Calls of one server by several threads; when one call has to wait, all wait."""

    def __init__(self, waits: tuple[float, ...] = WAITS) -> None:
        self._waits = waits
        self._lock = threading.Lock()
        self._not_before = 0.0

    def call(self, ask: Callable[[], Result]) -> Result:
        """Return what `ask` returns, trying again while the server is busy or out of reach.

        Raises:
            Exception: one of `PROBLEMS`, the last try's; at once if trying again would not help.
        """
        for wait in self._waits:
            self._hold_back()
            try:
                return ask()
            except PROBLEMS as error:
                if not may_pass(error):
                    raise
                with self._lock:
                    self._not_before = max(self._not_before, time.monotonic() + wait * random.uniform(0.75, 1.25))
        self._hold_back()
        return ask()

    def _hold_back(self) -> None:
        while (seconds := self._not_before - time.monotonic()) > 0:
            time.sleep(seconds)


def may_pass(error: BaseException) -> bool:
    """Say whether an error may be gone a little later: no answer, a busy server, a server in trouble."""
    if not_understood(error):
        return False
    status = http_status(error)
    return status is None or status in FOR_A_MOMENT or status >= HTTPStatus.INTERNAL_SERVER_ERROR


def is_refusal(error: BaseException) -> bool:
    """Say whether the server has answered, and that it has no answer to this: it may not know the query."""
    return not may_pass(error) or str(error).startswith("input:")  # as wandb-core writes the errors of an answer


def not_understood(error: BaseException) -> bool:
    """Say whether the client could not make sense of an answer."""
    return isinstance(error, CommError) and not isinstance(error.exc, WandbApiFailedError | RequestException | None)


def http_status(error: BaseException) -> int | None:
    """Return the status of the server's answer that an error is about, or None where there was none."""
    cause = error.exc if isinstance(error, CommError) else error
    if isinstance(cause, RequestException):
        return None if cause.response is None else int(cause.response.status_code)
    if isinstance(cause, WandbApiFailedError) and cause.response is not None:
        return cause.response.http_status or None
    return None
