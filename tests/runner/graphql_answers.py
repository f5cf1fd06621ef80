"""What the stub of the W&B server holds, and how it answers the client's GraphQL requests."""

import base64
import hashlib
import json
import threading
from collections.abc import Mapping
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


@dataclass
class StubServer:
    """What the server holds, what it was asked, and what it shall answer wrongly.

    `faults` has for an operation the faults of its next requests: "" (none), "500", "429", "403", "drop" (no answer at
    all) or "cut" (half of one). After `after_pages` answered requests for runs, all further ones are refused (403).
    A run in `broken_config` has a config that is no JSON.
    """

    runs: list[StubRun]
    url: str = ""
    requests: list[str] = field(default_factory=list)
    faults: dict[str, list[str]] = field(default_factory=dict)
    after_pages: int | None = None
    broken_config: set[str] = field(default_factory=set)
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


def answer(stub: StubServer, operation: str, variables: Mapping[str, Any], query: str) -> dict[str, Any] | None:
    """The `data` of an answer; None for what the stub does not know."""
    general = {
        "Viewer": lambda: {"viewer": _viewer()},
        "GetViewer": lambda: {"viewer": _viewer()},
        "GetDefaultEntity": lambda: {"viewer": _viewer()},
        "ServerFeaturesQuery": lambda: {"serverInfo": {"features": []}},
        "Runs": lambda: {"project": _runs_page(stub, variables, "LightweightRunFragment" in query)},
        "UpsertBucket": lambda: _upserted(variables),
        "FetchArtifactManifest": lambda: _manifest_url(stub, variables),
        "GetArtifactMembershipFileUrls": lambda: {"project": {"artifactCollection": _file_urls(stub, variables)}},
    }
    of_a_run = {
        "Run": lambda run: _run_node(stub, run),
        "RunParquetHistory": lambda run: {"parquetHistory": {"liveData": [], "parquetUrls": []}},
        "RunHistoryKeys": lambda run: {"historyKeys": _history_keys(run)},
        "HistoryPage": lambda run: {"history": _history_page(run, variables)},
        "RunOutputArtifacts": lambda run: {"artifacts": _artifacts(run, run.artifacts)},
        "RunInputArtifacts": lambda run: {"artifacts": _artifacts(run, run.used)},
    }
    if operation in general:
        return general[operation]()
    names = [variables.get(key) for key in ("name", "run", "runName")]
    run = next((r for r in stub.runs if r.run_id in names), None)
    return {"project": {"run": of_a_run[operation](run)}} if run and operation in of_a_run else None


def _history_keys(run: StubRun) -> dict[str, Any] | None:
    return {"lastStep": max(row["_step"] for row in run.history)} if run.history else None


def _history_page(run: StubRun, variables: Mapping[str, Any]) -> list[str]:
    rows = [row for row in run.history if int(variables["minStep"]) <= row["_step"] < int(variables["maxStep"])]
    return [json.dumps(row) for row in rows[: int(variables["pageSize"])]]


def _artifacts(run: StubRun, artifacts: list[StubArtifact]) -> dict[str, Any]:
    edges = [{"node": _artifact_node(run, artifact)} for artifact in artifacts]
    page = {"__typename": "PageInfo", "endCursor": None, "hasNextPage": False}
    return {"totalCount": len(edges), "pageInfo": page, "edges": edges}


def _manifest_url(stub: StubServer, variables: Mapping[str, Any]) -> dict[str, Any]:
    run_id, name = base64.b64decode(variables["id"]).decode().split("/")
    return {"artifact": {"currentManifest": {"file": {"directUrl": f"{stub.url}/manifest/{run_id}/{name}"}}}}


def _viewer() -> dict[str, Any]:
    return {
        "__typename": "User",
        "id": "VXNlcjox",
        "name": "A",
        "username": "a",
        "email": "a@example.org",
        "admin": False,
        "entity": "mlds-lab",
        "flags": "{}",
        "deletedAt": None,
        "teams": {"edges": []},
        "apiKeys": {"edges": []},
    }


def _runs_page(stub: StubServer, variables: Mapping[str, Any], light: bool) -> dict[str, Any] | None:
    asked = json.loads(variables.get("filters") or "{}")
    runs = [r for r in stub.runs if r.project == variables["project"] and r.entity == variables["entity"]]
    if not runs:
        return None
    runs = [r for r in runs if all(_matches(r, condition) for condition in asked.items())]
    start, n = int(variables.get("cursor") or 0), int(variables["perPage"])
    edges = [
        {"cursor": str(i + 1), "node": _light_node(stub, run) if light else _run_node(stub, run)}
        for i, run in enumerate(runs)
        if start <= i < start + n
    ]
    page = {"endCursor": str(start + len(edges)), "hasNextPage": start + n < len(runs)}
    return {
        "internalId": "1",
        "runCount": len(runs),
        "readOnly": False,
        "runs": {"edges": edges, "pageInfo": page},
    }


def _light_node(stub: StubServer, run: StubRun) -> dict[str, Any]:
    heavy = ("config", "summaryMetrics", "systemMetrics", "historyKeys")
    return {key: value for key, value in _run_node(stub, run).items() if key not in heavy}


def _matches(run: StubRun, condition: tuple[str, Any]) -> bool:
    key, wanted = condition
    value = {"group": run.group, "created_at": run.created_at, "heartbeat_at": run.heartbeat_at}[key]
    if not isinstance(wanted, dict):
        return bool(value == wanted)
    ((operator, limit),) = wanted.items()
    return value in limit if operator == "$in" else value is not None and value >= limit  # else $gte


def _run_node(stub: StubServer, run: StubRun) -> dict[str, Any]:
    return {
        "id": base64.b64encode(f"Run:v1:{run.run_id}".encode()).decode(),
        "projectId": "1",
        "name": run.run_id,
        "displayName": run.name,
        "sweepName": None,
        "state": run.state,
        "group": run.group,
        "jobType": None,
        "commit": None,
        "readOnly": False,
        "createdAt": run.created_at,
        "heartbeatAt": run.heartbeat_at,
        "description": None,
        "notes": run.notes,
        "tags": run.tags,
        "config": "{broken"
        if run.run_id in stub.broken_config
        else json.dumps({key: {"value": value} for key, value in run.config.items()}),
        "summaryMetrics": None if run.summary is None else json.dumps(run.summary),
        "systemMetrics": "{}",
        "historyLineCount": len(run.history),
        "historyKeys": None,
        "user": {"name": "A", "username": "a"},
    }


def artifact_of(stub: StubServer, run_id: str, name: str) -> StubArtifact | None:
    return next((a for r in stub.runs if r.run_id == run_id for a in (*r.artifacts, *r.used) if a.name == name), None)


def _project(run: StubRun) -> dict[str, Any]:
    return {"id": "UHJvamVjdDox", "internalId": "1", "name": run.project, "entity": {"name": run.entity}}


def _artifact_node(run: StubRun, artifact: StubArtifact) -> dict[str, Any]:
    collection = {"__typename": "ArtifactSequence", "name": artifact.name, "project": _project(run)}
    return {
        "__typename": "Artifact",
        "id": base64.b64encode(f"{run.run_id}/{artifact.name}".encode()).decode(),
        "artifactSequence": collection,
        "versionIndex": artifact.version,
        "artifactType": {"name": artifact.kind},
        "description": None,
        "metadata": "{}",
        "ttlDurationSeconds": -2,
        "ttlIsInherited": True,
        "tags": [],
        "historyStep": None,
        "state": artifact.state,
        "size": len(artifact.content),
        "digest": hashlib.md5(artifact.content, usedforsecurity=False).hexdigest(),
        "digestAlgorithm": "MANIFEST_MD5",
        "commitHash": "a",
        "fileCount": 1,
        "createdAt": "2026-01-28T12:00:00",
        "updatedAt": "2026-01-28T12:00:00",
        "aliases": [
            {
                "__typename": "ArtifactAlias",
                "id": "QTox",
                "alias": "latest",
                "artifactCollection": collection,
            }
        ],
    }


def manifest(artifact: StubArtifact) -> dict[str, Any]:
    digest = base64.b64encode(hashlib.md5(artifact.content, usedforsecurity=False).digest()).decode()
    entry = {"digest": digest, "size": len(artifact.content), "birthArtifactID": "QTox"}
    return {
        "version": 1,
        "storagePolicy": "wandb-storage-policy-v1",
        "storagePolicyConfig": {"storageLayout": "V2"},
        "contents": {artifact.file_name: entry},
    }


def _file_urls(stub: StubServer, variables: Mapping[str, Any]) -> dict[str, Any]:
    name = variables["collection"]
    run, artifact = next((r, a) for r in stub.runs for a in (*r.artifacts, *r.used) if a.name == name)
    url = f"{stub.url}/file/{run.run_id}/{artifact.name}"
    edges = [{"node": {"__typename": "File", "name": artifact.file_name, "directUrl": url}}]
    page = {"__typename": "PageInfo", "endCursor": None, "hasNextPage": False}
    return {"__typename": "ArtifactSequence", "artifactMembership": {"files": {"pageInfo": page, "edges": edges}}}


def _upserted(variables: Mapping[str, Any]) -> dict[str, Any]:
    project = {"id": "UHJvamVjdDox", "name": variables.get("project"), "entity": {"id": "RTox", "name": "mlds-lab"}}
    bucket = {
        "id": "UnVuOjE=",
        "name": variables.get("name"),
        "displayName": variables.get("displayName"),
        "description": None,
        "config": "{}",
        "sweepName": None,
        "project": project,
        "historyLineCount": 0,
    }
    return {"upsertBucket": {"bucket": bucket, "inserted": True, "serverSettings": {"serverMessages": []}}}
