"""The operations on series and other annotations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from api.contract import parts
from api.contract.shapes import ANNOTATION_DETAILS, ANNOTATION_LISTS, COMPARISON, FIGURE_LINKS, SUM
from api.params import COMPARE_PARAMETERS, DETAIL_PARAMETERS, SUM_PARAMETERS
from schema.annotations import ANNOTATION_KINDS, CODE, ID, AnnotationKind
from schema.ids import ID_PATTERNS

Operation = Callable[..., dict[str, Any]]
_EXAMPLES: dict[AnnotationKind, str] = {
    "series": "cac_talks",
    "series_figures": "cac_talks-f-3qsfk4xb6xchj",
    "comparability": "cac_talks_2023_2024",
    "contradictions": "x2",
    "series_notes": "n01",
    "series_gaps": "not_found_2021",
}


def series_paths(operation: Operation) -> dict[str, Any]:
    """The paths, each with its operation."""
    found: dict[str, Any] = {}
    for kind in ANNOTATION_KINDS:
        words = kind.replace("_", " ")
        listed = parts.answer(f"All {words}.", parts.content(ANNOTATION_LISTS[kind]))
        found[f"/v1/{kind}"] = operation("series", f"list_{kind}", f"All {words}", DETAIL_PARAMETERS, listed)
        one = parts.answer("It.", parts.content(ANNOTATION_DETAILS[kind]))
        path = operation("series", f"get_{kind}", f"One of the {words} by its id", DETAIL_PARAMETERS, one, 404)
        pattern = CODE if kind == "series" else ID
        found[f"/v1/{kind}/{{id}}"] = path | {"parameters": [_id(pattern, _EXAMPLES[kind], kind.replace("_", "-"))]}
    compared = parts.answer("The numbers, the changes, and all that bears on them.", parts.content(COMPARISON))
    found["/v1/compare"] = operation(
        "series", "compare", "Compares a series between periods", COMPARE_PARAMETERS, compared
    )
    summed = parts.answer("The sum within bounds.", parts.content(SUM))
    found["/v1/sum"] = operation(
        "series", "sum", "Adds up figures of series, unless they overlap", SUM_PARAMETERS, summed
    )
    links = parts.answer("How the figure overlaps with others.", parts.content(FIGURE_LINKS))
    path = operation("series", "get_figure_links", "How a figure overlaps with others", DETAIL_PARAMETERS, links, 404)
    own = _id(ID_PATTERNS["figure"], parts.EXAMPLE_IDS["figure"], "figure-id")
    found["/v1/figures/{id}/links"] = path | {"parameters": [own]}
    return found


def _id(pattern: str, example: str, format: str) -> dict[str, Any]:
    return {
        "name": "id",
        "in": "path",
        "required": True,
        "description": "Its id.",
        "schema": {"type": "string", "pattern": pattern, "format": format},
        "example": example,
    }
