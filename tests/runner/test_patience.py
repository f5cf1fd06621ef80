"""Trying again: given up in the end, and all wait together."""

import threading

import pytest
from wandb.errors import CommError

from runner.patience import Patience


def test_patience_gives_up_and_asks_no_more_where_it_would_not_help() -> None:
    asked: list[int] = []

    def ask() -> None:
        asked.append(1)
        raise CommError("connection reset")

    with pytest.raises(CommError, match="reset"):
        Patience((0.01, 0.01)).call(ask)
    assert len(asked) == 3


def test_threads_wait_together() -> None:
    patience, asked, refused = Patience((0.5,)), threading.Event(), threading.Event()

    def refused_once() -> str:
        if not asked.is_set():
            asked.set()
            raise CommError("busy")
        return "at last"

    def first() -> None:
        assert patience.call(refused_once) == "at last"
        refused.set()

    thread = threading.Thread(target=first)
    thread.start()
    assert asked.wait(5)
    while patience._not_before == 0:
        pass
    assert patience.call(lambda: "second") == "second"
    assert patience._not_before > 0
    thread.join()
    assert refused.is_set()
