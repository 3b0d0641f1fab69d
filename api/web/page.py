"""One page: what it was asked, in which language and of which revision, and how it is written."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from api.caching import Variant, variant
from api.errors import ERRORS, path_of, problem_of, title_of
from api.params import Parameter, Parameters
from api.rest.envelope import reader_of
from api.rest.questions import Question, read_query, settle
from api.web.language import LANGUAGES, TAGS, Language, preferred, read_language, texts
from schema.codes import CodeBook, ListName, UnknownCode
from schema.dataset import DATASET
from schema.points import Place
from schema.ports import Reader
from schema.query import BadQuery
from schema.records import Revision

if TYPE_CHECKING:
    import jinja2

HTML = "text/html; charset=utf-8"
_VARY = "Accept-Encoding, Accept-Language"
LANG = Parameter(
    "lang",
    "once",
    "The language of the page, by default the one that the browser prefers.",
    {"type": "string", "enum": list(LANGUAGES)},
    read_language,
)


@cache
def _templates() -> jinja2.Environment:
    import jinja2  # the first page waits for it, not the start of the server

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("api.web", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = lambda number: f"{number:,}"
    return environment


def escaped_value(text: str) -> str:
    """A name as filters take it: a comma or backslash in it separates nothing."""
    return text.replace("\\", "\\\\").replace(",", "\\,")


def query_text(pairs: Mapping[str, object] | list[tuple[str, str]]) -> str:
    """A query string, with what may stand there unescaped left readable."""
    return urlencode(pairs if isinstance(pairs, list) else list(pairs.items()), safe=",:/", quote_via=quote)


@dataclass(frozen=True, slots=True)
class Page:
    """What every page knows. Templates see it as `page`."""

    request: Request
    reader: Reader
    question: Question
    language: Language
    revision: Revision
    book: CodeBook
    shown: Variant
    place: Place | None
    """Where its cursor points to, if it has one."""

    @property
    def path(self) -> str:
        """The path of the page."""
        return path_of(self.request.scope)

    @property
    def tag(self) -> str:
        """The language as HTML names it."""
        return TAGS[self.language]

    @property
    def settings_url(self) -> str:
        """How absolute addresses begin; empty where the service does not know its own."""
        url: str = self.request.app.state.settings.public_url
        return url

    def text(self, key: str, **values: object) -> str:
        """A text of the interface in the language of the page."""
        return texts(self.language)[key].format(**values)

    def label(self, list_name: ListName, code: str) -> str:
        """What a code means, in the language of the page; the code itself where the list does not hold it."""
        try:
            item = self.book.item(list_name, code)
        except UnknownCode:
            return code
        return item.label_zh if self.language == "zh" else item.label_en

    def gist(self, record: Mapping[str, Any]) -> str:
        """The line about a record in the language of the page."""
        gist: str = record[f"gist_{self.language}"]
        return gist

    def url(self, path: str, **parameters: object) -> str:
        """An address among the pages: in the same language and of the same point in history."""
        pairs = {name: str(value) for name, value in parameters.items() if value not in (None, "")}
        if self.question.as_of is not None:
            pairs["as_of"] = self.question.as_of.text
        return f"{path}?{query_text({**pairs, 'lang': self.language})}"

    def data_url(self, path: str, **parameters: object) -> str:
        """An address of the interface for programs, of the same point in history."""
        pairs = {name: str(value) for name, value in parameters.items() if value not in (None, "")}
        if self.question.as_of is not None:
            pairs["as_of"] = self.question.as_of.text
        return path + ("&" if "?" in path else "?") + query_text(pairs) if pairs else path

    @property
    def asked(self) -> list[tuple[str, str]]:
        """The parameters of the page, but for its language."""
        return [pair for pair in self.question.pairs if pair[0] != "lang"]

    def in_language(self, language: Language) -> str:
        """This page in a language."""
        return f"{self.path}?{query_text([*self.asked, ('lang', language)])}"

    def linked_data(self, title: str, summary: str) -> dict[str, Any]:
        """What the page is, for search engines (schema.org)."""
        dataset = {
            "@type": "Dataset",
            "name": DATASET.title,
            "url": f"{self.settings_url}/",
            "license": DATASET.licence.url,
            "version": self.shown.release or f"r{self.revision.number}",
        }
        return {
            "@context": "https://schema.org",
            "@type": "WebPage",
            "name": title,
            "description": summary,
            "url": self.settings_url + self.in_language(self.language),
            "inLanguage": self.tag,
            "dateModified": self.revision.committed_at.date().isoformat(),
            "isPartOf": dataset,
        }

    def render(self, template: str, **context: object) -> Response:
        """The page as an answer."""
        body = _templates().get_template(template).render(page=self, t=self.text, languages=LANGUAGES, **context)
        # What follows from the preferences of a browser is not given to another one that asks alike.
        return self.shown.respond(self.request, body.encode(), keep="lang" in self.question.values)


async def open_page(request: Request, parameters: Parameters, fingerprint: str = "") -> Page:
    """Read what a page is asked. Raises `BadQuery` naming the parameter that makes no sense."""
    reader = reader_of(request)
    question = read_query(request.scope["query_string"], {**parameters, "lang": LANG})
    language = question.values.get("lang") or preferred(request.headers.get("accept-language", ""))
    revision, place = await settle(reader, question, fingerprint)
    pairs = [*question.pairs, ("language", language)]
    shown = variant(request, pairs, revision, HTML, pinned=question.pinned, vary=_VARY)
    return Page(request, reader, question, language, revision, await reader.codebook(revision.number), shown, place)


def html_page(endpoint: Callable[..., Awaitable[Response]]) -> Callable[..., Awaitable[Response]]:
    """A page whose errors are pages too."""

    @functools.wraps(endpoint)
    async def guarded(*args: Any) -> Response:
        request = args[-1]
        try:
            return await endpoint(*args)
        except tuple(ERRORS) as error:
            return _error_page(request, error)

    return guarded


def _error_page(request: Request, error: Exception) -> Response:
    problem = problem_of(error)
    given = request.query_params.get("lang", "")
    try:
        language = read_language(given) if given else preferred(request.headers.get("accept-language", ""))
    except BadQuery:
        language = preferred(request.headers.get("accept-language", ""))
    template = _templates().get_template("error.html")
    shown = {"title": title_of(problem.status), "texts": texts(language), "tag": TAGS[language], "lang": language}
    body = template.render(problem=problem, **shown)
    return HTMLResponse(body, problem.status, headers={"Cache-Control": "no-store", "Vary": _VARY, **problem.headers})
