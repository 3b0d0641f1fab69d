"""Makes GraphQL types out of the records: the descriptions stand in `schema.records` alone."""

from collections.abc import Callable
from typing import Any, TypeVar, dataclass_transform

import strawberry
from pydantic import BaseModel

T = TypeVar("T")


@dataclass_transform(field_specifiers=(strawberry.field,), kw_only_default=True)
def face_of(model: type[BaseModel], **options: Any) -> Callable[[type[T]], type[T]]:
    """A Strawberry type for a record: a field without a description takes the one of the model."""

    def decorate(cls: type[T]) -> type[T]:
        made = strawberry.type(cls, description=summary(model), **options)
        for field in made.__strawberry_definition__.fields:  # type: ignore[attr-defined]
            if field.description is None and field.python_name in model.model_fields:
                field.description = model.model_fields[field.python_name].description
        return made

    return decorate


def summary(model: type[BaseModel]) -> str:
    """The docstring of a record as one paragraph."""
    return " ".join((model.__doc__ or "").split())
