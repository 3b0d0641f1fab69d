"""Cuts the fields that are asked for out of the JSON of a record, and parses nothing else.

The JSON of a record has the fields of its model in their order. So a value reaches from its key to the key of the next
field, which are found by searching for bytes: within a string the quotes of a key would be escaped, and where an object
within the record may have a key of the same name, the field is not cut.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, get_args

import orjson
from pydantic import BaseModel

from schema.records import RECORD_MODELS, RecordKind

Cut = tuple[Any, ...]
"""The parsed fields of a record, and the JSON of each that is cut."""


@cache
def cuttable(kind: RecordKind) -> frozenset[str]:
    """The fields of a kind of record that can be cut out."""
    fields = RECORD_MODELS[kind].model_fields
    names, within, found = list(fields), set[str](), set[str]()
    for name, following in zip(names, [*names[1:], None], strict=True):
        within |= set(_keys(fields[name].annotation))
        around = [name] if following is None else [name, following]
        if all(fields[each].exclude_if is None and each not in within for each in around):
            found.add(name)
    return frozenset(found)


def _keys(annotation: Any) -> Iterator[str]:
    """The keys of all objects that may stand in a value."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, field in annotation.model_fields.items():
            yield name
            yield from _keys(field.annotation)
    for part in get_args(annotation):
        yield from _keys(part)


def cutter(kind: RecordKind, cut: Sequence[str], parsed: Sequence[str]) -> Callable[[bytes], Cut]:
    """A function that takes the JSON of a record apart.

    It raises `ValueError` where that does not have the fields of its model in their order.
    """
    order = list(RECORD_MODELS[kind].model_fields)
    lines = list(_found(order, sorted({*cut, *parsed}, key=order.index)))
    texts = {name: f"body[b{n}:e{n}]" for n, name in enumerate(order)}
    source = " + ".join(f"{_key(name, n)!r} + {texts[name]}" for n, name in enumerate(parsed))
    made = ", ".join([f"loads({source} + b'}}')" if parsed else "None", *(texts[name] for name in cut)])
    code = "\n    ".join(["def read(body):", "find = body.index", *lines, f"return ({made},)"])
    names: dict[str, Any] = {"loads": orjson.loads}
    exec(compile(code, "<cutter>", "exec"), names)  # noqa: S102  # made of names of fields of our models alone
    read: Callable[[bytes], Cut] = names["read"]
    return read


def _found(order: Sequence[str], wanted: Sequence[str]) -> Iterator[str]:
    """Code that finds where the values of some fields begin and end; what is not there raises `ValueError`."""
    before = -1
    for n in map(order.index, wanted):
        key = _key(order[n], n)
        # What follows the field before begins where that ends.
        start = f"e{before}" if 0 <= before == n - 1 else f"find({key!r}, {f'e{before}' if before >= 0 else 0})"
        yield f"b{n} = {start} + {len(key)}"
        yield f"e{n} = " + (f"find({_key(order[n + 1], 1)!r}, b{n})" if n + 1 < len(order) else "len(body) - 1")
        before = n


def _key(name: str, place: int) -> bytes:
    """The key of a field, with what stands before it."""
    return (f',"{name}":' if place else f'{{"{name}":').encode()
