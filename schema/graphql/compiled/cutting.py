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
    wanted = sorted({*cut, *parsed}, key=order.index)
    lines, places, before = [], [], None
    for name in wanted:
        place, following = order.index(name), order[order.index(name) + 1 : order.index(name) + 2]
        key = _key(name, place)
        if before is None or order.index(before) + 1 != place:
            start = f"e{order.index(before)}" if before else "0"
            lines.append(f"f{place} = find({key!r}, {start})")
            places.append(f"f{place}")
        else:
            lines.append(f"f{place} = e{place - 1}")
        lines.append(f"b{place} = f{place} + {len(key)}")
        lines.append(
            f"e{place} = find({_key(following[0], 1)!r}, b{place})" if following else f"e{place} = len(body) - 1"
        )
        places.append(f"e{place}")
        before = name
    texts = {name: f"body[b{order.index(name)}:e{order.index(name)}]" for name in wanted}
    source = " + ".join(f"{_key(name, n)!r} + {texts[name]}" for n, name in enumerate(parsed))
    made = ", ".join([f"loads({source} + b'}}')" if parsed else "None", *(texts[name] for name in cut)])
    code = "\n    ".join(
        [
            "def read(body):", "find = body.find", *lines,
            f"if min({', '.join(['0', '0', *places])}) < 0:", "    raise ValueError('the fields of a record are not in order')",
            f"return ({made},)",
        ]
    )  # fmt: skip
    names: dict[str, Any] = {"loads": orjson.loads}
    exec(compile(code, "<cutter>", "exec"), names)  # noqa: S102  # made of names of fields of our models alone
    read: Callable[[bytes], Cut] = names["read"]
    return read


def _key(name: str, place: int) -> bytes:
    """The key of a field, with what stands before it."""
    return (f',"{name}":' if place else f'{{"{name}":').encode()
