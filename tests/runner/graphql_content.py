"""What the stub of the W&B server holds."""

import threading
from dataclasses import dataclass, field
from typing import Any


@dataclass
class StubArtifact:
    """An artifact with one file; `lost` says that its bytes have gone from the server."""

    name: str
    file_name: str
    content: bytes
    kind: str = "model"
    version: int = 0
    state: str = "COMMITTED"
    lost: bool = False
    served: bytes | None = None  # unless given, the content


@dataclass
class StubRun:
    """A run as the server keeps it; times are its texts, `summary` None where nothing was ever logged."""

    entity: str
    project: str
    run_id: str
    group: str | None
    name: str
    state: str
    created_at: str
    heartbeat_at: str | None
    config: dict[str, Any]
    summary: dict[str, Any] | None
    history: list[dict[str, Any]]
    tags: list[str] = field(default_factory=list)
    notes: str | None = None
    artifacts: list[StubArtifact] = field(default_factory=list)
    used: list[StubArtifact] = field(default_factory=list)
    sweep: str | None = None


@dataclass
class StubServer:
    """What the server holds, what it was asked, and what it shall answer wrongly.

    `faults` has for an operation the faults of its next requests: "" (none), "500", "429", "403", "drop" (no answer at
    all) or "cut" (half of one). After `after_pages` answered requests for runs, all further ones are refused (403).
    A run in `broken_config` has a config that is no JSON. What is in `lacks` the server does not know. `uses` has which
    artifact (its id) which run was said to use.
    """

    runs: list[StubRun]
    url: str = ""
    requests: list[str] = field(default_factory=list)
    faults: dict[str, list[str]] = field(default_factory=dict)
    after_pages: int | None = None
    broken_config: set[str] = field(default_factory=set)
    lacks: set[str] = field(default_factory=set)
    uses: list[tuple[str, str]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, *operations: str) -> int:
        return sum(self.requests.count(name) for name in operations)

    def take_fault(self, operation: str) -> str | None:
        with self.lock:
            self.requests.append(operation)
            if operation == "Runs" and self.after_pages is not None:
                self.after_pages -= 1
                if self.after_pages < 0:
                    return "403"
            waiting = self.faults.get(operation, [])
            return (waiting.pop(0) or None) if waiting else None
