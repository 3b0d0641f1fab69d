"""One text for one JSON value, as RFC 8785 has it: what is hashed must not depend on who wrote it."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any


def canonical_json(value: Any) -> str:
    """A JSON value without spaces, its members sorted, its numbers as ECMAScript writes them.

    Raises `ValueError` for a number that is not finite, `TypeError` for what is no JSON value.
    """
    match value:
        case None | bool() | str():
            return json.dumps(value, ensure_ascii=False)
        case int() | float():
            return _number(value)
        case list() | tuple():
            return f"[{','.join(map(canonical_json, value))}]"
        case dict():
            members = sorted(value.items(), key=lambda member: member[0].encode("utf-16-be"))
            return "{" + ",".join(f"{canonical_json(name)}:{canonical_json(each)}" for name, each in members) + "}"
    raise TypeError(f"{type(value).__name__} is no JSON value")


def _number(value: int | float) -> str:
    if isinstance(value, int):
        return str(value)
    if value.is_integer() and abs(value) < 10**21:
        return str(int(value))
    text = json.dumps(value, allow_nan=False)
    mantissa, _, exponent = text.partition("e")
    if not exponent:
        return text
    # Python writes exponents from 1e-05 on and with two digits, ECMAScript from 1e-7 on and with as few as there are.
    return format(Decimal(text), "f") if -7 < int(exponent) < 0 else f"{mantissa}e{int(exponent):+d}"
