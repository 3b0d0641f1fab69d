"""One line about a record in Chinese and in English, generated from codes, names and numbers alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from schema.codes import CodeBook, ListName
from schema.extraction import ExtractedAction, ExtractedFigure
from schema.records import Action, Figure

_SHOWN = 5
_ZH_QUALIFIERS = {"exact": "", "at_least": "至少", "at_most": "至多", "about": "约"}
_EN_QUALIFIERS = {"exact": "", "at_least": "at least ", "at_most": "at most ", "about": "about "}


def _labels(book: CodeBook, list_name: ListName, codes: Iterable[str], language: str) -> list[str]:
    items = [book.item(list_name, code) for code in codes]
    return [item.label_zh if language == "zh" else item.label_en for item in items]


def _shown(names: Sequence[str], separator: str) -> tuple[str, int]:
    return separator.join(names[:_SHOWN]), max(0, len(names) - _SHOWN)


def _subject_zh(action: ExtractedAction | Action) -> str:
    names, rest = _shown([mention.name for mention in action.entities], "、")
    if not names:
        return action.unnamed_subject or "未具名对象"
    return names + (f"等{len(action.entities)}个" if rest else "等" if action.open_ended else "")


def _subject_en(action: ExtractedAction | Action) -> str:
    names, rest = _shown([mention.name for mention in action.entities], ", ")
    if not names:
        return "unnamed subjects"
    return names + (f" and {rest} more" if rest else " and others" if action.open_ended else "")


def action_gist(action: ExtractedAction | Action, book: CodeBook) -> tuple[str, str]:
    """The gist of an action in Chinese and in English."""

    def zh(name: ListName, codes: Iterable[str]) -> str:
        return "、".join(_labels(book, name, codes, "zh"))

    def en(name: ListName, codes: Iterable[str]) -> str:
        return "; ".join(_labels(book, name, codes, "en"))

    line_zh = f"{zh('authorities', action.authorities)}：{_subject_zh(action)}——{zh('measures', action.measures)}"
    line_en = f"{en('authorities', action.authorities)}: {_subject_en(action)}: {en('measures', action.measures)}"
    if action.amount_cny is not None:
        line_zh += f" {action.amount_cny}元"
        line_en += f", CNY {action.amount_cny:,}"
    if action.categories:
        line_zh += f"（{zh('categories', action.categories)}）"
        line_en += f" ({en('categories', action.categories)})"
    return line_zh, line_en


def _number(figure: ExtractedFigure | Figure) -> int:
    value = figure.value_min if figure.value_min is not None else figure.value_max
    assert value is not None  # check_bounds lets no figure pass without a bound  # noqa: S101
    return value


def figure_gist(figure: ExtractedFigure | Figure, book: CodeBook) -> tuple[str, str]:
    """The gist of a figure in Chinese and in English."""
    measure = book.item("measures", figure.measure)
    subject = book.item("subject_kinds", figure.subject_kind if isinstance(figure, Figure) else figure.subject)
    number = _number(figure)
    period = f"{figure.period.start}/{figure.period.end}" if figure.period else ""
    line_zh = f"{period} {measure.label_zh}：{subject.label_zh} {_ZH_QUALIFIERS[figure.qualifier]}{number}{figure.unit}"
    line_en = f"{period} {measure.label_en}: {subject.label_en}, {_EN_QUALIFIERS[figure.qualifier]}{number:,}"
    return line_zh.strip(), line_en.strip()
