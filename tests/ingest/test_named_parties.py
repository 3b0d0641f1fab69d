"""Acts that name nobody fall on whom the paragraph has named; a platform before an account is only its place."""

from __future__ import annotations

import pytest

from db.ingest.extract import extract


def acts(text: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for action in extract(f"# 题目甲\n\n{text}".encode()).actions:
        for mention in action.entities:
            found.setdefault(mention.name, set()).update(action.measures)
    return found


def test_a_talk_with_whoever_runs_it_falls_on_the_site() -> None:
    read = acts(
        "1. “甲早报”“乙资讯”等5家网站未取得许可，擅自转载时政新闻。某市网信办依法约谈网站负责人，责令停止违法行为。"
    )
    assert read == {name: {"regulatory_talk", "correction_order"} for name in ("甲早报", "乙资讯")}


def test_accounts_of_several_platforms_are_one_group_and_the_platforms_are_none() -> None:
    read = acts("微博账号“甲看水”、头条号“乙喇叭”，抖音账号“丙大哥”等，发布不实信息。上述账号已被依法依约关闭。")
    assert read == {name: {"account_closure"} for name in ("甲看水", "乙喇叭", "丙大哥")}


def test_names_that_a_clause_begins_with_need_no_noun() -> None:
    read = acts("“甲法治网”（jia.example）、“乙内参网”（yi.example）未取得许可。某省网信办依法关闭上述网站。")
    assert read == {name: {"website_closure"} for name in ("甲法治网", "乙内参网")}


def test_what_accounts_are_called_may_stand_between_the_preposition_and_their_names() -> None:
    assert acts("平台对旗下账号“甲婆婆”“乙二嫂”予以封禁。") == {
        name: {"account_closure"} for name in ("甲婆婆", "乙二嫂")
    }


def test_a_lead_that_is_handed_on_is_not_the_party_named_before() -> None:
    read = acts("社交平台“甲圈”未设置未成年人模式。某市网信办依法约谈平台负责人。有关违法犯罪线索已移送公安机关。")
    assert read == {"甲圈": {"regulatory_talk"}}


def test_where_goods_were_sold_is_nobody_acted_on() -> None:
    read = acts("在甲东、乙购等平台有售的学习机含有低俗内容。某市网信办依法约谈生产企业负责人。")
    assert read == {}


@pytest.mark.parametrize(
    ("words", "measures"),
    [
        ("取消其营利权限，并予以关闭", {"account_monetisation_suspension", "account_closure"}),
        ("暂停新闻频道更新一个月", {"update_suspension"}),
        ("暂停直播打赏功能15日", {"function_suspension"}),
        ("列入跨平台黑名单", {"account_blacklisting"}),
    ],
)
def test_measures_with_their_object_between_their_words(words: str, measures: set[str]) -> None:
    assert acts(f"针对“甲观天下”账号编造谣言的问题，平台对其{words}。") == {"甲观天下": measures}


@pytest.mark.parametrize(
    ("text", "issuer"),
    [
        ("# 甲\n\n2031年重庆市网信办晒出成绩单：约谈网站平台25家。\n", "cac_chongqing"),
        ("# 甲\n\n陕西网信系统共约谈网站平台68家。\n", "cac_shaanxi"),
        ("---\nsource: 甲\n---\n\n# 甲\n\n来源：网信四川\n\n网信、公安部门约谈网站平台25家。\n", "cac_sichuan"),
    ],
)
def test_offices_of_provinces_by_all_their_names(text: str, issuer: str) -> None:
    assert extract(text.encode()).document.issuer == issuer
