"""Reads what is asked for out of the JSON of a record, and passes over the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args, get_origin

import msgspec
import orjson
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined


class Parts:
    """What is read of the objects of a model, while it grows: an attribute of its own for each field."""

    def __init__(self, model: type[BaseModel], *, many: bool = False) -> None:
        self.model = model
        self.many = many
        """Whether they stand in a list."""
        self._types: dict[str, Any] = {}
        self._below: dict[str, Parts] = {}

    def text(self, name: str) -> None:
        """Read a field that is a string or null."""
        self._types[name] = str | None

    def texts(self, name: str) -> None:
        """Read a field that is a list of strings."""
        self._types[name] = list[str]

    def copied(self, name: str) -> bool:
        """Take a field as it stands in the JSON. False where it is read as a string or null by another reader."""
        return self._types.setdefault(name, msgspec.Raw) is msgspec.Raw

    def below(self, name: str) -> Parts:
        """Read of a field that is an object or null, or a list of objects."""
        if name not in self._below:
            annotation = self.model.model_fields[name].annotation
            self._below[name] = Parts(_model_in(annotation), many=get_origin(annotation) is tuple)
        return self._below[name]

    def reader(self) -> Callable[[bytes], Any]:
        """A function that reads the JSON of an object. It raises `ValueError` where that does not fit the model."""
        return msgspec.json.Decoder(self._struct()).decode

    @property
    def _type(self) -> Any:
        struct: Any = self._struct()
        return list[struct] if self.many else struct | None

    def _struct(self) -> type[msgspec.Struct]:
        fields = self.model.model_fields
        types = self._types | {name: parts._type for name, parts in self._below.items()}
        made = [(name, type_, _default(fields[name], type_)) for name, type_ in types.items()]
        return msgspec.defstruct(self.model.__name__, made, kw_only=True, frozen=True, gc=False)


def _default(field: FieldInfo, type_: Any) -> Any:
    """What a record leaves out of its JSON has the default of its model."""
    if field.default is PydanticUndefined:
        return msgspec.NODEFAULT
    return msgspec.Raw(orjson.dumps(field.default)) if type_ is msgspec.Raw else field.default


def _model_in(annotation: Any) -> type[BaseModel]:
    found = [annotation, *get_args(annotation)]
    return next(one for one in found if isinstance(one, type) and issubclass(one, BaseModel))
