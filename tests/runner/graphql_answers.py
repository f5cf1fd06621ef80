"""How the stub of the W&B server answers the client's GraphQL requests."""

import base64
import json
from collections.abc import Mapping
from typing import Any

from tests.runner.graphql_artifacts import artifacts, file_urls, manifest_url, membership, use
from tests.runner.graphql_content import StubArtifact as StubArtifact, StubRun as StubRun, StubServer as StubServer


def answer(stub: StubServer, operation: str, variables: Mapping[str, Any], query: str) -> dict[str, Any] | None:
    """The `data` of an answer; None for what the stub does not know."""
    if operation in stub.lacks:
        return None
    general = {
        "Viewer": lambda: {"viewer": _viewer()},
        "GetViewer": lambda: {"viewer": _viewer()},
        "GetDefaultEntity": lambda: {"viewer": _viewer()},
        "ServerFeaturesQuery": lambda: {"serverInfo": {"features": []}},
        "Runs": lambda: {"project": _runs_page(stub, variables, "LightweightRunFragment" in query)},
        "UpsertBucket": lambda: _upserted(variables),
        "ArtifactMembershipByName": lambda: {"project": membership(stub, variables)},
        "UseArtifact": lambda: use(stub, variables),
        "FetchArtifactManifest": lambda: manifest_url(stub, variables),
        "GetArtifactMembershipFileUrls": lambda: {"project": {"artifactCollection": file_urls(stub, variables)}},
    }
    of_a_run = {
        "Run": lambda run: _run_node(stub, run),
        "RunParquetHistory": lambda run: {"parquetHistory": {"liveData": [], "parquetUrls": []}},
        "RunHistoryKeys": lambda run: {"historyKeys": _history_keys(run)},
        "HistoryPage": lambda run: {"history": _history_page(run, variables)},
        "RunOutputArtifacts": lambda run: {"artifacts": artifacts(run, run.artifacts)},
        "RunInputArtifacts": lambda run: {"artifacts": artifacts(run, run.used)},
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
    if key == "$or":
        return any(all(_matches(run, each) for each in either.items()) for either in wanted)
    value = {"group": run.group, "sweep": run.sweep, "created_at": run.created_at, "heartbeat_at": run.heartbeat_at}[
        key
    ]
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
        "sweepName": run.sweep,
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
