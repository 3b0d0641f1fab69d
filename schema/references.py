"""Entries for lists of references: the same facts as BibTeX and as CSL-JSON."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from typing import Any

_MEANT_BY_TEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reference:
    """A dataset, or a part of one, as others cite it."""

    key: str
    """The short name by which a text refers to the entry."""
    author: str
    """Who made it, as one name that is not taken apart."""
    title: str
    version: str
    issued: date | None
    """The day it was made; None where it is not known."""
    note: str | None = None
    url: str | None = None


def bibtex(reference: Reference) -> str:
    """One entry in UTF-8, understood by BibTeX and biblatex alike."""
    issued, url = reference.issued, reference.url
    fields = {
        "author": f"{{{_tex(reference.author)}}}",
        "title": f"{{{_tex(reference.title)}}}",
        "year": str(issued.year) if issued else None,
        "month": str(issued.month) if issued else None,
        "version": _tex(reference.version),
        # Styles that know no versions print the note.
        "note": _tex("; ".join(part for part in (f"Data set, version {reference.version}", reference.note) if part)),
        # The commands that print addresses take them as they are.
        "url": re.sub(r"[{}\\]", lambda found: f"%{ord(found[0]):02X}", url) if url else None,
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    return f"@misc{{{reference.key},\n" + ",\n".join(lines) + "\n}\n"


def csl_item(reference: Reference) -> dict[str, Any]:
    """One item of the Citation Style Language, as reference managers exchange it."""
    issued = reference.issued
    item = {
        "id": reference.key,
        "type": "dataset",
        "author": [{"literal": reference.author}],
        "publisher": reference.author,
        "title": reference.title,
        "version": reference.version,
        "issued": {"date-parts": [[issued.year, issued.month, issued.day]]} if issued else None,
        "note": reference.note,
        "URL": reference.url,
    }
    return {name: value for name, value in item.items() if value}


def csl_json(reference: Reference) -> str:
    """A list of that one item, as a file."""
    return json.dumps([csl_item(reference)], ensure_ascii=False, indent=2) + "\n"


def _tex(text: str) -> str:
    return "".join(_MEANT_BY_TEX.get(letter, letter) for letter in " ".join(text.split()))
