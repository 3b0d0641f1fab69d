"""What `POST /v1/citations` takes and both addresses answer: read by the endpoints, described in the contract."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationError

from api.citations.addresses import CITABLE_PATTERN
from schema.citations import CITATION_PATTERN, CitedQuery
from schema.coverage import Coverage
from schema.query import BadQuery
from schema.releases import RELEASE_PATTERN, SHA256_PATTERN


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class GraphQLRequest(_Body):
    """A GraphQL request, as it would be sent to `/graphql`."""

    query: str = Field(min_length=1, description="The document.", json_schema_extra={"format": "citable-graphql"})
    variables: dict[str, Any] | None = Field(None, description="Values of its variables.")
    operation_name: str | None = Field(
        None, alias="operationName", description="The operation meant, where the document has several."
    )


class CitableGraphQL(_Body):
    """A query that is asked by GraphQL."""

    graphql: GraphQLRequest = Field(description="The request.")


Address = Annotated[
    str,
    Field(
        pattern=CITABLE_PATTERN,
        description="An address of this service, absolute or from `/v1` on: a list, an export, a single record, "
        "`/v1/aggregate`, the code lists, `/v1/changes`, or a delta that ends at a release. What only chooses a page "
        "or a format (`limit`, `cursor`, `bom`) is left out, and `as_of` may only mean a release.",
        json_schema_extra={"format": "citable-address"},
    ),
]


_FORMS = 'a query is an address of this service or {"graphql": {"query": …}}'


def _form(value: object) -> str | None:
    return "address" if isinstance(value, str) else "graphql" if isinstance(value, dict | CitableGraphQL) else None


Query = Annotated[
    Annotated[Address, Tag("address")] | Annotated[CitableGraphQL, Tag("graphql")],
    Discriminator(_form, custom_error_type="query", custom_error_message=_FORMS),
]


ReleaseName = Annotated[str, Field(pattern=RELEASE_PATTERN, json_schema_extra={"format": "release-name"})]


class CitationRequest(_Body):
    """What is to be cited."""

    query: Query = Field(description="What is asked.")
    release: ReleaseName | None = Field(
        None, description="The release that is asked; where none is named, the one that `as_of` means, else the latest."
    )


def read_request(given: object) -> CitationRequest:
    """The request in a body. Raises `BadQuery` naming the member at fault."""
    try:
        return CitationRequest.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = [str(part) for part in first["loc"]] or ["body"]
        raise BadQuery(place[0][:80], f"{'.'.join(place)[:200]}: {first['msg']}") from None


class Difference(_Body):
    """In what a citation and what is found here differ."""

    what: Literal["release", "query", "rows", "sha256"] = Field(
        description="release: it is not known here. query: it cannot be asked any more. rows, sha256: they are others."
    )
    detail: str = Field(description="What is different, in a sentence.")


class Found(_Body):
    """What the query gives now."""

    rows: int = Field(ge=0, description="How many records, groups, codes or changes.")
    sha256: str = Field(description="SHA-256 of the canonical result.")


class CitationAnswer(_Body):
    """A citation, with what asking its query again has given."""

    token: str = Field(pattern=CITATION_PATTERN, description="The citation itself, as the end of its address.")
    address: str = Field(description="The permanent address: it confirms the citation, or says what differs.")
    release: str = Field(description="The release that was asked.")
    revision: int | None = Field(description="The revision that the release is; null where it is not known here.")
    committed_at: datetime | None = Field(description="When that revision was committed (UTC); null likewise.")
    query: CitedQuery = Field(description="What was asked, in its canonical form, without the point in time.")
    source: str | None = Field(
        description="Where the lines of the result come from, as of the release; null where the query cannot be asked."
    )
    rows: int = Field(ge=0, description="How many records, groups, codes or changes came out when it was cited.")
    sha256: str = Field(pattern=SHA256_PATTERN, description="SHA-256 of the canonical result when it was cited.")
    confirmed: bool = Field(description="Whether the same came out now.")
    found: Found | None = Field(description="What came out now; null where the query could not be asked.")
    differences: list[Difference] = Field(description="In what the two differ; empty where it is confirmed.")
    text: str = Field(description="The citation as a line of text.")
    bibtex: str = Field(description="The citation as an entry of BibTeX.")
    csl: dict[str, Any] = Field(description="The citation as an item of CSL-JSON.")
    absence: str | None = Field(
        description="What it means that nothing came out; null where something did, or the query could not be asked."
    )
    coverage: Coverage | None = Field(
        description="What the record holds about the time asked for, where nothing came out; null likewise."
    )
