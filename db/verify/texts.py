"""Finds texts in a folder by the hash of their text layer."""

from __future__ import annotations

from pathlib import Path

from db.ingest.notice import SIZE_LIMIT, Refused, TextLayer, read_notice


class Texts:
    """The texts of a folder and of all folders below it. Only their hashes are kept in memory."""

    def __init__(self, folder: Path | None = None) -> None:
        files = sorted(folder.rglob("*")) if folder else []
        self._files = {layer.sha256: file for file in files if (layer := _layer(file)) is not None}

    def find(self, sha256: str) -> str | None:
        """The text with a hash, if the folder has it."""
        file = self._files.get(sha256)
        layer = _layer(file) if file else None
        # The file may have changed since it was hashed.
        return layer.text if layer and layer.sha256 == sha256 else None


def _layer(file: Path) -> TextLayer | None:
    """The text layer of a file; None where it is no readable text, as such folders hold other files too."""
    try:
        if not file.is_file() or file.stat().st_size > SIZE_LIMIT:
            return None
        return read_notice(file.read_bytes()).layer
    except (Refused, OSError):
        return None
