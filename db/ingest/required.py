"""Which words a text must hold for a pattern to match in it: cheap to look for, before the pattern is tried."""

from __future__ import annotations

import re
from collections.abc import Iterator

_ATOM = re.compile(
    r"\\(?P<escape>.)|(?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])|(?P<group>\()|(?P<any>[.^$])|(?P<plain>.)", re.DOTALL
)
_REPEAT = re.compile(r"(?:(?P<optional>[?*]|\{0?,\d*\}|\{0\})|\+|\{[1-9]\d*(?:,\d*)?\})[?+]?")
_IN_GROUP = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[()]", re.DOTALL)
_OPENS = re.compile(r"\((?:\?(?:(?P<plain>:|P<\w+>)|(?P<other>.)))?")


def required(pattern: str) -> frozenset[str]:
    """Words of which every match holds at least one; an empty set where there are no such words.

    Understands what the word lists use: literals, sets, groups, alternatives and repeats. Whatever
    else there is in a pattern only makes it say less.
    """
    found: set[str] = set()
    for branch in _branches(pattern):
        words = max(_candidates(branch), key=_strength, default=frozenset[str]())
        if not words:
            return frozenset()
        found |= words
    return frozenset(found)


def _strength(words: frozenset[str]) -> float:
    """Few long words are the rarest."""
    return min(map(len, words)) / len(words) if words else 0


def _branches(pattern: str) -> Iterator[str]:
    """The alternatives of a pattern."""
    start = at = 0
    while at < len(pattern):
        if pattern[at] == "|":
            yield pattern[start:at]
            start = at = at + 1
        else:
            at = _atom_end(pattern, at)
    yield pattern[start:]


def _atom_end(pattern: str, at: int) -> int:
    found = _ATOM.match(pattern, at)
    if found is None or not found["group"]:
        return found.end() if found else len(pattern)
    depth = 0
    for mark in _IN_GROUP.finditer(pattern, at):
        depth += {"(": 1, ")": -1}.get(mark.group(), 0)
        if depth == 0:
            return mark.end()
    return len(pattern)


def _candidates(branch: str) -> Iterator[frozenset[str]]:
    """What each part of one alternative requires."""
    run, at = "", 0
    while at < len(branch):
        atom = branch[at : _atom_end(branch, at)]
        at += len(atom)
        repeat = _REPEAT.match(branch, at)
        at = repeat.end() if repeat else at
        literal = _literal(atom)
        is_optional = repeat is not None and repeat["optional"] is not None
        if literal and not is_optional:
            run += literal
        if (not literal or repeat) and run:
            yield frozenset({run})
            run = ""
        if atom.startswith("(") and not is_optional:
            opened = _OPENS.match(atom)
            if opened is not None and not opened["other"]:
                yield required(atom[opened.end() : -1])
    if run:
        yield frozenset({run})


def _literal(atom: str) -> str:
    """The character an atom stands for, in lower case as folded text is, or nothing."""
    if len(atom) == 2 and atom[0] == "\\":
        return "" if atom[1].isalnum() else atom[1]
    return atom.lower() if len(atom) == 1 and atom not in ".^$" else ""
