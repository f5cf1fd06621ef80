"""`python -m runner doctor`: whether a run store is whole, and mending it."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from store.doctor import Finding


def doctor(
    store: Annotated[Path | None, typer.Option(help="The run store; unless given, the project's own.")] = None,
    mend: Annotated[bool, typer.Option("--repair", help="Rebuild what can be rebuilt.")] = False,
    wandb_dir: Annotated[
        Path | None, typer.Option(help="Where --repair finds lost files of local runs; default $WANDB_DIR/wandb.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was found as JSON.")] = False,
) -> None:
    """Check every checksum, orphan, version and permission of a run store.

    The exit code is 1 if something is wrong (after --repair: still wrong).
    """
    from store.doctor import examine
    from store.location import readable_store
    from store.repair import repair

    place = readable_store(store)
    found = examine(place)
    if mend and found:
        for line in repair(place, on_wait=typer.echo):
            typer.echo(line, err=as_json)
        for line in _brought_again(found, place, wandb_dir):
            typer.echo(line, err=as_json)
        found = examine(place)
    wrong = [finding for finding in found if not finding.harmless]
    if as_json:
        typer.echo(json.dumps({"store": str(place), "findings": [_document(finding) for finding in found]}))
    else:
        for finding in found:
            typer.echo(f"{'note   ' if finding.harmless else 'WRONG  '}{finding.what}")
        typer.echo(_verdict(place, wrong, mend))
    if wrong:
        raise typer.Exit(1)


def _brought_again(found: list["Finding"], place: Path, wandb_dir: Path | None) -> list[str]:
    """Sync the groups that lost files anew, where their runs lie on this machine; say where the others are."""
    from runner.paths import local_runs_dir
    from runner.sync import sync_local
    from runner.wandb_local import local_groups

    folder = local_runs_dir(wandb_dir)
    lost = {(finding.group, finding.source) for finding in found if finding.kind == "file" and finding.run_key}
    here = local_groups(folder) if lost else {}
    lines = []
    for group, source in sorted(lost, key=repr):
        if group in here:
            report = sync_local(folder, [group], place, typer.echo, lambda done, total: None)
            lines.append(f"Synced group '{group}' from {folder}: {len(report.changed)} runs brought again.")
        else:
            which = "--all" if group is None else f"'{group}'"
            lines.append(f"Bring group '{group}' again: python -m runner sync {which} --source {source}")
    return lines


def _document(finding: "Finding") -> dict[str, object]:
    return {**vars(finding), "path": str(finding.path)}


def _verdict(place: Path, wrong: list["Finding"], mended: bool) -> str:
    if not wrong:
        return f"The run store {place} is whole."
    n = f"{len(wrong)} thing{'s are' if len(wrong) > 1 else ' is'} wrong with the run store {place}"
    return f"{n}." if mended else f"{n}; --repair rebuilds what can be rebuilt."
