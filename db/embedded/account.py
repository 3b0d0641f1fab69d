"""Under which account Postgres runs: our own, or a service account where we are root."""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from db.embedded.errors import EmbeddedError

# An administrator who wants one for us alone makes "cunzhao"; "postgres" comes with the distribution's package.
SERVICE_ACCOUNTS = ("cunzhao", "postgres", "nobody")


class Demotion(TypedDict, total=False):
    """What subprocess needs to start a program under another account."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Account:
    """Who owns the cluster and runs its server."""

    uid: int
    gid: int

    @classmethod
    def for_cluster(cls, cluster: Path) -> "Account":
        """The account for a cluster: ours, or as root the cluster's owner, or for a new one a service account.

        Raises:
            EmbeddedError: we are root and there is no account that Postgres could run as.
        """
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid())
        if cluster.exists():
            owner = cluster.stat()
            return cls(owner.st_uid, owner.st_gid)
        return cls._service()

    @classmethod
    def _service(cls) -> "Account":
        for name in SERVICE_ACCOUNTS:
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                continue
            if entry.pw_uid != 0:
                return cls(entry.pw_uid, entry.pw_gid)
        raise EmbeddedError(
            "Postgres refuses to run as root, and there is none of the accounts "
            f"{', '.join(SERVICE_ACCOUNTS)} to run it: add one, or set CUNZHAO_DATABASE_URL"
        )

    @property
    def demotion(self) -> Demotion:
        """Arguments for subprocess; none where the account is the one we already are."""
        if os.geteuid() == self.uid:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def take(self, path: Path) -> None:
        """Make the account the owner of a path that we made ourselves."""
        if os.geteuid() != self.uid:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)
