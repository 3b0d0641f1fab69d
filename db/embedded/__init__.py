"""The private Postgres that runs when no other is configured; POSIX systems only."""

from db.embedded.binaries import Binaries
from db.embedded.errors import EmbeddedError, FolderInUse
from db.embedded.keeping import kept_alive
from db.embedded.server import EmbeddedPostgres, open_embedded

__all__ = ["Binaries", "EmbeddedError", "EmbeddedPostgres", "FolderInUse", "kept_alive", "open_embedded"]
