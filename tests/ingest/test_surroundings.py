"""Nothing that is not the announcement changes what is read: its encoding, the page around it, the process."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys

import pytest

from db.ingest.extract import extract, to_json
from db.ingest.notice import read_notice
from tests.ingest.notices import NAMES, anchors, data_of, facts

TEXTS = [name for name in NAMES if not name.endswith(".html")]
PARAGRAPHS = (
    "国家网信办依法约谈“云雀视频”、“星河问答”等网站平台31家。",
    "下架移动应用程序246款，关闭违法网站975家。",
    "依法关闭“夜航船杂志网”等一批冒用权威机构名称的网站。",
)
ARTICLE = "<h1>国家网信办通报网络执法情况</h1>" + "".join(f"<p>{one}</p>" for one in PARAGRAPHS)
AROUND = {
    "comment": ("<!-- 关闭账号9个 -->", "<!-- 下架应用9款 -->"),
    "script": ("<script>var a = '关闭账号9个';</script>", "<style>p::after { content: '关闭网站9家' }</style>"),
    "header": ("<header><a href='/'>首页</a><a href='/n'>新闻</a></header>", ""),
    "navigation": ("<nav><ul><li><a href='/a'>关闭账号9个</a></li><li><a href='/b'>执法</a></li></ul></nav>", ""),
    "aside": ("", "<aside><ul><li><a href='/c'>网信办下架应用9款</a></li></ul></aside>"),
    "footer": ("", "<footer><p>版权所有 云上日报社</p><p>京ICP备00000000号</p></footer>"),
    "follow": ("", "<p>扫码关注</p><p>微信扫一扫</p><p>关注该公众号</p>"),
    "share": ("", "<div class='share'><a href='#'>分享到微信</a><a href='#'>微博</a></div>"),
    "related": ("", "<h3>相关阅读</h3><ul><li><a href='/d'>网信办关闭账号9个</a></li></ul>"),
}


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("name", TEXTS)
def test_the_encoding_changes_nothing(name: str, encoding: str) -> None:
    text = read_notice(data_of(name)).layer.text
    data = text.encode(encoding)
    assert read_notice(data).layer.text == text
    assert facts(extract(data)) == facts(extract(data_of(name)))


def test_big5_is_read_as_it_is_written() -> None:
    text = "國家網信辦依法約談「雲雀視頻」、「星河問答」等網站平台31家，下架移動應用程序246款。"
    given = extract(text.encode("big5"))
    assert [one.name for action in given.actions for one in action.entities] == ["雲雀視頻", "星河問答"]
    assert facts(given) == facts(extract(text.encode()))


@pytest.mark.parametrize("name", AROUND)
def test_what_stands_around_an_article_changes_nothing(name: str) -> None:
    before, after = AROUND[name]
    page = f"<html><body>{before}<article>{ARTICLE}</article>{after}</body></html>"
    extraction = extract(page.encode())
    assert facts(extraction) == facts(extract(f"<html><body><article>{ARTICLE}</article></body></html>".encode()))
    assert len(extraction.figures) == 3
    assert all(page[anchor.start : anchor.end] == anchor.exact for anchor in anchors(extraction))


def test_references_and_emphasis_change_nothing() -> None:
    plain = extract(ARTICLE.encode())
    spelled = "".join(f"&#{ord(one)};" if ord(one) > 127 and at % 3 == 0 else one for at, one in enumerate(ARTICLE))
    assert facts(extract(spelled.encode())) == facts(plain)
    lines = extract("\n\n".join(PARAGRAPHS).encode())
    marked = "\n\n".join(f"{one[:4]}**{one[4:6]}**{one[6:]}" for one in PARAGRAPHS)
    assert facts(extract(marked.encode())) == facts(lines)


_DIGEST = """
import hashlib
from db.ingest.extract import extract, to_json
from tests.ingest.notices import NAMES, data_of
whole = "".join(to_json(extract(data_of(name))) for name in NAMES)
print(hashlib.sha256(whole.encode()).hexdigest())
"""


def test_another_process_reads_the_same() -> None:
    whole = "".join(to_json(extract(data_of(name))) for name in NAMES)
    for seed in ("0", "12345"):
        made = subprocess.run(
            [sys.executable, "-c", _DIGEST],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        assert made.stdout.strip() == hashlib.sha256(whole.encode()).hexdigest()
