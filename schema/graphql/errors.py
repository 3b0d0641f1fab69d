"""What clients are told when something goes wrong. The text of an unforeseen exception is never told."""

import logging
from collections.abc import Sequence
from typing import Any, Final

from graphql import GraphQLError
from strawberry.utils.str_converters import to_camel_case

from schema.codes import UnknownCode
from schema.overlaps import Overlapping
from schema.ports import StoreUnavailable
from schema.query import BadQuery

BAD_USER_INPUT: Final = "BAD_USER_INPUT"
UNAVAILABLE: Final = "UNAVAILABLE"
INTERNAL: Final = "INTERNAL"
_ARGUMENTS: Final = {"cursor": "after"}
"""Where a parameter has another name here than in REST, beyond the spelling."""
_LONGEST: Final = 1_000
"""Messages quote the query, which may be long."""
_log = logging.getLogger(__name__)


def refused(error: GraphQLError) -> dict[str, Any]:
    """The form of an error found before anything was executed: it is the client's."""
    formatted = {**error.formatted, "message": error.message[:_LONGEST]}
    extensions: dict[str, Any] = {"code": BAD_USER_INPUT, **(error.extensions or {})}
    bad_query = _cause(error)
    if isinstance(bad_query, BadQuery):
        extensions["argument"] = _argument(bad_query)
    return {**formatted, "extensions": extensions}


def failed(error: GraphQLError, request_id: str | None) -> dict[str, Any]:
    """The form of an error met in execution; an unforeseen one is logged and masked."""
    message, extensions = _explain(error, request_id)
    kept = {key: value for key, value in error.formatted.items() if key in ("locations", "path")}
    return {"message": message, **kept, "extensions": extensions}


def _explain(error: GraphQLError, request_id: str | None) -> tuple[str, dict[str, Any]]:
    cause = _cause(error)
    match cause:
        case Overlapping() as refused:
            links = [one.model_dump() for one in refused.links]
            return str(refused), {"code": BAD_USER_INPUT, "argument": _argument(refused), "overlaps": links}
        case BadQuery() as bad:
            return str(bad), {"code": BAD_USER_INPUT, "argument": _argument(bad)}
        case UnknownCode() as unknown:
            return f"{unknown} at this revision", {"code": BAD_USER_INPUT}
        case StoreUnavailable():
            return "The store cannot answer now; try again.", {"code": UNAVAILABLE}
        case None if error.message.startswith(("Argument ", "Variable ")):
            return error.message, {"code": BAD_USER_INPUT}
    _log.error("a GraphQL field failed: %s", error.path, exc_info=cause or error)
    return "Internal error", {"code": INTERNAL, "requestId": request_id}


def _cause(error: GraphQLError) -> BaseException | None:
    """What an error was raised for, however often graphql-core wrapped it."""
    cause: BaseException | None = error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause


def _argument(error: BadQuery) -> str:
    return _ARGUMENTS.get(error.parameter, to_camel_case(error.parameter))


def unavailable(errors: Sequence[dict[str, Any]]) -> bool:
    """Whether the store being away is among the errors."""
    return any(error["extensions"]["code"] == UNAVAILABLE for error in errors)
