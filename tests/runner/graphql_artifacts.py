"""How the stub of the W&B server answers for artifacts."""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

from tests.runner.graphql_content import StubArtifact, StubRun, StubServer


def artifacts(run: StubRun, artifacts: list[StubArtifact]) -> dict[str, Any]:
    edges = [{"node": _artifact_node(run, artifact)} for artifact in artifacts]
    page = {"__typename": "PageInfo", "endCursor": None, "hasNextPage": False}
    return {"totalCount": len(edges), "pageInfo": page, "edges": edges}


def manifest_url(stub: StubServer, variables: Mapping[str, Any]) -> dict[str, Any]:
    run_id, name = base64.b64decode(variables["id"]).decode().split("/")
    return {"artifact": {"currentManifest": {"file": {"directUrl": f"{stub.url}/manifest/{run_id}/{name}"}}}}


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


def membership(stub: StubServer, variables: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the server says of `name:version` or `name:alias`; every artifact has the alias latest."""
    runs = [r for r in stub.runs if (r.entity, r.project) == (variables["entity"], variables["project"])]
    if not runs:
        return None
    name, _, version = variables["name"].partition(":")
    found = [
        (run, artifact)
        for run in runs
        for artifact in (*run.artifacts, *run.used)
        if artifact.name == name and version in ("latest", f"v{artifact.version}")
    ]
    if not found:
        return {"artifactCollectionMembership": None}
    node = _artifact_node(*found[0])
    return {
        "artifactCollectionMembership": {
            "__typename": "ArtifactCollectionMembership",
            "id": "TTox",
            "versionIndex": node["versionIndex"],
            "createdAt": node["createdAt"],
            "aliases": [{"__typename": "ArtifactAlias", "id": "QTox", "alias": "latest"}],
            "artifactCollection": node["artifactSequence"],
            "artifact": node,
        }
    }


def use(stub: StubServer, variables: Mapping[str, Any]) -> dict[str, Any]:
    used = base64.b64decode(variables["artifactID"]).decode()
    stub.uses.append((variables["runName"], used))
    told = {"id": variables["artifactID"], "digest": "a", "description": None, "state": "COMMITTED", "metadata": "{}"}
    return {"useArtifact": {"artifact": told | {"createdAt": "2026-01-28T12:00:00"}}}


def manifest(artifact: StubArtifact) -> dict[str, Any]:
    digest = base64.b64encode(hashlib.md5(artifact.content, usedforsecurity=False).digest()).decode()
    entry = {"digest": digest, "size": len(artifact.content), "birthArtifactID": "QTox"}
    return {
        "version": 1,
        "storagePolicy": "wandb-storage-policy-v1",
        "storagePolicyConfig": {"storageLayout": "V2"},
        "contents": {artifact.file_name: entry},
    }


def file_urls(stub: StubServer, variables: Mapping[str, Any]) -> dict[str, Any]:
    name = variables["collection"]
    run, artifact = next((r, a) for r in stub.runs for a in (*r.artifacts, *r.used) if a.name == name)
    url = f"{stub.url}/file/{run.run_id}/{artifact.name}"
    edges = [{"node": {"__typename": "File", "name": artifact.file_name, "directUrl": url}}]
    page = {"__typename": "PageInfo", "endCursor": None, "hasNextPage": False}
    return {"__typename": "ArtifactSequence", "artifactMembership": {"files": {"pageInfo": page, "edges": edges}}}
