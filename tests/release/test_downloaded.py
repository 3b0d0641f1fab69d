"""A release on its whole way: cut from a store, served, fetched, and the same in the end."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from api.cli.downloading import download
from db.pool import Connection, connect
from db.release.cutting import cut
from db.release.places import Places
from schema.releases import SUM_SUFFIX
from tests.support.serving import served_by


async def test_what_is_cut_is_what_comes(store: Connection, dsn: str, places: Places, tmp_path: Path) -> None:
    del store  # it is filled
    writer = await connect(dsn, role="cunzhao_writer")
    manifest = await cut(writer, places, None)
    await writer.close()
    with served_by(dsn, places.folder) as url:
        fetched = CliRunner().invoke(download, ["--from", url, str(tmp_path / "copy")], standalone_mode=False)
    assert fetched.exception is None
    made, copy = (files_of(folder) for folder in (places.of(manifest.name), tmp_path / "copy"))
    assert copy.pop(".download.lock") is not None
    assert copy == {name: data for name, data in made.items() if not name.endswith(SUM_SUFFIX)}
    assert copy.keys() >= {"index.json", "SHA256SUMS", "actions.parquet", "cunzhao.sqlite", "README.md"}


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
