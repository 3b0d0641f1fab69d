"""What is written: the documents by name, in the languages there are, as HTML."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import TYPE_CHECKING

from api.web.language import Language

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

ORDER: Mapping[str, Sequence[str]] = {
    "begin": ("start", "method", "comparability", "citing"),
    "data": ("releases", "downloads", "accuracy"),
    "programs": ("rest", "graphql", "reconciling", "limits"),
    "service": ("running", "benchmarks"),
}
"""The documents in the order of the table of contents, by its headings."""
START = "start"
_COMMENTS = re.compile(r"<!--.*?-->\n?", re.DOTALL)
_RELATIVE = re.compile(r"\]\((?:\.\./)*(?:zh/)?([a-z_-]+)\.md(#[^)]*)?\)")
_NOT_IN_SLUGS = re.compile(r"[^\w\s-]")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a document that the table of contents names."""

    level: int
    slug: str
    text: str


@dataclass(frozen=True, slots=True)
class Written:
    """A document as it is shown."""

    title: str
    body: str
    headings: tuple[Heading, ...]
    language: Language


def names() -> list[str]:
    """The names of all documents, in their order."""
    return [name for group in ORDER.values() for name in group]


@cache
def source(name: str, language: Language) -> str | None:
    """The Markdown of a document; None where it is not written in the language."""
    folder = resources.files("api.web").joinpath("docs")
    file = folder.joinpath(f"zh/{name}.md" if language == "zh" else f"{name}.md")
    return file.read_text(encoding="utf-8") if file.is_file() else None


@cache
def title_of(name: str, language: Language) -> str:
    """The title of a document, in the language if it is written in it."""
    text = source(name, language) or source(name, "en") or ""
    return text.split("\n", 1)[0].removeprefix("# ")


@cache
def written(name: str, language: Language) -> Written | None:
    """A document in a language, else in English; None where there is no such document."""
    if name not in names():
        return None
    own = source(name, language)
    text = own or source(name, "en")
    if text is None:
        return None
    shown = language if own is not None else "en"
    linked = _RELATIVE.sub(lambda link: f"](/docs/{link[1]}?lang={language}{link[2] or ''})", _COMMENTS.sub("", text))
    return _rendered(linked.replace("](benchmarks.svg)", "](/docs/benchmarks.svg)"), shown)


def _rendered(text: str, language: Language) -> Written:
    parser = _parser()
    tokens = parser.parse(text)
    headings, seen = [], set[str]()
    for token, inline in pairwise(tokens):
        if token.type == "heading_open":
            slug = _slug(inline.content, seen)
            token.attrSet("id", slug)
            headings.append(Heading(int(token.tag[1]), slug, inline.content.replace("`", "")))
    body = parser.renderer.render(tokens, parser.options, {})
    wide = body.replace("<table>", '<div class="wide" tabindex="0" role="group"><table>')
    return Written(headings[0].text, wide.replace("</table>", "</table></div>"), tuple(headings), language)


def _slug(text: str, seen: set[str]) -> str:
    """An anchor as the usual renderers of Markdown make it, so that links work in both."""
    slug = _NOT_IN_SLUGS.sub("", text.lower()).strip().replace(" ", "-")
    unique, number = slug, 0
    while unique in seen:
        number += 1
        unique = f"{slug}-{number}"
    seen.add(unique)
    return unique


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt  # the first page of documentation waits for it, not the server

    return MarkdownIt("commonmark", {"html": False, "highlight": _highlighted}).enable(["table", "strikethrough"])


def _highlighted(code: str, language: str, _: str) -> str:
    """A block of code with its words marked by classes, which the style sheet colours."""
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_by_name(language)
    except ClassNotFound:
        return ""
    marked: str = highlight(code, lexer, HtmlFormatter(nowrap=True))
    return f'<pre tabindex="0"><code class="language-{language}">{marked}</code></pre>'
