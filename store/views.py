"""Views that the team saved under a name: a page and what its URL says; kept beside the catalogue.

`<store>/views/<name>.json` is one view, written whole or not at all; two people who save the same name at the same
moment do not overwrite each other.
"""

import hashlib
import json
import os
import re
import socket
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from store.durable import flush
from store.errors import StoreError

FOLDER = "views"
LONGEST_NAME = 80  # letters
_GRACE_S = 600.0  # after which a draft is that of a dead writer, wherever it was


@dataclass(frozen=True)
class SavedView:
    """A page (its path in the URL, "" for the first one), its URL's keys with their values, and who saved it when."""

    name: str
    page: str
    query: Mapping[str, Sequence[str]]
    who: str
    at: datetime


def save_view(store: Path, name: str, page: str, query: Mapping[str, Sequence[str]], who: str) -> SavedView:
    """Save a view under a name that is not taken.

    Raises:
        StoreError: the name is empty, too long or taken, or the view cannot be written.
    """
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise StoreError(f"A view's name has from 1 to {LONGEST_NAME} letters, not {len(name)}: choose another.")
    view = SavedView(name, page, {key: list(values) for key, values in query.items()}, who, _now())
    path = _path(store, name)
    text = json.dumps(asdict(view) | {"at": view.at.isoformat()}, ensure_ascii=False, indent=1)
    try:
        written = _write_new(path, text)
    except OSError as error:
        raise StoreError(f"Cannot write {path}: {error.strerror or error}; the view is not saved.") from error
    if not written:
        raise StoreError(f"There is a view called '{name}' already: choose another name, or delete that one.")
    return view


def saved_views(store: Path) -> list[SavedView]:
    """Return the views of a store by name, in alphabetical order; a file that is no view is left out."""
    found = [_read(path) for path in (store / FOLDER).glob("*.json")]
    return sorted((view for view in found if view is not None), key=lambda view: view.name.casefold())


def delete_view(store: Path, name: str) -> None:
    """Delete a view; one that is gone already is gone.

    Raises:
        StoreError: that cannot be written.
    """
    path = _path(store, name)
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(f"Cannot delete {path}: {error.strerror or error}; the view is still there.") from error


def odd_views(store: Path) -> list[Path]:
    """Return the files of views that are not understood."""
    return [path for path in sorted((store / FOLDER).glob("*.json")) if path.exists() and _read(path) is None]


def left_drafts(store: Path) -> list[Path]:
    """Return the drafts that writers left behind when they died: on this machine, or elsewhere a while ago."""
    return [path for path in sorted((store / FOLDER).glob(".*.tmp")) if _is_left(path)]


def _is_left(draft: Path) -> bool:
    try:
        age = time.time() - draft.stat().st_mtime
    except OSError:
        return False
    host, _, pid = draft.name.removeprefix(".").rpartition("-")[0].rpartition("@")
    if host != socket.gethostname() or not pid.isdigit():
        return age > _GRACE_S
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:  # someone else's process
        return age > _GRACE_S
    return age > _GRACE_S


def _path(store: Path, name: str) -> Path:
    """The file of a view: readable letters of its name, and a digest that tells apart what they do not."""
    slug = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:40]
    return store / FOLDER / f"{slug}-{hashlib.sha256(name.casefold().encode()).hexdigest()[:8]}.json"


def _write_new(path: Path, text: str) -> bool:
    """Write a file that is not there yet, at once and durably; False if it is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for left in left_drafts(path.parent.parent):
        left.unlink(missing_ok=True)
    mine = f".{socket.gethostname()}@{os.getpid()}-"
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=mine, suffix=".tmp")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        os.unlink(draft)  # noqa: PTH108
    flush(path.parent)
    return True


def _read(path: Path) -> SavedView | None:
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
        query = {str(key): [str(value) for value in values] for key, values in known["query"].items()}
        at = datetime.fromisoformat(known["at"])
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return SavedView(str(known["name"]), str(known["page"]), query, str(known["who"]), at)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
