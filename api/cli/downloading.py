"""`cunzhao download`: the files of a release into a folder, and later only what has changed."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.cli.stores import load_settings
from api.downloading import CannotDownload
from schema.releases import Manifest, Resource

if TYPE_CHECKING:
    from api.downloading.folder import Folder
    from api.downloading.source import Source


@click.command()
@click.option("--release", default="latest", show_default=True, help="The release.")
@click.option("--table", "tables", multiple=True, help="Only files of this table. May be repeated.")
@click.option("--format", "formats", multiple=True, help="Only files of this format: csv, ndjson.zst, parquet, ….")
@click.option("--from", "address", help="Where the releases are; CUNZHAO_DOWNLOAD_FROM by default.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
def download(
    release: str, tables: tuple[str, ...], formats: tuple[str, ...], address: str | None, folder: Path
) -> None:
    """Fetch the files of a release into DIR, those that are not there yet, and check them against its manifest.

    What was cut off is gone on with. Files are put in place when all have come: while DIR has an index.json, its
    SHA256SUMS names files that are whole and of that release.
    """
    from api.downloading.folder import Folder
    from api.downloading.source import Source, open_client

    settings, into = load_settings(download_from=address), Folder(folder)
    with into.locked(), open_client() as client:
        source = Source(client, settings.download_from)
        manifest, index = source.manifest(release)
        chosen = choose(manifest, tables, formats)
        counts = _fetch_all(source, manifest, chosen, into)
        left = into.settle(manifest, index, chosen)
    told = ", ".join(f"{counts[one]} {one}" for one in ("fetched", "unchanged") if counts[one])
    click.echo(f"release {manifest.name} (r{manifest.revision}) in {folder}: {told}")
    if left:
        click.echo(f"of an older release, and left as they were: {', '.join(left)}", err=True)


def choose(manifest: Manifest, tables: Collection[str], formats: Collection[str]) -> list[Resource]:
    """The files meant. Raises `CannotDownload` for a table or format that the release does not have."""
    _refuse_unknown(manifest, "table", tables, {one.table for one in manifest.resources if one.table})
    _refuse_unknown(manifest, "format", formats, {one.format for one in manifest.resources if one.format})
    chosen = [
        one
        for one in manifest.resources
        if (not tables or one.table in tables) and (not formats or one.format in formats)
    ]
    if not chosen:
        raise CannotDownload(f"release {manifest.name} has no such table in such a format")
    return chosen


def _refuse_unknown(manifest: Manifest, what: str, asked: Collection[str], known: Collection[str]) -> None:
    for one in asked:
        if one not in known:
            raise CannotDownload(f"release {manifest.name} has no {what} {one!r}; it has: {', '.join(sorted(known))}")


def _fetch_all(source: Source, manifest: Manifest, chosen: Sequence[Resource], into: Folder) -> Counter[str]:
    """Fetch the files that are not there as they should be; how many were, and how many came."""
    counts: Counter[str] = Counter()
    for number, one in enumerate(chosen, start=1):
        status = "unchanged" if into.holds(one) else "fetched"
        if status == "fetched":
            with _shown(one) as told:
                source.fetch(manifest.name, one, into.part_of(one), told)
        counts[status] += 1
        click.echo(f"[{number}/{len(chosen)}] {status}: {one.url}: {one.bytes} bytes")
    return counts


@contextmanager
def _shown(resource: Resource) -> Iterator[Callable[[int], None]]:
    """What to tell how many bytes are there; a bar shows it where somebody watches."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with click.progressbar(length=resource.bytes, label=resource.url, file=sys.stderr) as bar:
        yield lambda there: bar.update(there - bar.pos)
