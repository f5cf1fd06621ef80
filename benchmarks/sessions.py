"""People at machines of their own: sessions of the app that take what the server sends and draw nothing.

They speak Streamlit's own protocol, so that only the server works on this machine, as where it is shared by a team.
"""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import NamedTuple
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

Query = dict[str, str]
_MOST_BYTES = 2**28


class Asked(NamedTuple):
    """What one session asks for at first, and what it asks for then; queries of the page's address."""

    page: str
    first: Query
    then: Query


def all_at_once(url: str, sessions: Sequence[Asked]) -> list[float]:
    """Seconds from what each session asks for, all at the same moment, to the last that the server sends it."""
    stream = f"{url.replace('http', 'ws', 1)}/_stcore/stream"
    with ExitStack() as stack, ThreadPoolExecutor(len(sessions)) as people:
        connections = [stack.enter_context(connect(stream, max_size=_MOST_BYTES)) for _ in sessions]
        for connection, asked in zip(connections, sessions, strict=True):
            _run(connection, asked.page, asked.first)
        then = (asked.then for asked in sessions)
        return list(people.map(_run, connections, (asked.page for asked in sessions), then))


def _run(session: ClientConnection, page: str, query: Query) -> float:
    """Ask for a page, and take all of it; seconds.

    Raises:
        RuntimeError: the page did not run to its end.
    """
    asked = BackMsg()
    asked.rerun_script.page_name = page
    asked.rerun_script.query_string = urlencode(query)
    began = time.perf_counter()
    session.send(asked.SerializeToString())
    while True:
        got = ForwardMsg()
        got.ParseFromString(bytes(session.recv(decode=False)))
        if got.WhichOneof("type") != "script_finished":
            continue
        if got.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            continue
        if got.script_finished != ForwardMsg.FINISHED_SUCCESSFULLY:
            raise RuntimeError(f"The page {page} ended with status {got.script_finished}: {query}.")
        return time.perf_counter() - began
