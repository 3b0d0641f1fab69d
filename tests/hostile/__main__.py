"""`make hostile`: what a bystander notices while somebody attacks, one family of attacks after the other.

The server runs as `cunzhao serve` runs it, over the shipped dataset, with the limit that the documentation advises for
the open internet. Attackers have one address, the bystander another, and make way for whoever else wants the processor:
they would have one of their own. The bystander asks at a steady pace; its slowest hundredth without an attack is
compared with that under each.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import multiprocessing
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
import httpx

from tests.hostile.attacks import FAMILIES
from tests.hostile.sending import send
from tests.support.processes import cunzhao, serving

ATTACKER, BYSTANDER = "127.0.0.2", "127.0.0.1"
ADVISED = {"CUNZHAO_RATE_LIMIT_REQUESTS": "100", "CUNZHAO_RATE_LIMIT_SECONDS": "10"}
PACE = 0.02
"""Seconds between two questions of the bystander."""
REPORT = Path(__file__).parents[2] / "build" / "hostile.json"


def attack_until(url: str, family: str, ends: float) -> None:
    """Send the attacks of a family in turn, again and again, as fast as they are answered."""
    os.nice(19)
    for attack in itertools.cycle(FAMILIES[family]):
        if time.time() > ends:
            return
        with suppress(OSError):
            send(url, attack, ATTACKER, 10)


def watch(url: str, seconds: float, headers: dict[str, str]) -> list[float]:
    """The times in which a bystander got its answers, in seconds, shortest first."""
    times: list[float] = []
    with httpx.Client(base_url=url, headers=headers, transport=httpx.HTTPTransport(local_address=BYSTANDER)) as client:
        ends = time.perf_counter() + seconds
        while (begun := time.perf_counter()) < ends:
            # Not the same question each time: kept answers are not what is to be looked at alone.
            answer = client.get("/v1/actions", params={"limit": 1 + len(times) % 50, "year": 2015 + len(times) % 10})
            times.append(time.perf_counter() - begun)
            if answer.status_code != 200:
                raise RuntimeError(f"the bystander got {answer.status_code}")
            time.sleep(max(0.0, begun + PACE - time.perf_counter()))
    return sorted(times)


def p99(times: list[float]) -> float:
    """The time that ninety-nine of a hundred answers take at most, in milliseconds."""
    return round(1_000 * times[math.ceil(len(times) * 0.99) - 1], 2)


def under(url: str, family: str, headers: dict[str, str], chosen: argparse.Namespace) -> list[float]:
    """The times of the bystander while some attack."""
    ends = time.time() + chosen.seconds + 0.5
    crowd = [
        multiprocessing.Process(target=attack_until, args=(url, family, ends), daemon=True)
        for _ in range(chosen.attackers)
    ]
    for each in crowd:
        each.start()
    time.sleep(0.3)
    found = watch(url, chosen.seconds, headers)
    for each in crowd:
        each.join(15)
        each.kill()
    return found


def made_key(folder: Path, limits: dict[str, str]) -> str:
    """A key for the bystander."""
    made = cunzhao(folder, "keys", "create", "bystander", "--requests", "100000000", **limits)
    return made.stdout.strip()


def main() -> None:
    """Attack in every way and write down what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0, help="how long each family is at it")
    parser.add_argument("--attackers", type=int, default=2, help="how many attack at once")
    parser.add_argument("--folder", type=Path, default=REPORT.parent / "hostile", help="data folder of the server")
    chosen = parser.parse_args()
    limits = {**ADVISED, "CUNZHAO_LOG_LEVEL": "warning", "CUNZHAO_CLIENT_TIMEOUT_SECONDS": "2"}
    rows: list[dict[str, Any]] = []
    # The bystander asks 50 times a second, so that its address needs a key's allowance: the limit is the attackers'.
    with serving(chosen.folder, **limits) as server:
        key = {"Authorization": f"Bearer {made_key(chosen.folder, limits)}"}
        watch(server.url, 2.0, key)
        for family, attacks in FAMILIES.items():
            quiet, loud = watch(server.url, chosen.seconds, key), under(server.url, family, key, chosen)
            row = {"family": family, "kinds": len(attacks), "quiet_ms": p99(quiet), "attacked_ms": p99(loud)}
            rows.append(row)
            click.echo(f"{family:10} {len(attacks):4} kinds {p99(quiet):8.2f} ms {p99(loud):8.2f} ms")
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
