"""The application: every address, the layers around it, and what becomes of errors. Start reading here."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from api import answers, contract
from api.answers import KeptAnswers
from api.citations.citing import Citing
from api.errors import ERRORS, render_error
from api.feeds import routes as feeds
from api.graphql import graphql_routes
from api.guards import OpenHeaders, Preflight, SizeLimits
from api.observability import Metrics, Observed
from api.rates import RateLimits
from api.reconciling import routes as reconciling
from api.rest import aggregates, changes, deltas, exports, extraction, records, releases, series, service, vocabularies
from api.rest.citations import citation_routes
from api.rest.turns import Turns
from api.settings import Settings
from api.shedding import Shedding
from api.web.charts import routes as charts
from api.web.charts.painter import Painter
from api.web.documentation import routes as documentation
from api.web.embeds import routes as embeds
from api.web.explorer import routes as explorer
from db.pool import Pool, open_pool
from db.reader import PostgresReader
from db.servers import Servers, servers_of
from schema.graphql import Engine, Limits
from schema.ports import Reader

FRESH_SECONDS = 0.2
"""How long the latest revision is taken for the latest: what a writer commits shows that much later at most."""


def routes(settings: Settings) -> list[BaseRoute]:
    """Every address, those asked for most often first: they are tried in this order."""
    engine = Engine(_graphql_limits(settings))
    # Citing may read a whole list: most connections stay free for others.
    citing = Citing(engine, at_once=max(1, settings.pool_size // 4), patience=settings.statement_timeout_seconds)
    return [
        *graphql_routes(engine, body_limit=settings.body_limit_bytes),  # /graphql
        *records.ROUTES,  # /v1/actions[/{id}]  and so on for figures, entities, documents
        *service.ROUTES,  # /v1  /healthz  /readyz  /metrics
        *vocabularies.ROUTES,  # /v1/vocabularies[/<list>]
        *extraction.ROUTES,  # /v1/extraction/rules
        *aggregates.ROUTES,  # /v1/aggregate
        *series.ROUTES,  # /v1/series[/{id}]  /v1/compare  /v1/sum  /v1/figures/{id}/links, and other annotations
        *citation_routes(citing),  # /v1/citations[/<token>]
        *exports.ROUTES,  # /v1/exports/<table>.<format>
        *changes.ROUTES,  # /v1/changes[.atom]
        *deltas.ROUTES,  # /v1/releases/{earlier}...{later}.ndjson
        *releases.ROUTES,  # /v1/releases[/{name}[/{file}]]
        *contract.ROUTES,  # /openapi.json
        *explorer.explorer_routes(citing),  # pages: /  /actions[/{id}]  /vocabularies  /cite  and so on
        *documentation.ROUTES,  # /docs[/{name}]
        *embeds.ROUTES,  # /embed/1/…  /oembed
        *feeds.ROUTES,  # /feeds/{actions|figures|corrections}.{atom|json}
        *reconciling.ROUTES,  # /reconcile[/match|/extend|/suggest/{what}|/preview]
        *charts.ROUTES,  # /charts/{name}.{svg|png|csv|json}
    ]


def _graphql_limits(settings: Settings) -> Limits:
    return Limits(
        depth=settings.graphql_depth,
        aliases=settings.graphql_aliases,
        tokens=settings.graphql_tokens,
        cost=settings.graphql_cost,
    )


async def _connections(settings: Settings) -> Pool | Servers:
    """Where the record is read: at the one server there is, or at its standbys and itself."""
    assert settings.database_url is not None  # noqa: S101  # the caller saw to it
    primary = settings.database_url.get_secret_value()
    size, timeout, patience = settings.pool_size, settings.statement_timeout_seconds, settings.store_patience_seconds
    if not settings.read_urls:
        return await open_pool(primary, size=size, statement_timeout=timeout, patience=patience)
    return servers_of(
        primary,
        [url.get_secret_value() for url in settings.read_urls],
        size=size,
        statement_timeout=timeout,
        patience=patience,
        lag_seconds=settings.read_lag_seconds,
    )


def create_app(settings: Settings, reader: Reader | None = None) -> Starlette:
    """The service. It reads from `reader`, else from the database the settings name, while it runs."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        try:
            async with _store(app):
                yield
        finally:
            app.state.painter.close()

    @asynccontextmanager
    async def _store(app: Starlette) -> AsyncIterator[None]:
        if reader is not None:
            yield
            return
        if settings.database_url is None:
            raise RuntimeError("no database: set CUNZHAO_DATABASE_URL, or start with `cunzhao serve`")
        async with await _connections(settings) as connections:
            app.state.reader = PostgresReader(
                connections, fresh_for=FRESH_SECONDS, patience=settings.store_patience_seconds
            )
            if isinstance(connections, Servers):
                metrics.watch(connections.states)
            yield

    metrics = Metrics()
    app = Starlette(
        routes=routes(settings),
        # From the outside in: who has asked too much, what was answered before, headers on every answer, names and
        # counts, what is refused.
        middleware=[
            Middleware(RateLimits, settings, metrics),
            Middleware(KeptAnswers, metrics),
            Middleware(OpenHeaders),
            Middleware(Observed, metrics),
            Middleware(Shedding, settings.requests_at_once),
            Middleware(Preflight),
            Middleware(SizeLimits, settings.url_limit_bytes, settings.body_limit_bytes),
        ],
        exception_handlers=dict.fromkeys(ERRORS, render_error),
        lifespan=lifespan,
    )
    # An address is one thing: no redirect from one spelling to another.
    app.router.redirect_slashes = False
    app.state.reader = reader
    app.state.settings = settings
    app.state.metrics = metrics
    app.state.painter = Painter()
    # Half of the connections stay free for short questions.
    app.state.turns = Turns(max(1, settings.pool_size // 2), settings.statement_timeout_seconds)
    app.state.answers = answers.Answers(answers.MEMORY)
    return app
