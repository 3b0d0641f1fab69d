"""Writes the functions of a template as Python code: a field costs a look-up then, not a chain of calls.

The code is made of names that this module gives, of names of fields and keys of the schema's grammar (letters, digits
and underscores), and of constants that it refers to by name: nothing of a request stands in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from schema.codes import CodeBook
from schema.graphql.compiled.plan import Slot, Template

_CODE = """
def collect(sources, book):
    return ({wanted})

def write(sources, book, filled):
    {names}
    return [{written} for {source} in sources]
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
        """The JSON that stands in a slot: the source wants something there, and finds it by a key."""
        self._slots.append(slot)
        self._wanted.append(f"{wanted} " + "{each} " + " ".join(self._loops))
        return f"s{len(self._slots) - 1}[{key}]"

    def table(self, make: Callable[[Any, CodeBook], Any]) -> str:
        """The name of a table of codes, written out where they are first met."""
        self.needs_book = True
        self._tables.append(self.constant(Tables(make)))
        return f"t{len(self._tables) - 1}"

    def template(self, written: str, source: str = "source") -> Template:
        """The template whose sources are written so. Several names stand for a source that is a tuple."""
        names = [f"s{n} = filled[{n}]" for n in range(len(self._slots))]
        names += [f"t{n} = {table}.of(book)" for n, table in enumerate(self._tables)]
        each = f"for {source} in sources"
        wanted = "".join("[" + one.replace("{each}", each) + "], " for one in self._wanted)
        code = _CODE.format(wanted=wanted, names="\n    ".join(names or ["pass"]), written=written, source=source)
        made: dict[str, Any] = dict(self._constants)
        exec(compile(code, "<plan>", "exec"), made)  # noqa: S102  # see above: nothing of a request stands in it
        return Template(tuple(self._slots), made["collect"], made["write"], self.needs_book)


class Tables:
    """The codes of one place as it writes them, for each edition of the code lists."""

    _MOST = 8

    def __init__(self, make: Callable[[Any, CodeBook], Any]) -> None:
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


class _Table(dict[Any, Any]):
    _MOST = 4096

    def __init__(self, make: Callable[[Any, CodeBook], Any], book: CodeBook) -> None:
        super().__init__()
        self._of = make, book

    def __missing__(self, codes: Any) -> Any:
        make, book = self._of
        if len(self) >= self._MOST:
            self.clear()
        found = self[codes] = make(codes, book)
        return found
