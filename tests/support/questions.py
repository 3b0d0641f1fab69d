"""GraphQL questions by chance: every field and argument of the schema, fragments, directives, variables, aliases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, NamedTuple

import orjson
from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
)

DEEPEST = 6


class Question(NamedTuple):
    """A document with the values of its variables. Not every one is valid, and not every one has an answer."""

    text: str
    variables: dict[str, Any]


class Enum(str):
    """The name of an enumeration value, which stands bare in a document."""

    __slots__ = ()


class Questions:
    """Makes questions. `pools` has values for arguments: by the name of the argument, else by that of its type."""

    def __init__(self, schema: GraphQLSchema, seed: int, pools: Mapping[str, Sequence[Any]]) -> None:
        self.schema = schema
        self.chance = Random(seed)  # noqa: S311
        self.pools = pools

    def make(self) -> Question:
        """The next question."""
        self._names = 0
        self._fragments: list[str] = []
        self._declared: list[str] = []
        self._values: dict[str, Any] = {}
        body = self._selection(self.schema.query_type, DEEPEST, self.chance.choice((1, 1, 1, 2, 3)))
        head = f"query({' '.join(self._declared)})" if self._declared else "query"
        return Question(" ".join([head + body, *self._fragments]), self._values)

    def _often(self, share: float) -> bool:
        return self.chance.random() < share

    def _name(self, prefix: str) -> str:
        self._names += 1
        return f"{prefix}{self._names}"

    def _selection(self, type_: Any, depth: int, many: int | None = None) -> str:
        fields = [(n, f) for n, f in type_.fields.items() if depth > 1 or is_leaf_type(get_named_type(f.type))]
        count = many or self.chance.randint(1, 5)
        picked = [self.chance.choice(fields) for _ in range(count)] if fields else []
        parts = [self._field(name, field, depth) for name, field in picked] or ["__typename"]
        if self._often(0.1):
            parts.insert(self.chance.randrange(len(parts) + 1), "__typename")
        if is_abstract_type(type_):
            parts += [f"...on {t.name}{self._selection(t, depth)}" for t in self.schema.get_possible_types(type_)]
        if self._often(0.15):
            parts.append(self._fragment(type_, depth))
        return "{" + " ".join(parts) + "}"

    def _fragment(self, type_: Any, depth: int) -> str:
        inner = self._selection(type_, depth)
        match self.chance.randrange(3):
            case 0:
                return f"...{self._directive()}{inner}"
            case 1:
                return f"...on {type_.name}{self._directive()}{inner}"
        name = self._name("F")
        self._fragments.append(f"fragment {name} on {type_.name}{inner}")
        return " ".join([f"...{name}{self._directive()}"] * self.chance.randint(1, 2))

    def _field(self, name: str, field: GraphQLField, depth: int) -> str:
        arguments = [(n, a) for n, a in field.args.items() if self._wanted(n, a)]
        given = ",".join(f"{n}:{self._value(n, a)}" for n, a in arguments)
        # The same key for different arguments would be refused.
        alias = f"{self._name('x')}:" if given or field.args or self._often(0.1) else ""
        inner = get_named_type(field.type)
        below = "" if is_leaf_type(inner) else self._selection(inner, depth - 1)
        text = f"{alias}{name}{f'({given})' if given else ''}{self._directive()}{below}"
        # The same field again, with more or less below it: the two are one.
        return f"{text} {text}" if self._often(0.03) else text

    def _wanted(self, name: str, argument: GraphQLArgument) -> bool:
        likely = {"first": 0.8, "id": 1.0, "lang": 0.5, "after": 0.05, "asOf": 0.1}
        return isinstance(argument.type, GraphQLNonNull) or self._often(likely.get(name, 0.05))

    def _value(self, name: str, argument: GraphQLArgument) -> str:
        value = self._of(argument.type, name)
        if not self._often(0.4):
            return _written(value)
        return "$" + self._variable(str(argument.type), value, optional=not str(argument.type).endswith("!"))

    def _variable(self, type_name: str, value: Any, *, optional: bool) -> str:
        variable = self._name("v")
        default = self._often(0.3)
        self._declared.append(f"${variable}:{type_name}" + (f"={_written(value)}" if default else ""))
        if default or optional:
            if self._often(0.8):
                self._values[variable] = None if optional and self._often(0.1) else value
        else:
            self._values[variable] = value
        return variable

    def _directive(self) -> str:
        if not self._often(0.08):
            return ""
        name, value = self.chance.choice(("skip", "include")), self._often(0.6)
        if self._often(0.3):
            return f"@{name}(if:{_written(value)})"
        return f"@{name}(if:${self._variable('Boolean!', value, optional=False)})"

    def _of(self, type_: Any, name: str) -> Any:
        if isinstance(type_, GraphQLNonNull):
            return self._of(type_.of_type, name)
        if isinstance(type_, GraphQLList):
            # One value stands for a list of one.
            many = self.chance.choice((0, 1, 1, 1, 2))
            return self._of(type_.of_type, name) if not many else [self._of(type_.of_type, name) for _ in range(many)]
        if isinstance(type_, GraphQLEnumType):
            return Enum(self.chance.choice(list(type_.values)))
        if isinstance(type_, GraphQLInputObjectType):
            fields = self.chance.sample(list(type_.fields.items()), 2)
            return {key: self._of(field.type, key) for key, field in fields}
        assert isinstance(type_, GraphQLScalarType)
        return self.chance.choice(self.pools.get(name) or self.pools[type_.name])


def _written(value: Any) -> str:
    """A value as it stands in a document."""
    match value:
        case Enum():
            return str(value)
        case list():
            return "[" + ",".join(map(_written, value)) + "]"
        case dict():
            return "{" + ",".join(f"{name}:{_written(each)}" for name, each in value.items()) + "}"
    return orjson.dumps(value).decode()
