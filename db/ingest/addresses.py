"""Which addresses are of one page, whatever was added to them on the way."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

_WECHAT = "mp.weixin.qq.com"
_WECHAT_PAGE = ("__biz", "mid", "idx", "sn")
"""What names an article of a WeChat account. The rest (`scene`, `chksm`, …) tells how a reader came to it."""
_TRACKING = re.compile(r"utm_\w+|spm|from|share_\w+|scene|subscene|chksm|isappinstalled|timestamp|wxfid", re.IGNORECASE)


def host_of(address: str | None) -> str:
    """The host of an address; empty where there is none or the address is no well-formed one."""
    try:
        return (urlsplit(address).hostname or "") if address and "//" in address else ""
    except ValueError:
        return ""


def page_key(url: str | None) -> str | None:
    """One text for all addresses of a page; None where there is no address."""
    if not url:
        return None
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
        port = parts.port
    except ValueError:
        return url.strip()
    if host == _WECHAT:
        given = parse_qs(parts.query)
        if all(name in given for name in _WECHAT_PAGE):
            return f"{host}?{urlencode([(name, given[name][0]) for name in _WECHAT_PAGE])}"
    kept = sorted(pair for pair in parse_qsl(parts.query) if not _TRACKING.fullmatch(pair[0]))
    where = host if port in (None, 80, 443) else f"{host}:{port}"
    path = parts.path.rstrip("/") or "/"
    return f"{where}{path}" + (f"?{urlencode(kept)}" if kept else "")
