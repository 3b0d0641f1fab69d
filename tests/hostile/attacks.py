"""Every kind of hostile request that is tried, as the bytes that are sent and the answers that are clear ones."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final
from urllib.parse import quote

OK, BAD, REFUSED, TOO_LONG = 200, 400, 404, 414
INTROSPECTION: Final = "__schema{types{name fields{name args{name type{name ofType{name}}} type{name ofType{name}}}}}"
_CURSOR: Final = "WzEsIjAwMDAwMDAwMDAwMDAwMDAiLG51bGwsImEtMjIyMjIyMjIyMjIyMiJd"


@dataclass(frozen=True)
class Attack:
    """One hostile request. Pieces are sent with a pause between them; None is a connection closed without a word."""

    kind: str
    pieces: tuple[bytes, ...]
    answers: frozenset[int | None]
    pause: float = 0.0


def _attack(kind: str, request: bytes, *answers: int | None, size: int = 0, pause: float = 0.0) -> Attack:
    pieces = tuple(request[at : at + size] for at in range(0, len(request), size)) if size else (request,)
    return Attack(kind, pieces, frozenset(answers), pause)


def get(path: str | bytes, *headers: str) -> bytes:
    """A GET as it is sent."""
    raw = path.encode() if isinstance(path, str) else path
    return b"GET " + raw + b" HTTP/1.1\r\n" + _head(*headers)


def post(body: Any, *headers: str, path: str = "/graphql", kind: str = "application/json") -> bytes:
    """A POST as it is sent."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = _head(f"Content-Type: {kind}", f"Content-Length: {len(content)}", *headers)
    return f"POST {path} HTTP/1.1\r\n".encode() + head + content


def _head(*headers: str) -> bytes:
    return "".join(f"{line}\r\n" for line in ("Host: x", "Connection: close", *headers, "")).encode("latin-1")


def query(text: str, **variables: Any) -> bytes:
    """A GraphQL request that wants the statuses of the newer media type."""
    body = {"query": text, "variables": variables}
    return post(body, "Accept: application/graphql-response+json")


def _nested(times: int) -> str:
    return "{actions(first:1){nodes{entities{entity{" * times + "id" + "}}}}}" * times


def _doubling(times: int) -> str:
    fragments = "".join(f"fragment f{n} on Query{{...f{n + 1} ...f{n + 1}}}" for n in range(times))
    return "{...f0}" + fragments + f"fragment f{times} on Query{{actions{{totalCount}}}}"


def graphql() -> Iterator[Attack]:
    """Queries that are deep, broad, circular, enormous, or that ask for the schema again and again."""
    yield _attack("depth", query(_nested(20)), BAD)
    yield _attack("brackets never closed", query("{a" * 5_000), BAD)
    yield _attack("lists within lists", query("{actions(search:" + "[" * 1_500 + "]" * 1_500 + "){totalCount}}"), BAD)
    yield _attack("breadth", query("{" + "__typename " * 1_500 + "}"), BAD)
    yield _attack("aliases", query("{" + "".join(f"a{n}:actions{{totalCount}}" for n in range(200)) + "}"), BAD)
    yield _attack("directives", query("{__typename" + "@include(if:true)" * 300 + "}"), BAD)
    yield _attack("fragment that spreads itself", query("{...f} fragment f on Query{...f}"), BAD)
    yield _attack("fragments in a circle", query("{...a} fragment a on Query{...b} fragment b on Query{...a}"), BAD)
    yield _attack("fragments that double", query(_doubling(60)), BAD)
    yield _attack("batch", post([{"query": "{actions{totalCount}}"}] * 1_000), BAD)
    yield _attack("comments", query("#\n" * 50_000 + "{__typename}"), BAD)
    yield _attack("tokens", query("{" + "actions{totalCount} " * 5_000 + "}"), BAD)
    yield _attack("cost", query("{actions(first:500){nodes{document{actions(first:500){nodes{id}}}}}}"), BAD)
    yield _attack("introspection by aliases", query("{" + _schemas(30) + "}"), BAD)
    yield _attack(
        "introspection in circles", query("{__schema{types" + "{fields{type" * 9 + "{name}" + "}}" * 9 + "}}"), BAD
    )
    yield _attack("many operations", query("".join(f"query q{n}{{__typename}}" for n in range(400))), BAD)
    yield _attack(
        "variable with 20,000 numbers",
        query("query($y:[Int!]){actions(year:$y){totalCount}}", y=[2023] * 20_000),
        OK,
        BAD,
    )
    yield _attack(
        "variables nobody declared", query("{__typename}", **{f"v{n}": "x" * 100 for n in range(1_500)}), OK, BAD
    )
    yield _attack("numbers beyond bounds", query("{actions(first:99999999999999999999){totalCount}}"), BAD)
    yield _attack("a name of 60,000 letters", query("{" + "a" * 60_000 + "}"), BAD)
    yield _attack("body of 1 MB", query("{" + " " * 1_000_000 + "__typename}"), 413)
    yield _attack(
        "objects within objects",
        post(b'{"query":"{__typename}","variables":' + b'{"a":' * 9_000 + b"1" + b"}" * 9_000 + b"}"),
        BAD,
    )
    yield _attack("as costly as is allowed", query("{" + _allowed() + "}"), OK)


def _schemas(times: int) -> str:
    return " ".join(f"a{n}:{INTROSPECTION}" for n in range(times))


def _allowed() -> str:
    return " ".join(
        f'a{n}:actions(first:200,search:"{text}"){{totalCount nodes{{id gistZh anchors{{exact}} entities{{name}}}}}}'
        for n, text in enumerate("网法号")
    )


def searches() -> Iterator[Attack]:
    """Questions that look like patterns, ask for giant pages, or come with cursors of others."""
    for text in ("(a+)+$", ".*" * 200, "%" * 500, "_%" * 300, "\\", "'; DROP TABLE action; --", "[" * 300, "网" * 900):
        yield _attack(f"search for {text[:12]}", get(f"/v1/actions?search={quote(text)}"), OK, BAD)
    for text in ("999999999", "-1", "1e9", "0x10", "５", "1_0", "", " 1", "9" * 5_000):
        yield _attack(f"limit of {len(text)} letters {text[:9]!r}", get(f"/v1/actions?limit={quote(text)}"), BAD)
    for name, cursor in {
        "forged": _CURSOR, "truncated": _CURSOR[:11], "no base64": "%%%", "long": "A" * 9_000, "of nothing": "",
        "nested": "W1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tb" * 200,
    }.items():  # fmt: skip
        yield _attack(f"cursor {name}", get(f"/v1/actions?cursor={quote(cursor)}"), BAD)
    many = "&".join(f"search={quote(char)}" for char in "网络信息平台账号违法违规内容处置处罚关")
    yield _attack("many conditions", get(f"/v1/actions?{many}"), OK, BAD)
    yield _attack("a thousand parameters", get("/v1/actions?" + "&".join(f"p{n}=1" for n in range(1_000))), BAD)
    yield _attack("a thousand values", get("/v1/actions?year=" + ",".join(["2023"] * 1_000)), OK, BAD)
    yield _attack(
        "every dimension", get("/v1/aggregate?group_by=year,category,measure,entity,authority&limit=500"), OK, BAD
    )


def addresses() -> Iterator[Attack]:
    """Addresses that are long, lead out of the house, or hold much."""
    yield _attack("address of 1 MB", get("/v1/actions?search=" + "a" * 1_000_000), TOO_LONG)
    yield _attack("path of 30 KB", get("/v1/" + "a/" * 15_000), TOO_LONG)
    for path in ("/v1/releases/..%2f..%2f..%2fetc%2fpasswd", "/static/..%2f..%2fapp.py", "/v1/releases/latest/%2e%2e/x",
                 "//etc/passwd", "/v1/actions/%2e%2e%2f", "/v1/exports/actions.csv/../../x"):  # fmt: skip
        yield _attack(f"path {path[:24]}", get(path), REFUSED, 307)
    token = json.dumps({"query": "/v1/actions?" + "search=" + "%E7%BD%91" * 700})
    yield _attack("citation of a long query", post(token.encode(), path="/v1/citations"), BAD, 409, 413)


def unicode() -> Iterator[Attack]:
    """Text of every kind, as it stands in addresses and in queries."""
    texts = {
        "right to left": "\u202e\u05d0\u0627\u200f百度",
        "combining": "e" + "\u0301" * 2_000,
        "beyond the first plane": "𠮷",
        "joined emoji": "👩‍👩‍👧‍👦" * 50,
        "no character": "\ufffe\uffff",
        "private use": "\ue000",
        "byte-order mark": "\ufeff百度",
        "control": "\x01\x1b[31m",
        "line ends": "a\r\nX-Injected: 1",
        "wide": "ＡＢＣ　百度",
        "compatibility": "ﷺ" * 300,
        "end": "\U0010ffff",
        "variation": "葛\U000e0100",
        "NUL": "\0",
    }
    for name, text in texts.items():
        yield _attack(f"unicode, {name}", get(f"/v1/actions?search={quote(text)}"), OK, BAD)
        yield _attack(
            f"unicode in GraphQL, {name}",
            query("query($s:String){actions(search:$s){totalCount}}", s=text),
            OK,
            BAD,
        )
    for name, raw in {
        "lone surrogate": "%ED%A0%80",
        "overlong": "%C0%80",
        "cut": "%E7%99",
        "bare percent": "%",
        "high": "%F5%80%80%80",
    }.items():
        yield _attack(f"unicode, {name}", get(f"/v1/actions?search={raw}"), BAD, OK)
        yield _attack(f"unicode in a path, {name}", get(f"/v1/actions/{raw}"), BAD, REFUSED)
    yield _attack(
        "unicode in GraphQL, lone surrogate", post(b'{"query":"{__typename}","variables":{"a":"\\ud800"}}'), BAD
    )


def slow() -> Iterator[Attack]:
    """Heads and bodies that never come to an end."""
    many = [f"X-{n}: {n}" for n in range(50)]
    yield _attack("slow head", get("/v1", *many)[:-2], 408, size=100, pause=0.15)
    yield _attack("slow body", post({"query": "{__typename}"})[:-1], 408, size=14, pause=0.15)
    yield _attack("body never begun", post(b"")[:-2].replace(b"Length: 0", b"Length: 99") + b"\r\n", 408)


def bodies() -> Iterator[Attack]:
    """Heads and bodies without end, and those that unpack to far more than they are."""
    many = [f"X-{n}: {n}" for n in range(20_000)]
    yield _attack("headers, 20,000", get("/v1", *many), 431, None)
    yield _attack("header of 1 MB", get("/v1", "X-Long: " + "a" * 1_000_000), 431, None)
    yield _attack("header never ended", b"GET /v1 HTTP/1.1\r\nX-Long: " + b"a" * 300_000, 431, None, size=30_000)
    bomb = gzip.compress(b" " * 50_000_000)
    yield _attack("compressed bomb", post(bomb, "Content-Encoding: gzip"), BAD, 413, 415)
    yield _attack(
        "compressed bomb in a citation", post(bomb, "Content-Encoding: gzip", path="/v1/citations"), BAD, 413, 415
    )
    yield _attack("bytes by ones", _chunked(b"1\r\n \r\n" * 400_000), 413, None)
    yield _attack(
        "chunks without end",
        _chunked(b"ffffff\r\n" + b" " * 3_000_000),
        413,
        None,
    )
    yield _attack("trailers without end", _chunked(b"0\r\n" + b"X: y\r\n" * 600_000), BAD, 413, None)


def framing() -> Iterator[Attack]:
    """Requests that lie about their length, or are no HTTP."""
    yield _attack("two lengths", post(b"{}", "Content-Length: 5"), BAD)
    yield _attack("length and chunks", post(b"0\r\n\r\n", "Transfer-Encoding: chunked"), BAD)
    yield _attack("negative length", post(b"").replace(b"Length: 0", b"Length: -5"), BAD)
    yield _attack("enormous length", post(b"").replace(b"Length: 0", b"Length: 99999999999999999999999"), BAD, 413)
    yield _attack("announced gigabyte", post(b"").replace(b"Length: 0", b"Length: 1000000000"), 408, 413)
    yield _attack("no HTTP", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", BAD)
    yield _attack("HTTP without a version", b"GET /v1\r\n\r\n", OK, BAD)
    yield _attack("method nobody knows", get("/v1").replace(b"GET", b"G" * 500), BAD)
    yield _attack("header with a NUL", get("/v1").replace(b"Host: x", b"Host: x\0y"), BAD)
    yield _attack("header in lines", get("/v1").replace(b"Host: x", b"Host: x\r\n y"), BAD, OK)


def headers() -> Iterator[Attack]:
    """Headers that are long, and those that parsers have stumbled over."""
    yield _attack(
        "parts, 5,000",
        get("/v1/releases/latest/actions.csv", "Range: bytes=" + "0-0," * 5_000 + "1-1"),
        OK,
        206,
        307,
        REFUSED,
        416,
    )
    for name in (
        "Accept",
        "Accept-Encoding",
        "If-None-Match",
        "Accept-Language",
        "Cookie",
        "Forwarded",
        "X-Forwarded-For",
    ):
        for value in ("a/b;q=0.1," * 5_000, '"' * 50_000, "q=" + "0" * 50_000, "\xff" * 9_000):
            yield _attack(
                f"{name} of {len(value)} times {value[:4]!r}",
                get("/v1/actions?limit=1", f"{name}: {value}"),
                OK,
                BAD,
                406,
            )
    yield _attack("request id to inject", get("/v1", "X-Request-Id: a\tb<script>"), OK)


def _chunked(body: bytes) -> bytes:
    head = _head("Content-Type: application/json", "Transfer-Encoding: chunked")
    return b"POST /graphql HTTP/1.1\r\n" + head + body


FAMILIES: Final = {
    family.__name__: tuple(family())
    for family in (graphql, searches, addresses, unicode, slow, bodies, framing, headers)
}
ATTACKS: Final = tuple(chain.from_iterable(FAMILIES.values()))
