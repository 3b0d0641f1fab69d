"""A citation as reference managers and people read it."""

from __future__ import annotations

from datetime import date
from urllib.parse import unquote

from schema.citations import Citation, GraphQLQuery
from schema.dataset import DATASET
from schema.references import Reference

BIBTEX = "application/x-bibtex"
CSL_JSON = "application/vnd.citationstyles.csl+json"
_SHOWN = 200
"""Longest query in a title, in characters."""


def reference_of(citation: Citation, url: str, issued: date | None) -> Reference:
    """The entry for a list of references. `issued` is the day of the release, None where it is not known here."""
    return Reference(
        key=f"{DATASET.name}-{citation.release}-{citation.sha256[:8]}",
        author=DATASET.creator,
        title=f"{DATASET.title}: {_shown(citation)}",
        version=citation.release,
        issued=issued,
        note=f"{citation.rows} {'row' if citation.rows == 1 else 'rows'}, SHA-256 {citation.sha256}",
        url=url,
    )


def line_of(reference: Reference) -> str:
    """The entry as one line for people."""
    year = f" ({reference.issued.year})" if reference.issued else ""
    return (
        f"{reference.author}{year}. {reference.title}. Version {reference.version}. {reference.note}. {reference.url}"
    )


def _shown(citation: Citation) -> str:
    """The query, as far as a title can have it."""
    query = citation.query
    text = f"GraphQL {query.graphql.query}" if isinstance(query, GraphQLQuery) else unquote(query)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
