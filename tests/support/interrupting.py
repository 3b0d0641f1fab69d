"""Stands between a command and its Postgres, and kills the command at a chosen moment of their talk."""

from __future__ import annotations

import asyncio
import os
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

from tests.support.processes import CUNZHAO, environment

_LIMIT_SECONDS = 120
_READ = 65_536


class Between:
    """Hands on what a command and Postgres say, and counts what the command says."""

    def __init__(self, dsn: str) -> None:
        self._parts = urlsplit(dsn)
        self._asked = parse_qs(self._parts.query)
        self._process: asyncio.subprocess.Process | None = None
        self._kill_at: int | None = None
        self._handed_on_first = False
        self.said = 0
        """How often the command has said something."""
        self.dsn = ""

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Between]:
        """Stand between, under an address of our own."""
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        user = self._parts.netloc.rpartition("@")[0]
        passfile = f"?passfile={quote(self._asked['passfile'][0])}" if "passfile" in self._asked else ""
        self.dsn = f"postgresql://{user}@127.0.0.1:{port}{self._parts.path}{passfile}"
        async with server:
            yield self

    async def run(self, folder: Path, *arguments: str, kill_at: int | None = None, after: bool = False) -> str | None:
        """Run a command and return what it printed, or None if it was killed.

        It is killed when it says something for the `kill_at`th time: before or `after` Postgres heard of it.
        """
        self.said, self._kill_at, self._handed_on_first = 0, kill_at, after
        self._process = await asyncio.create_subprocess_exec(
            CUNZHAO, *arguments, env=environment(folder, CUNZHAO_DATABASE_URL=self.dsn), cwd="/",
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        async with asyncio.timeout(_LIMIT_SECONDS):
            out, errors = await self._process.communicate()
        if self._process.returncode == -9:
            return None
        assert self._process.returncode in (0, 2), errors.decode()
        return out.decode() + errors.decode()

    async def _talk(self, reader: StreamReader, writer: StreamWriter) -> None:
        host, port = self._parts.hostname, self._parts.port
        if "host" in self._asked:
            number = self._asked.get("port", ["5432"])[0]
            upstream = await asyncio.open_unix_connection(f"{self._asked['host'][0]}/.s.PGSQL.{number}")
        else:
            upstream = await asyncio.open_connection(host, port or 5432)
        answers = asyncio.create_task(_hand_on(upstream[0], writer))
        with suppress(OSError):
            while data := await reader.read(_READ):
                self.said += 1
                if self.said == self._kill_at:
                    await self._kill(data, upstream[1])
                    break
                upstream[1].write(data)
                await upstream[1].drain()
        upstream[1].close()
        with suppress(OSError, asyncio.CancelledError):
            await answers

    async def _kill(self, data: bytes, upstream: StreamWriter) -> None:
        assert self._process is not None
        if self._handed_on_first:
            upstream.write(data)
            await upstream.drain()
        os.kill(self._process.pid, 9)


async def _hand_on(reader: StreamReader, writer: StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(_READ):
            writer.write(data)
            await writer.drain()
    writer.close()
