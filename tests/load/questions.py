"""What a mixed load asks: mostly what was not asked before, of every kind, and some of it again and again."""

from __future__ import annotations

from random import Random

_WORDS = ("百度", "直播", "搜索", "低俗", "微信", "谣言", "app", "网")
_PAGES = (
    "/v1/actions?limit=20",
    "/v1/vocabularies/measures",
    "/v1/figures?year=2024",
    "{ figures(year: 2024, first: 20) { nodes { valueMin qualifier wording } } }",
)


def question(chance: Random) -> str:
    """One question of the mixture."""
    if chance.random() < 0.2:
        return chance.choice(_PAGES)
    year, limit, day = chance.randint(2015, 2025), chance.randint(1, 50), chance.randint(1, 28)
    month, word = chance.randint(1, 12), chance.choice(_WORDS)
    since = f"{year}-{month:02}-{day:02}"
    kinds = (
        f"/v1/actions?from={since}&limit={limit}",
        f"/v1/figures?to={since}&limit={limit}",
        f"/v1/actions?search={word}&from={since}&limit={limit}",
        f"/v1/aggregate?group_by=year,measure&from={since}",
        f"/v1/documents?from={since}&limit={limit}",
        f"/v1/changes?since=r{chance.randint(1, 5)}&limit={limit}",
        f"/v1/exports/actions.csv?from={since}&year={year}",
        f'{{ actions(from: "{since}", first: {limit}) {{ nodes {{ id measures {{ code label }} '
        "document { title } entities { name } } totalCount } }",
        f'{{ entities(first: {limit}, search: "{word}") {{ nodes {{ id name '
        "actions(first: 3) { nodes { id } } } } }",
    )
    return chance.choices(kinds, (20, 10, 10, 8, 10, 8, 2, 24, 8))[0]
