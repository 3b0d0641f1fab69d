"""The forms that one line of a list takes: rows with a gloss, bare names in 、, names with their address."""

from __future__ import annotations

import re
from typing import NamedTuple

from db.ingest import words
from db.ingest.reading import Reading

_ROW = re.compile(
    r"(?:\d{1,3}[.、]\s*)?《(?P<name>[^《》]{1,40})》\s*(?P<gloss>（(?:[^（）]|（[^（）]*）)*）)?\s*(?:等)?[、，；。\s]*"
)
_NUMBERED = re.compile(
    r"\s*(?:\d{1,3}[.、]|[一二三四五六七八九十]{1,3}、|（[一二三四五六七八九十\d]{1,3}）|[①-⑳])\s*“?(?P<name>[^，。；：“”《》（）、]{1,30}?)”?"
    r"\s*（(?P<gloss>(?:[^（）]|（[^（）]*）)*)）(?P<rest>[^。]{0,160})[。；]?\s*"
)
_MEMBER = re.compile(r"(?P<name>[^、，。；：“”《》（）\s]{1,20}?)(?P<gloss>（[^（）]{1,20}）)?(?P<after>、|等?。?$)")
_LABELLED = re.compile(r"(?P<label>[^：，。；]{2,60})：(?=[^：，。；]+。?$)")
_ADDRESSED = re.compile(r"\s*(?P<name>[^\s，。；：]{1,20})\s+(?:https?：?//)?[a-z0-9-]+(?:\.[a-z0-9-]+)+/?\s*")
_JOINT = re.compile("、|以及|和|及|与")
_ENUMERATED = re.compile(r"\s*(?P<name>[^，。；：“”《》（）]{1,16}?)\s*等?\s*")
_FEWEST_BARE, _FEWEST_LABELLED = 3, 2


class Row(NamedTuple):
    """One name of a list in place, with what stands in brackets after it."""

    start: int
    end: int
    gloss: str

    @property
    def kind(self) -> str:
        """What the gloss makes of it: an app unless a mini program."""
        return "mini_program" if "小程序" in self.gloss else "app"


def titled(text: str) -> list[Row]:
    """The rows 《name》（version，store） of a text that holds nothing else."""
    found, at = [], 0
    while row := _ROW.match(text, at):
        # A list of laws is none of apps.
        if re.search(words.genre()["documents"], row["name"]) and not _is_glossed(row):
            return []
        found.append(_row(row))
        at = row.end()
    return found if at == len(text) else []


def numbered(text: str) -> tuple[list[Row], tuple[int, int]]:
    """The one row 3.name（version，store），maker，fault that a text is, and where the words after it stand."""
    found = _NUMBERED.fullmatch(text)
    if found is None or not _is_glossed(found):
        return [], (0, 0)
    return [_row(found)], found.span("rest")


def bare(text: str) -> list[Row]:
    """The members of a text that is one list in 、 and nothing else."""
    found = _members(text, 0)
    return found if len(found) >= _FEWEST_BARE else []


def labelled(reading: Reading) -> tuple[list[Row], tuple[int, int]]:
    """The members of a list in 、 after a label that says what is wrong with them, and the label's place."""
    label = _LABELLED.match(reading.text)
    if label is None or not reading.categories_between(*label.span("label")):
        return [], (0, 0)
    found = _members(reading.text, label.end())
    stops = words.pattern("bare_name_stops")
    if len(found) < _FEWEST_LABELLED or any(stops.search(reading.text, row.start, row.end) for row in found):
        return [], (0, 0)
    return found, label.span("label")


def enumerated(reading: Reading, start: int, end: int) -> list[Row]:
    """The names of an enumeration in 、, 和 and 及 that a clause ends with; none where a part of it is no name."""
    found, at = [], start
    for joint in (*_JOINT.finditer(reading.text, start, end), None):
        stop = joint.start() if joint else end
        name = _ENUMERATED.fullmatch(reading.text, at, stop)
        if name is None or words.pattern("bare_name_stops").search(name["name"]) or _is_fault(reading, name):
            return []
        found.append(Row(*name.span("name"), ""))
        at = joint.end() if joint else end
    return found if len(found) >= _FEWEST_LABELLED else []


def _is_fault(reading: Reading, name: re.Match[str]) -> bool:
    stated = reading.categories_between(*name.span("name"))
    return any(spot.end - spot.start == len(name["name"]) for spot in stated)


def addressed(text: str) -> list[Row]:
    """The one name, with the address of its site, that a line is."""
    found = _ADDRESSED.fullmatch(text)
    return [Row(*found.span("name"), "")] if found else []


def _members(text: str, at: int) -> list[Row]:
    found = []
    while member := _MEMBER.match(text, at):
        # What stands in brackets after a bare name is part of it unless it is a version, a store or a maker.
        end = member.end("gloss") if member["gloss"] and not _is_glossed(member) else member.end("name")
        found.append(Row(member.start("name"), end, member["gloss"] or ""))
        at = member.end()
    return found if at == len(text) else []


def _is_glossed(row: re.Match[str]) -> bool:
    return row["gloss"] is not None and words.pattern("row_glosses").search(row["gloss"]) is not None


def _row(found: re.Match[str]) -> Row:
    return Row(*found.span("name"), found["gloss"] or "")
