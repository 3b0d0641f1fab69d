"""Names, groups, measures and authorities in single phrases."""

from __future__ import annotations

import pytest

from db.ingest.attribution import NOBODY, attribute
from db.ingest.blocks import Segment
from db.ingest.evidence import Evidence, codes
from db.ingest.fold import fold
from db.ingest.gazetteer import resolve
from db.ingest.mapped import verbatim
from db.ingest.measures import measures_in, settle
from db.ingest.names import named_subjects
from db.ingest.reading import Reading
from db.ingest.subjects import unnamed


def reading(text: str) -> Reading:
    return Reading(Segment("paragraph", verbatim(text, 0, len(text)), fold(text)))


def names(text: str) -> list[tuple[str, str]]:
    found = named_subjects(reading(text), 0, len(text))
    return [(text[name.start : name.end], name.kind) for subject in found for name in subject.names]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("关闭“云雀”“柿子”等账号", [("云雀", "account"), ("柿子", "account")]),
        ("关闭“云雀”、「柿子」等一批发布谣言的网站", [("云雀", "website"), ("柿子", "website")]),
        ("处置＠云雀说、“柿子”等自媒体", [("云雀说", "self_media_account"), ("柿子", "self_media_account")]),
        ("下架《云雀》（版本1.2）、《柿子》等3款App", [("云雀", "app"), ("柿子", "app")]),
        ("约谈云雀视频、柿子优选等平台", [("云雀视频", "platform"), ("柿子优选", "platform")]),
        ("对云雀视频、“柿子”等网站平台", [("云雀视频", "platform"), ("柿子", "platform")]),
        ("关闭账号“云雀”", [("云雀", "account")]),
        ("下架“云雀”小程序", [("云雀", "mini_program")]),
        ("对知网（CNKI）作出处罚", [("知网", "platform")]),
        ("對騰訊微信平臺", [("騰訊微信", "platform")]),
    ],
)
def test_names(text: str, expected: list[tuple[str, str]]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "依据《网络安全法》《数据安全法》等规定",
        "开展“清朗”系列专项行动",
        "整治“饭圈”等乱象",
        "传播谣言信息、淫秽色情等网站",
        "采取约谈、责令改正、警告等措施",
        "快手段处理问题",
        "查处“僵尸”账号等问题",
        "（版本3.0，抖音）",
    ],
)
def test_what_is_no_name(text: str) -> None:
    assert names(text) == []


@pytest.mark.parametrize(
    ("name", "kind", "code"),
    [
        ("百度", "platform", "baidu"),
        ("騰訊微信", "app", "wechat"),
        ("CNKI", "platform", "cnki"),
        ("百度", "account", None),
        ("百度", "company", None),
        ("云雀", "platform", None),
    ],
)
def test_a_known_name_resolves_where_the_kind_agrees(name: str, kind: str, code: str | None) -> None:
    assert resolve(name, kind) == code


@pytest.mark.parametrize(
    ("text", "whole", "phrase", "kind"),
    [
        ("部分网站平台账号仿冒媒体", False, "部分网站平台", "platform"),
        ("部分具有舆论属性的App、小程序未经评估", False, "部分具有舆论属性的App、小程序", "app"),
        ("多款儿童手表存在问题", False, "多款儿童手表", "device"),
        ("一批假冒新闻网站、无证经营的网站", True, "一批假冒新闻网站、无证经营的网站", "website"),
        ("一批违法违规企业", True, "一批违法违规企业", "company"),
    ],
)
def test_groups_without_names(text: str, whole: bool, phrase: str, kind: str) -> None:
    found = unnamed(reading(text), 0, len(text), whole=whole)
    assert found is not None
    assert (text[found.start : found.end], found.kind) == (phrase, kind)
    assert (found.opening is not None) == phrase.startswith("一批")


def measures(text: str) -> list[str]:
    one = reading(text)
    return [measure.code for clause in one.sentences[0].clauses for measure in measures_in(one, clause)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("关闭违法网站5家", ["website_closure"]),
        ("关闭违法违规账号5个", ["account_closure"]),
        ("对问题账号作出关闭处置", ["account_closure"]),
        ("下架问题小程序", ["mini_program_takedown"]),
        ("采取下架、下线功能等处置措施", ["app_delisting", "feature_takedown"]),
        ("处置相关账号、从严处理责任人", ["account_disposal", "responsible_person_discipline"]),
        ("取消违法网站许可或备案、关闭违法网站", ["license_cancellation_or_site_closure"]),
        ("实施警告或罚款处罚", ["warning_or_fine"]),
        ("未及时处置违规账号", []),
        ("处理个人信息、未提供账号注销功能", []),
        ("开展情况通报和案件督查督办", []),
        ("关闭窗口", []),
    ],
)
def test_measures(text: str, expected: list[str]) -> None:
    assert measures(text) == expected


@pytest.mark.parametrize(
    ("given", "left"),
    [
        (["warning", "administrative_penalty_decision"], ["warning"]),
        (
            ["regulatory_talk", "administrative_penalty_decision"],
            ["regulatory_talk", "administrative_penalty_decision"],
        ),
        (["unspecified_enforcement", "correction_order"], ["correction_order"]),
        (["unspecified_enforcement"], ["unspecified_enforcement"]),
        (["account_disposal", "account_closure"], ["account_closure"]),
    ],
)
def test_an_umbrella_gives_way_to_what_it_covers(given: list[str], left: list[str]) -> None:
    segment = reading("甲").segment
    assert list(codes(settle(Evidence(code, segment, 0, 1) for code in given))) == left


def acting(text: str) -> list[tuple[str, ...]]:
    one = reading(text)
    return [codes(found.authorities) for found in attribute(one, one.sentences[0], NOBODY)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("国家网信办指导属地网信办约谈，责令改正", [("cac", "local_cac")] * 2),
        ("在国家网信办指导下，属地网信办查处", [("cac",), ("cac", "local_cac")]),
        (
            "全国网信系统约谈，会同电信主管部门关闭，处置",
            [("cac_system",), ("cac_system", "telecom_authority"), ("cac_system",)],
        ),
        ("国家网信办会同公安部开展，下架", [("cac", "mps")] * 2),
        ("近日临江市网信办约谈", [("local_cac",)]),
        ("北京市网信办约谈", [("cac_beijing",)]),
        ("督促各地网信办落实，移送公安机关", [(), ()]),
    ],
)
def test_authorities(text: str, expected: list[tuple[str, ...]]) -> None:
    assert acting(text) == expected
