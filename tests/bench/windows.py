"""What is asked about: a category or an entity within some months, each with a full page of actions."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from typing import Literal

from db.pool import Connection

FULL = 100
"""Every window holds at least so many actions."""
_MONTHS = {
    "category": """
        SELECT code AS id, date_trunc('month', acted_on)::date AS month, count(*) AS held
        FROM cunzhao.action_code JOIN cunzhao.action_version v USING (version)
        WHERE list = 'categories' AND acted_on IS NOT NULL AND v.revision_to IS NULL GROUP BY 1, 2 ORDER BY 1, 2
        """,
    "entity": """
        SELECT entity AS id, date_trunc('month', acted_on)::date AS month, count(*) AS held
        FROM cunzhao.action_entity JOIN cunzhao.action_version v USING (version)
        WHERE acted_on IS NOT NULL AND v.revision_to IS NULL AND entity IN (
            SELECT entity FROM cunzhao.action_entity GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 200)
        GROUP BY 1, 2 ORDER BY 1, 2
        """,
}
Asked = Literal["category", "entity"]


@dataclass(frozen=True)
class Window:
    """One set of variables."""

    by: Asked
    value: str
    since: date
    until: date


class Windows:
    """Makes windows by chance; the same store and seed give the same ones, and no two are equal."""

    def __init__(self, months: dict[Asked, dict[str, list[tuple[date, int]]]]) -> None:
        self._months = months

    @classmethod
    async def read(cls, connection: Connection) -> Windows:
        """Look at how many actions each month has of each category and of the entities most spoken of."""
        months: dict[Asked, dict[str, list[tuple[date, int]]]] = {}
        for by, sql in (("category", _MONTHS["category"]), ("entity", _MONTHS["entity"])):
            found: dict[str, list[tuple[date, int]]] = defaultdict(list)
            for row in await connection.fetch(sql):
                found[row["id"]].append((row["month"], row["held"]))
            months[by] = {key: held for key, held in found.items() if sum(n for _, n in held) > 2 * FULL}  # type: ignore[index]
        return cls(months)

    def of(self, seed: str) -> Iterator[Window]:
        """Windows, four of five by category and the fifth by entity, until hardly any are left."""
        choose, seen, tries = random.Random(seed), set[Window](), 0  # noqa: S311  # chance, not secrecy
        while tries < 1000:
            tries += 1
            window = self._one(choose)
            if window is not None and window not in seen:
                seen.add(window)
                tries = 0
                yield window

    def _one(self, choose: random.Random) -> Window | None:
        by: Asked = "entity" if self._months["entity"] and choose.random() < 0.2 else "category"
        value = choose.choice(list(self._months[by]))
        months = self._months[by][value]
        first = choose.randrange(len(months))
        sums = list(accumulate(held for _, held in months[first:]))
        last = next((place for place, total in enumerate(sums, first) if total >= FULL), None)
        if last is None or last + 1 >= len(months):
            return None
        return Window(by, value, months[first][0], months[last + 1][0].replace(day=choose.randint(1, 28)))
