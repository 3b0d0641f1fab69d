"""The questions, and which services are asked each of them in which way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count, cycle, islice
from typing import Any, Literal

from tests.bench import asks
from tests.bench.asks import Way
from tests.bench.client import Ask
from tests.bench.windows import Window, Windows

WARM_SETS = 200
Variant = Literal["cold", "warm"]
"""cold: no question is ever repeated to a service; warm: the same 200 come again and again, to us in requests that
differ in `extensions`, from which no answer follows."""


@dataclass(frozen=True)
class Contender:
    """One service asked in one way."""

    service: str
    way: Way
    label: str
    loosely: bool = False
    """Whether ties of the order may come out otherwise, so that only what is certain is compared."""
    slow: bool = False
    """Whether an answer takes seconds: asked over two connections, and new questions only."""


@dataclass(frozen=True)
class Question:
    """Something asked of several services."""

    key: str
    title: str
    contenders: tuple[Contender, ...]
    variants: tuple[Variant, ...] = ("cold", "warm")
    limit: int = 50


PAGE = Question(
    "page", "GraphQL, 50 actions with codes, labels, entities and document",
    (
        Contender("ours", asks.ours_graphql(50), "Cunzhao"),
        Contender("postgraphile", asks.postgraphile_best(50), "PostGraphile, best shape"),
        Contender("postgraphile", asks.postgraphile_natural(50), "PostGraphile, natural shape"),
        Contender("strawberry", asks.strawberry(50), "Strawberry, DataLoaders"),
        Contender("datasette", asks.datasette_graphql(50), "datasette-graphql", loosely=True, slow=True),
    ),
)  # fmt: skip
NARROW = Question(
    "narrow", "GraphQL, 10 actions with three fields",
    (
        Contender("ours", asks.narrow(asks.ours_graphql), "Cunzhao"),
        Contender("postgraphile", asks.narrow(asks.postgraphile_best, asks.PG_NARROW), "PostGraphile, best shape"),
        Contender("strawberry", asks.narrow(asks.strawberry), "Strawberry, DataLoaders"),
    ),
    limit=10,
)  # fmt: skip
REST = Question(
    "rest", "REST, 100 whole records with their total",
    (
        Contender("ours", asks.rest("/v1/actions", 100), "Cunzhao"),
        Contender("rest", asks.rest("/pydantic", 100), "pydantic"),
        Contender("rest", asks.rest("/msgspec", 100), "msgspec"),
        Contender("rest", asks.rest("/postgres", 100), "JSON built in Postgres"),
        Contender("datasette", asks.datasette_sql(100), "Datasette, SQL, no total", loosely=True),
    ),
    variants=("cold",),
    limit=100,
)  # fmt: skip
COMPARED = (PAGE, NARROW, REST)


@dataclass
class Supply:
    """Gives each contender the same questions in the same order, new ones for `cold`, 200 for `warm`."""

    windows: Windows
    _new: dict[tuple[str, str], Iterator[Window]] = field(default_factory=dict)

    def fixed(self, count: int = WARM_SETS) -> list[Window]:
        """The windows that come again and again."""
        return list(islice(self.windows.of("warm"), count))

    def requests(self, question: Question, contender: Contender, variant: Variant) -> Iterator[Ask]:
        """What a contender is asked next, without end while there are new windows."""
        if variant == "warm":
            asked = map(contender.way.ask, cycle(self.fixed()))
            return map(_named, asked, count()) if contender.service == "ours" else asked
        key = (question.key, contender.label)
        if key not in self._new:
            self._new[key] = self.windows.of(f"cold {question.key}")
        return map(contender.way.ask, self._new[key])


def _named(ask: Ask, number: int) -> Ask:
    """The same question in a request that was never sent before."""
    return replace(ask, body={**_posted(ask), "extensions": {"number": number}})


def unlike(ask: Ask, number: int) -> Ask:
    """A question whose answer was never given, though it is the same: it has a variable that nothing asks for."""
    body = _posted(ask)
    return replace(ask, body={**body, "variables": {**body["variables"], "number": number}})


def _posted(ask: Ask) -> dict[str, Any]:
    if ask.body is None:
        raise ValueError("only what is posted can be told apart")
    return ask.body


def only_ours(question: Question) -> Question:
    """The same question, asked of us alone."""
    return replace(question, contenders=tuple(one for one in question.contenders if one.service == "ours"))
