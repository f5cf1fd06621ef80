"""Where things are in a run store's directory.

```
CURRENT                     one line: the name of the catalogue in force
catalogue-000042.duckdb     everything of the runs but their curves and models; never changed once published
curves/, models/, grids/    immutable files, named by their content or key
datasets/                   the team's own datasets, a directory each with checksums; never swept
jobs/                       evaluations that were asked for, a directory each
sweeps/                     which runs are being trained, a file each sweep
annotations/, views/        tags and notes of the team, and its saved views; never swept
SYNCED                      when the last sync ended, also one that found nothing new
SEEN.parquet                what sources looked like when their runs were stored; can be lost
LOCK, LOCK.holder           the writer's lock and who holds it
```
"""

import re
from datetime import UTC, datetime
from pathlib import Path

from store.durable import write_text
from store.errors import StoreError

SEEN = "SEEN.parquet"
JOBS = "jobs"
SWEEPS = "sweeps"
_CATALOGUE = re.compile(r"catalogue-(\d{6,})\.duckdb")


def catalogue_path(store: Path, version: int) -> Path:
    """Return the path of one version of the catalogue."""
    return store / f"catalogue-{version:06d}.duckdb"


def versions(store: Path) -> list[int]:
    """List the versions of the catalogue that lie in the store, in ascending order."""
    try:
        is_store = store.is_dir()
    except OSError:
        return []
    if not is_store:
        return []
    return sorted(int(m[1]) for p in store.iterdir() if (m := _CATALOGUE.fullmatch(p.name)))


def store_version(store: Path) -> int | None:
    """Return the version in force, or None where there is no store yet.

    A copy of the directory made while a sync published may hold a CURRENT that is newer than its catalogues, or
    none; the newest catalogue that is not newer is then in force: it is whole, and so are its files.

    Raises:
        StoreError: CURRENT cannot be understood, or no catalogue is left.
    """
    try:
        text = (store / "CURRENT").read_text(encoding="utf-8", errors="replace").strip()
    except (FileNotFoundError, NotADirectoryError):
        return max(versions(store), default=None)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise StoreError(f"Cannot read the run store at {store}: {reason}; name another with --store.") from error
    match = _CATALOGUE.fullmatch(text)
    if match is None:
        raise StoreError(f"{store / 'CURRENT'} does not name a catalogue; restore it from a copy, or sync anew.")
    named = int(match[1])
    if catalogue_path(store, named).exists():
        return named
    older = [v for v in versions(store) if v <= named]
    if not older:
        raise StoreError(f"{store} holds no {text}, which its CURRENT names; restore it from a copy, or sync anew.")
    return older[-1]


def set_current(store: Path, version: int) -> None:
    """Put a version in force: from now on readers open it."""
    write_text(store / "CURRENT", catalogue_path(store, version).name + "\n")


def note_sync(store: Path) -> None:
    """Note that a sync has just ended."""
    write_text(store / "SYNCED", datetime.now(UTC).isoformat(timespec="seconds") + "\n")


def last_sync(store: Path) -> datetime | None:
    """Return when the last sync ended (UTC), or None where none has, or the note of it is not understood."""
    try:
        ended = datetime.fromisoformat((store / "SYNCED").read_text(encoding="utf-8").strip())
    except (OSError, ValueError):
        return None
    return ended if ended.tzinfo else None
