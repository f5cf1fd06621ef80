"""Which runs are being trained: each sweep claims its runs in the store, so that no other trains them as well.

A claim is a file below `<store>/sweeps` that its process keeps locked; the operating system frees the lock when the
process ends, however that comes about.
"""

import json
import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from orbitsens.config import ConfigError
from store.layout import SWEEPS
from store.lock import is_locked

FOLDER = SWEEPS


@contextmanager
def claimed(store: Path, group: str, hashes: Collection[str], *, alone: bool) -> Iterator[None]:
    """Claim runs, by the hashes of their configs, while the block trains them.

    `alone` refuses runs that another sweep has claimed, as a resumed sweep must; two sweeps that begin at once are
    served one after the other.

    Raises:
        ConfigError: another sweep trains some of them.
    """
    folder = store / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    own = FileLock(folder / f"{secrets.token_hex(8)}.lock")
    content = Path(own.lock_file).with_suffix(".json")
    with FileLock(folder / "CLAIM"):
        taken = set(hashes) & _claimed_by_others(folder)
        if alone and taken:
            raise ConfigError(
                f"{len(taken)} runs of group '{group}' are being trained right now: wait for them, or stop them."
            )
        own.acquire()
        content.write_text(json.dumps({"group": group, "hashes": sorted(hashes)}), encoding="utf-8")
    try:
        yield
    finally:
        content.unlink(missing_ok=True)
        own.release()
        Path(own.lock_file).unlink(missing_ok=True)


def _claimed_by_others(folder: Path) -> set[str]:
    """Return the claims of living sweeps; what dead ones left behind is removed."""
    hashes: set[str] = set()
    for content in folder.glob("*.json"):
        lock = content.with_suffix(".lock")
        if is_locked(lock):
            hashes |= _claim(content)
        else:
            content.unlink(missing_ok=True)
            lock.unlink(missing_ok=True)
    return hashes


def _claim(content: Path) -> set[str]:
    """Return the hashes that a living sweep has claimed.

    Raises:
        ConfigError: its file is not understood.
    """
    try:
        return set(map(str, json.loads(content.read_text(encoding="utf-8"))["hashes"]))
    except FileNotFoundError:  # it has just ended
        return set()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(
            f"{content}, which says what another sweep trains, is not understood: wait until that sweep ends."
        ) from error
