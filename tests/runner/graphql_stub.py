"""A W&B server on this machine that answers the real client from a list of runs, and can be told to fail."""

import json
import socket
import struct
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.runner.graphql_answers import answer
from tests.runner.graphql_artifacts import artifact_of, manifest
from tests.runner.graphql_content import StubRun, StubServer

KEY = "0123456789abcdef" * 3


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    stub: StubServer

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exception(), ConnectionError):  # a client may go whenever it likes
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, *args: object) -> None:
        del args

    def do_GET(self) -> None:
        _, kind, run_id, name, *_ = [*self.path.split("/"), "", "", ""]
        artifact = artifact_of(self.server.stub, run_id, name)
        if self.server.stub.take_fault(kind) == "drop":
            self._drop()
        elif artifact is None or artifact.lost:
            self._send(404, b"gone")
        elif kind == "manifest":
            self._send(200, json.dumps(manifest(artifact)).encode())
        else:
            self._send(200, artifact.content if artifact.served is None else artifact.served)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if not self.path.startswith("/graphql"):
            self.server.stub.take_fault("file_stream" if "file_stream" in self.path else self.path)
            self._send(200, b"{}")
            return
        request = json.loads(body)
        operation = _operation(request["query"])
        fault = self.server.stub.take_fault(operation)
        if fault == "drop":
            self._drop()
        elif fault == "429":
            self._send(429, b'{"errors": [{"message": "rate limit"}]}', {"Retry-After": "1"})
        elif fault is not None and fault != "cut":
            self._send(int(fault), b'{"errors": [{"message": "told to fail"}]}')
        else:
            data = answer(self.server.stub, operation, request.get("variables") or {}, request["query"])
            told = json.dumps({"data": data} if data is not None else {"errors": [{"message": operation}]})
            self._send(200, told.encode(), cut=fault == "cut")

    def _send(self, status: int, content: bytes, headers: Mapping[str, str] | None = None, cut: bool = False) -> None:
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if cut else content)
        if cut:
            self._drop()

    def _drop(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()


@contextmanager
def serving(runs: Sequence[StubRun] = ()) -> Iterator[StubServer]:
    """Serve `runs` on a free port."""
    stub = StubServer(list(runs))
    server = _Server(("127.0.0.1", 0), _Handler)
    server.stub = stub
    stub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _operation(query: str) -> str:
    words = query.replace("(", " ").replace("{", " ").split()
    return next(words[i + 1] for i, word in enumerate(words) if word in ("query", "mutation"))
