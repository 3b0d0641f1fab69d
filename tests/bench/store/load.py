"""Loads a synthetic store into a database: by COPY, into the tables as the migrations make them."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from io import BytesIO
from multiprocessing import get_context

from db.changes import BEFORE_ALL, Change, digest_of
from db.migrate import _LEDGER, _apply, migrate, migrations
from db.pool import SCHEMA, Connection
from db.statements import statement
from db.vocabulary import vocabulary_change
from db.writer import _write_codes
from schema.codes import shipped_codes
from schema.records import RECORD_MODELS, Revision
from tests.bench.store.batches import Batch, Content, Workshop
from tests.bench.store.plan import Block, Plan, blocks, committed_at, order
from tests.bench.store.rows import COLUMNS
from tests.bench.store.stripped import stripped

LOADED_AT = 15
"""The migration whose tables are filled; later ones find a full store, as they do wherever there is one already."""
_TOGETHER = 32 * 2**20
"""So many bytes of rows are copied together: Postgres makes room for more than it is sent, and what is left is lost."""
Tell = Callable[[str], None]


async def load(connection: Connection, plan: Plan, tell: Tell, processes: int = 2) -> int:
    """Make the store anew and return how many rows were copied. The database holds nothing else."""
    with _timed("tables and code lists", tell):
        await _tables(connection)
        digest = await _first_revision(connection)
    await connection.execute("SET maintenance_work_mem = '1GB'; SET synchronous_commit = off")
    async with connection.transaction(), stripped(connection, tuple(COLUMNS)):
        # What is emptied in the same transaction is filled without a journal, where Postgres is told to keep little.
        await connection.execute(f"TRUNCATE {', '.join(COLUMNS)}")
        started = time.monotonic()
        rows = await _copy(connection, plan, digest, processes)
        copied = time.monotonic()
        tell(
            f"rows made and copied: {copied - started:.1f} s, {rows:,} rows, {rows / (copied - started):,.0f} a second"
        )
    tell(f"keys and indexes: {time.monotonic() - copied:.1f} s")
    await _number_on(connection)
    with _timed("later migrations", tell):
        await migrate(connection)
    with _timed("statistics", tell):
        await connection.execute("VACUUM ANALYZE")
    return rows


@contextmanager
def _timed(what: str, tell: Tell) -> Iterator[None]:
    started = time.monotonic()
    yield
    tell(f"{what}: {time.monotonic() - started:.1f} s")


async def _tables(connection: Connection) -> None:
    await connection.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
    await connection.execute(_LEDGER)
    for migration in migrations():
        if migration.number <= LOADED_AT:
            await _apply(connection, migration)


async def code_lists(connection: Connection) -> tuple[Change, str]:
    """The change of the first revision, which holds the code lists of this build, and its digest."""
    change = await vocabulary_change(connection, shipped_codes())
    return change, change.digest(BEFORE_ALL, 1, committed_at(1))


async def _first_revision(connection: Connection) -> str:
    """Write the code lists, by the writer's own statements for them: the rest of it needs the later migrations."""
    change, digest = await code_lists(connection)
    await connection.execute(statement("insert_revision"), *ledger(1, change, digest).model_dump().values())
    await _write_codes(connection, change, 1)
    return digest


def ledger(number: int, change: Change | Content, digest: str) -> Revision:
    """The entry of a synthetic revision."""
    return Revision(
        number=number, committed_at=committed_at(number), cause=change.cause, note=change.note, digest=digest
    )


async def _copy(connection: Connection, plan: Plan, digest: str, processes: int) -> int:
    rows, revisions, latin = 0, [], set[str]()
    waiting: dict[str, list[bytes]] = {table: [] for table in COLUMNS}
    for batch in batches(plan, processes):
        latin |= batch.latin
        for content in batch.contents:
            digest = _digest(digest, content)
            revisions.append(tuple(ledger(content.number, content, digest).model_dump().values()))
        for table, text in batch.rows.items():
            waiting[table].append(text)
            if sum(map(len, waiting[table])) > _TOGETHER:
                rows += await _copied(connection, table, waiting[table])
    for table, texts in waiting.items():
        rows += await _copied(connection, table, texts)
    await connection.execute(statement("insert_latin_words"), sorted(latin))
    # A store that grows has what is new together; where search looks through it, that matters.
    await connection.execute("CREATE INDEX in_order ON action_words (newest_first, id)")
    await connection.execute("CLUSTER action_words USING in_order")
    await connection.execute("DROP INDEX in_order")
    names = list(Revision.model_fields)
    await connection.copy_records_to_table("revision", records=revisions, columns=names, schema_name=SCHEMA)
    return rows + len(revisions)


async def _copied(connection: Connection, table: str, texts: list[bytes]) -> int:
    """Copy rows into a table that was emptied in this transaction: no other sees it, so they are frozen at once.

    The driver's own method for this knows no FREEZE; without, VACUUM has to write every page once more.
    """
    columns = ", ".join(f'"{name}"' for name in COLUMNS[table].split())
    done = await connection._copy_in(  # type: ignore[attr-defined]
        f"COPY {SCHEMA}.{table} ({columns}) FROM STDIN (FREEZE)", BytesIO(b"".join(texts)), None
    )
    texts.clear()
    return int(done.split()[1])


def batches(plan: Plan, processes: int) -> Iterator[Batch]:
    """Everything in the order of revisions."""
    planned = blocks(plan)
    made = _made(plan, planned, processes)
    corrections: dict[int, Batch] = {}
    for place, correcting in order(len(planned)):
        if correcting:
            yield corrections.pop(place)
        else:
            own, corrections[place] = next(made)
            yield own


def _made(plan: Plan, planned: list[Block], processes: int) -> Iterator[tuple[Batch, Batch]]:
    """Blocks with their corrections, in order. Only a few wait in memory to be written."""
    with ProcessPoolExecutor(
        processes, mp_context=get_context("spawn"), initializer=Workshop.open, initargs=(plan,)
    ) as pool:
        waiting: deque[Future[tuple[Batch, Batch]]] = deque()
        for block in planned:
            waiting.append(pool.submit(Workshop.make, block))
            if len(waiting) > 3 * processes:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _digest(before: str, content: Content) -> str:
    """The digest of a revision that changes records only."""
    head = (content.number, committed_at(content.number), content.cause, content.note)
    return digest_of(
        before, head, opened=content.opened, closed=content.closed, codes=(), closed_codes=(), corrections=()
    )


async def _number_on(connection: Connection) -> None:
    """New versions are numbered on after the copied ones, as if Postgres had numbered those too."""
    for kind in RECORD_MODELS:
        table = f"{SCHEMA}.{kind}_version"
        await connection.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'version'), max(version)) FROM {table}"  # noqa: S608
        )
