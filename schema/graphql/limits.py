"""How much one request may ask: the structure of the document is measured before it is validated."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one request may have of each."""

    tokens: int = 2_000
    comments: int = 200
    depth: int = 12
    introspection_depth: int = 16
    introspections: int = 5
    operations: int = 20
    values: int = 2_000
    fields: int = 600
    aliases: int = 30
    directives: int = 50
    errors: int = 20
    cost: int = 200_000
    cached_documents: int = 128
    cached_length: int = 4_000
    fragment_bytes: int = 144 * 2**20


class LimitExceeded(GraphQLError):
    """More was asked than one request may have."""

    def __init__(self, what: str, asked: int, limit: int) -> None:
        # A document that spreads its fragments over and over asks for more than a number in JSON can say.
        asked = min(asked, _LARGEST)
        code = f"{what.upper().replace(' ', '_')}_LIMIT_EXCEEDED"
        super().__init__(
            f"the {what} of the query: {asked}, which is more than the limit of {limit}",
            extensions={"code": code, "requested": asked, "limit": limit},
        )


_TOKEN: Final = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""|"(?:[^"\\\n]|\\.)*"|#[^\r\n]*|\.\.\.|[A-Za-z_]\w*|-?\d[\w.+-]*|[^\s,\ufeff]',
    re.DOTALL | re.ASCII,
)
_LARGEST: Final = 2**53 - 1


_INTROSPECTION: Final = ("__schema", "__type")


class _Measure:
    """Counts what stands in a document, and how deep its selections go with fragments spread."""

    def __init__(self, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self.fragments = fragments
        self.fields = self.aliases = self.directives = self.introspections = 0
        self._depths: dict[str, tuple[int, int]] = {}

    def depth(self, selections: SelectionSetNode | None) -> tuple[int, int]:
        """How deep the data goes, and how deep the introspection."""
        found = [self._selection(each) for each in selections.selections] if selections else []
        return max((data for data, _ in found), default=0), max((meta for _, meta in found), default=0)

    def _selection(self, node: object) -> tuple[int, int]:
        self.directives += len(getattr(node, "directives", None) or ())
        match node:
            case FieldNode():
                return self._field(node)
            case InlineFragmentNode():
                return self.depth(node.selection_set)
            case FragmentSpreadNode():
                return self.spread(node.name.value)
        return 0, 0

    def _field(self, node: FieldNode) -> tuple[int, int]:
        self.fields += 1
        self.aliases += node.alias is not None
        data, meta = self.depth(node.selection_set)
        if node.name.value in _INTROSPECTION:
            self.introspections += 1
            return 0, 1 + max(data, meta)
        return 1 + data, meta + (1 if meta else 0)

    def spread(self, name: str) -> tuple[int, int]:
        """The depths of a fragment, which is walked once."""
        if name not in self._depths and name in self.fragments:
            self._depths[name] = 0, 0  # what a fragment that spreads itself finds; validation refuses it later
            self._depths[name] = self.depth(self.fragments[name].selection_set)
        return self._depths.get(name, (0, 0))


def check_structure(document: DocumentNode, limits: Limits) -> None:
    """Raise `LimitExceeded` when the document has too much of something. Every fragment is walked once."""
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    measure = _Measure(fragments)
    depths = [measure.depth(d.selection_set) for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    for name in fragments:
        measure.spread(name)
    _refuse_over(
        [
            ("depth", max((data for data, _ in depths), default=0), limits.depth),
            ("introspection depth", max((meta for _, meta in depths), default=0), limits.introspection_depth),
            ("operations", len(depths), limits.operations),
            ("introspections", measure.introspections, limits.introspections),
            ("fields", measure.fields, limits.fields),
            ("aliases", measure.aliases, limits.aliases),
            ("directives", measure.directives, limits.directives),
        ]
    )


def check_length(text: str, limits: Limits) -> None:
    """Raise `LimitExceeded` for a text that is too long, before anything reads it as a query.

    What counts tokens while it makes them takes ten times as long.
    """
    most = limits.tokens + limits.comments + 1
    starts = [text[found.start()] for found in islice(_TOKEN.finditer(text), most)]
    comments = starts.count("#")
    _refuse_over([("tokens", len(starts) - comments, limits.tokens), ("comments", comments, limits.comments)])


def check_variables(variables: Mapping[str, object], limits: Limits) -> None:
    """Raise `LimitExceeded` when the variables hold too many values, before any is read."""
    counted = 0
    waiting: list[object] = [dict(variables)]
    while waiting and counted <= limits.values:
        inside: list[object] = []
        for each in waiting:
            inside += each.values() if isinstance(each, dict) else each if isinstance(each, list) else ()
        counted += len(inside)
        waiting = [each for each in inside if isinstance(each, (dict, list))]
    _refuse_over([("values", counted, limits.values)])


def _refuse_over(measured: Iterable[tuple[str, int, int]]) -> None:
    for what, asked, limit in measured:
        if asked > limit:
            raise LimitExceeded(what, asked, limit)
