"""Mending a run store: what can be rebuilt from what is there is rebuilt, what is beyond that is put aside."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb

from store.checksums import lacks_checksums
from store.connect import read_version
from store.datasets import DAMAGED
from store.doctor import Finding, examine
from store.drafts import explained
from store.errors import StoreError
from store.layout import SEEN, catalogue_path, note_sync, set_current, store_version, versions
from store.leftovers import GRACE, discard_drafts, discard_superseded
from store.lock import writer_lock
from store.migrate import known_schema, schema_version
from store.publish import publish
from store.seen import seen_problem
from store.team_files import left_over, put_aside


def repair(store: Path, on_wait: Callable[[str], None]) -> list[str]:
    """Mend a store; return what was done, a sentence each.

    A damaged catalogue gives way to the newest whole one before it, a damaged curve, model or grid is put aside (with
    `.damaged` behind its name), so that the next sync of its run brings it again, small files and lines of notes that
    are not understood are put aside likewise, and what writers left behind is swept. A schema of before is brought up
    to date, and checksums that are lacking are noted. Readers go on meanwhile; writers wait.

    Raises:
        StoreError: there is no store, it cannot be written, or no whole catalogue is left: then sync anew into
            another directory.
    """
    with explained(store):
        return _repaired(store, on_wait)


def _repaired(store: Path, on_wait: Callable[[str], None]) -> list[str]:
    done: list[str] = []
    found = examine(store)
    with writer_lock(store, on_wait):
        done += _permissions(found)
        done += _catalogue_in_force(store, found)
    current = store_version(store)
    if current is not None and _schema(store, current) < known_schema():
        current = publish(store, [], source="doctor", on_wait=on_wait).version
        done.append(f"Brought the catalogue to schema {known_schema()}, as version {current}.")
    if current is not None and _schema(store, current) == known_schema() and lacks_checksums(store, current):
        current = publish(store, [], source="doctor", on_wait=on_wait, renew_checksums=True).version
        done.append(f"Noted the checksums of files that had none, in version {current} of the catalogue.")
    with writer_lock(store, on_wait):
        current = store_version(store)
        if current is not None and _schema(store, current) == known_schema():
            now = examine(store)
            done += _damaged_files(now)
            done += _damaged_datasets(store, now)
            discard_drafts(store, current)
            discard_superseded(store, current, GRACE)
        done += put_aside(store)
        done += _seen(store)
        for path, _ in list(left_over(store)):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        for finding in found:
            if finding.kind in ("leftover", "orphan") and finding.harmless and not finding.path.exists():
                done.append(f"Removed {finding.path.name}.")
        note_sync(store)
    return done


def _permissions(found: list[Finding]) -> Iterator[str]:
    for finding in found:
        if finding.kind == "permission":
            wanted = 0o700 if finding.path.is_dir() else 0o600
            finding.path.chmod(finding.path.stat().st_mode | wanted)
            yield f"Gave you the right to {finding.path}."


def _catalogue_in_force(store: Path, found: list[Finding]) -> Iterator[str]:
    damaged = {finding.path for finding in found if finding.kind == "catalogue"}
    for path in damaged:
        path.rename(path.with_name(path.name + DAMAGED))
        yield f"Put {path.name} aside as {path.name}{DAMAGED}."
    if not damaged and not any(finding.kind == "pointer" for finding in found):
        return
    whole = [version for version in versions(store) if _is_whole(store, version)]
    if not whole:
        raise StoreError(f"No whole catalogue is left in {store}: restore a copy of it, or sync anew with --store.")
    set_current(store, whole[-1])
    yield f"{catalogue_path(store, whole[-1]).name} is in force; sync to bring in what is newer."


def _damaged_files(found: list[Finding]) -> Iterator[str]:
    for finding in found:
        if finding.kind == "file" and finding.path.exists():
            finding.path.rename(finding.path.with_name(finding.path.name + DAMAGED)).touch()  # its grace begins
            yield f"Put {finding.path.name} aside: {finding.what}"


def _damaged_datasets(store: Path, found: list[Finding]) -> Iterator[str]:
    for folder in sorted({finding.path.parent for finding in found if finding.kind == "dataset"}):
        folder.rename(folder.with_name(folder.name + DAMAGED))
        (store / SEEN).unlink(missing_ok=True)  # else the next sync would not ask for what its runs used
        yield f"Put dataset {folder.name} aside; a sync of its runs with --source api brings it again."


def _seen(store: Path) -> Iterator[str]:
    if seen_problem(store):
        path = store / SEEN
        path.rename(path.with_name(path.name + DAMAGED))
        yield f"Put {SEEN} aside as {SEEN}{DAMAGED}; the next sync reads everything anew."


def _is_whole(store: Path, version: int) -> bool:
    try:
        return _schema(store, version) <= known_schema()
    except (StoreError, duckdb.Error):
        return False


def _schema(store: Path, version: int) -> int:
    with read_version(store, version) as con:
        return schema_version(con)
