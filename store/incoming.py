"""Which of the records that come in are new, changed or unchanged, against what is stored."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from store import curves, models
from store.connect import read_version, refuse_newer
from store.migrate import known_schema, schema_version
from store.records import Incoming, RunRecord, SeenBefore, Unreadable
from store.rows import Prepared
from store.sqltext import statement


@dataclass(frozen=True)
class Stored:
    """What is stored of a run: `files` are those of its curve and model that lie in the store."""

    record_hash: str
    model_sha256: str | None
    files: tuple[Path, ...]
    whole: bool


@dataclass(frozen=True)
class Tally:
    """Lists of run keys that grow while records stream by; `hashes` has what is stored of each afterwards."""

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    failed: list[Unreadable] = field(default_factory=list)
    hashes: dict[str, str] = field(default_factory=dict)

    def withdraw(self, run_key: str, reason: str) -> None:
        """Note that a new or changed run could not be brought in after all."""
        for run_keys in (self.new, self.changed):
            if run_key in run_keys:
                run_keys.remove(run_key)
        self.hashes.pop(run_key, None)
        self.failed.append(Unreadable(run_key, reason))


def stored_runs(store: Path, current: int | None) -> tuple[dict[str, Stored], bool]:
    """Return what is stored of each run, by run key, and whether the schema is an older one.

    Raises:
        StoreError: the schema is newer than this code knows.
    """
    if current is None:
        return {}, False
    with read_version(store, current) as con:
        schema = schema_version(con)
        refuse_newer(schema, store)
        rows = con.sql(statement("stored_hashes")).fetchall()
    lying = {path for folder in (curves.FOLDER, models.FOLDER) for path in (store / folder).glob("*")}
    stored = {}
    for run_key, record_hash, model_sha256, curve, model in rows:
        named = [store / curves.FOLDER / curve] if curve else []
        named += [store / models.FOLDER / model] if model else []
        files = tuple(path for path in named if path in lying)
        stored[run_key] = Stored(record_hash, model_sha256, files, whole=len(files) == len(named))
    return stored, schema < known_schema()


def each_once(records: Iterable[Incoming], stored: Mapping[str, Stored], tally: Tally) -> Iterator[RunRecord]:
    """Pass on each run once that has to be looked at; note all others.

    These are those that cannot be read, a second record of the same run, and those that are stored as they were seen
    before.
    """
    seen: set[str] = set()
    for record in _read_anew(records, stored):
        if isinstance(record, Unreadable):
            tally.failed.append(record)
            continue
        if isinstance(record, SeenBefore):
            seen |= record.record_hashes.keys()
            tally.unchanged.extend(record.record_hashes)
            tally.hashes.update(record.record_hashes)
            continue
        key = f"{record.entity}/{record.project}/{record.run_id}"
        if key in seen:
            tally.failed.append(Unreadable(key, "The source has this run twice; the first was used."))
            continue
        seen.add(key)
        yield record


def _read_anew(records: Iterable[Incoming], stored: Mapping[str, Stored]) -> Iterator[Incoming]:
    for record in records:
        if isinstance(record, SeenBefore) and not all(
            (before := stored.get(run_key)) and before.whole and before.record_hash == record_hash
            for run_key, record_hash in record.record_hashes.items()
        ):
            yield from record.read()
        else:
            yield record


def is_stored(run: Prepared, stored: Mapping[str, Stored], tally: Tally) -> bool:
    """Say whether a run is in the store as it is, and note it; a run whose stored files are lost is not.

    A model file that has gone from its source since it was stored is no change.
    """
    tally.hashes[run.run_key] = run.record_hash
    before = stored.get(run.run_key)
    if before is None:
        tally.new.append(run.run_key)
        return False
    hashes = {run.record_hash}
    if run.model.sha256 is None and before.model_sha256 is not None:
        hashes.add(run.hash_with_model(before.model_sha256))
    same = before.whole and before.record_hash in hashes
    if same:
        tally.hashes[run.run_key] = before.record_hash
    (tally.unchanged if same else tally.changed).append(run.run_key)
    return same
