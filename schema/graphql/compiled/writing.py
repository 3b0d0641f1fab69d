"""Writes the functions of a template as Python code: a field costs a look-up then, not a chain of calls.

The code is made of names that this module gives, of names of fields and keys of the schema's grammar (letters, digits
and underscores), and of constants that it refers to by name: nothing of a request stands in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import orjson

from schema.codes import CodeBook
from schema.graphql.compiled.plan import Slot, Template

_COLLECT = """
def collect(sources, book):
    return ({each})
"""
_WRITE = """
def write(sources, book, filled):
    {names}
    return [{written} for source in sources]
"""


class Writer:
    """The code of one template while it grows."""

    def __init__(self) -> None:
        self._constants: dict[str, Any] = {}
        self._slots: list[Slot] = []
        self._wanted: list[str] = []
        self._tables: list[str] = []
        self._loops: list[str] = []
        self._variables = 0
        self.needs_book = False

    def constant(self, value: object) -> str:
        """A name for a value."""
        name = f"c{len(self._constants)}"
        self._constants[name] = value
        return name

    @contextmanager
    def each(self, found: str, condition: str = "") -> Iterator[tuple[str, str]]:
        """What is written meanwhile is written for each of the things found: their name, and the loop over them."""
        name = f"v{self._variables}"
        self._variables += 1
        loop = f"for {name} in {found}" + (f" if {name} {condition}" if condition else "")
        self._loops.append(loop)
        yield name, loop
        self._loops.pop()

    def slot(self, slot: Slot, wanted: str, key: str) -> str:
        """What stands in a slot: the source wants something there, and finds it by a key."""
        name = f"s{len(self._slots)}"
        self._slots.append(slot)
        self._wanted.append(" ".join([f"[{wanted} for source in sources", *self._loops]) + "]")
        return f"{name}[{key}]"

    def table(self, make: Callable[[str, CodeBook], Any]) -> str:
        """The name of a table of codes, written out where they are first met."""
        self.needs_book = True
        self._tables.append(self.constant(Tables(make)))
        return f"t{len(self._tables) - 1}"

    def template(self, written: str) -> Template:
        """The template whose sources are written so."""
        names = [f"s{n} = filled[{n}]" for n in range(len(self._slots))]
        names += [f"t{n} = {table}.of(book)" for n, table in enumerate(self._tables)]
        code = _COLLECT.format(each="".join(f"{each}, " for each in self._wanted))
        code += _WRITE.format(names="\n    ".join(names or ["pass"]), written=written)
        made: dict[str, Any] = dict(self._constants)
        exec(compile(code, "<plan>", "exec"), made)  # noqa: S102  # see above: nothing of a request stands in it
        return Template(tuple(self._slots), made["collect"], made["write"], self.needs_book)


class Tables:
    """The codes of one place as it writes them, for each edition of the code lists."""

    _MOST = 8

    def __init__(self, make: Callable[[str, CodeBook], Any]) -> None:
        self._make = make
        self._tables: dict[CodeBook, _Table] = {}

    def of(self, book: CodeBook) -> _Table:
        """The codes as of a revision."""
        found = self._tables.get(book)
        if found is None:
            if len(self._tables) >= self._MOST:
                self._tables.clear()
            found = self._tables[book] = _Table(self._make, book)
        return found


class _Table(dict[str | None, Any]):
    def __init__(self, make: Callable[[str, CodeBook], Any], book: CodeBook) -> None:
        super().__init__({None: None})
        self._of = make, book

    def __missing__(self, code: str) -> orjson.Fragment:
        make, book = self._of
        found = self[code] = orjson.Fragment(orjson.dumps(make(code, book)))
        return found
