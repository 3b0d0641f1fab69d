"""Constructions of the genre, one short invented announcement each."""

from __future__ import annotations

import pytest

from db.ingest.extract import extract
from schema.extraction import Extraction


def read(text: str, date: str = "2031-08-05") -> Extraction:
    return extract(f"---\ntitle: 题目\ndate: {date}\n---\n\n{text}\n".encode())


def names(extraction: Extraction, measure: str) -> set[str]:
    return {one.name for action in extraction.actions if measure in action.measures for one in action.entities}


def test_an_enumeration_after_the_act_names_whom_it_fell_on() -> None:
    read_ = read("某省通信管理局决定对3款问题App进行下架。具体包括云雀记账、拾贝租车及山谷天气。")
    assert names(read_, "app_delisting") == {"云雀记账", "拾贝租车", "山谷天气"}


def test_one_sum_is_that_of_each_party_after_a_distributive_word() -> None:
    text = "案例一：海州某公司数据库泄露。海州市网信办对该公司罚款5万元，对主管人员甲某、责任人员乙某各处罚款1万元。"
    assert sorted(action.amount_cny or 0 for action in read(text).actions) == [10000, 10000, 50000]


def test_gains_taken_away_are_no_part_of_a_fine() -> None:
    text = "案例一：海州市网信办责令海州纸鸢科技有限公司改正，没收违法所得312,480元，并处罚款壹佰万元。"
    assert [action.amount_cny for action in read(text).actions] == [1000000]


def test_a_talk_with_the_head_of_a_company_is_one_with_the_company() -> None:
    text = "案例一：松岭纸鸢科技有限公司未经用户同意收集个人信息。松岭市网信办约谈该公司负责人。"
    assert names(read(text), "regulatory_talk") == {"松岭纸鸢科技有限公司"}


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ("上半年，全国网信系统约谈网站12家。", "2031-01-01", "2031-06-30"),
        ("2029年至2030年，全国网信系统约谈网站12家。", "2029-01-01", "2030-12-31"),
        ("2031年3月以来，全国网信系统约谈网站12家。", "2031-03-01", "2031-08-05"),
        ("四季度，全国网信系统约谈网站12家。", "2030-10-01", "2030-12-31"),
    ],
)
def test_a_period_is_told_from_the_day_of_publication(words: str, start: str, end: str) -> None:
    period = read(words).document.period
    assert period is not None
    assert (period.start.isoformat(), period.end.isoformat()) == (start, end)


def test_the_year_in_the_name_of_a_paper_is_no_period() -> None:
    assert read("按照《关于开展2031年专项行动的公告》，某省网信办约谈网站12家。").document.period is None


def test_a_row_of_numbers_counts_what_its_first_number_does() -> None:
    figures = read("全国网信系统约谈网站平台14家，给予警告3家，关闭账号20个、群组4个。").figures
    assert [(one.measure, one.subject, one.value_min) for one in figures] == [
        ("regulatory_talk", "platform", 14),
        ("warning", "platform", 3),
        ("account_closure", "account", 20),
        ("account_group_disbandment", "account_group", 4),
    ]


def test_a_number_of_something_else_is_no_figure() -> None:
    assert not read("13个省的网信部门通报了61个安全漏洞。").figures


def test_those_already_named_are_not_counted_again() -> None:
    text = "某市网信办就“松子头条”“鹿角问答”传播淫秽色情信息的问题，约谈两家网站负责人。"
    assert not read(text).figures
    assert names(read(text), "regulatory_talk") == {"松子头条", "鹿角问答"}


def test_a_paragraph_that_begins_with_them_goes_on_about_whom_the_one_before_it_told_of() -> None:
    told = "国家网信办点名批评了青禾论坛、云杉视频、拾贝社区等平台存在不良内容。"
    acted = "对其分别采取约谈、暂停相关频道栏目更新、全面下架，责令限期整改。"
    for between in ("", "\n\n"):
        read_ = read(told + between + acted)
        for measure in ("regulatory_talk", "update_suspension", "app_delisting", "correction_order"):
            assert names(read_, measure) == {"青禾论坛", "云杉视频", "拾贝社区"}


def test_a_bare_noun_after_names_means_those_named() -> None:
    told = "针对“青禾论坛”、“云杉社区” 等平台传播不良信息问题，某省网信办约谈平台负责人，并对平台实施罚款处罚。"
    read_ = read(told)
    assert names(read_, "fine") == {"青禾论坛", "云杉社区"}
    assert not any(action.unnamed_subject for action in read_.actions)


def test_the_suspects_of_a_case_are_one_subject_of_what_was_done_to_them() -> None:
    first = "一、海州公安机关侦破某公司篡改数据案。某团伙植入木马，非法控制计算机信息系统。公安机关抓获犯罪嫌疑人21名。"
    second = "二、松岭公安机关侦破赵某造谣案。赵某编造网络谣言。目前，该团伙6名犯罪嫌疑人已被依法采取刑事强制措施。"
    actions = read(f"{first}\n\n{second}").actions
    assert [action.measures for action in actions] == [("unspecified_enforcement",), ("unspecified_enforcement",)]
    assert [action.categories for action in actions] == [("system_compromise",), ("rumour_false_information",)]
    assert not read("海州公安机关抓获犯罪嫌疑人21名。").actions


def test_those_left_in_an_annex_are_named_in_a_circular() -> None:
    read_ = read("某省通信管理局组织检查。截至目前，尚有57款App未完成整改（详见附件）。")
    assert [(one.measure, one.value_min) for one in read_.figures] == [("circular_notice", 57)]
    assert [action.measures for action in read_.actions] == [("circular_notice",)]


def test_the_deadline_of_a_circular_is_no_circular() -> None:
    read_ = read("截至通报规定时限，经复检，尚有6款App未完成整改，某省通信管理局决定对上述App予以下架。")
    assert [(one.measure, one.value_min) for one in read_.figures] == [("app_delisting", 6)]


def test_the_only_circular_of_a_page_may_have_its_list_in_an_annex_told_of_elsewhere() -> None:
    read_ = read("某省通信管理局通报29款违规小程序。\n\n检查发现侵害用户权益行为（详见附件），现予以公布。")
    assert [action.measures for action in read_.actions] == [("circular_notice",)]


def test_a_known_platform_needs_no_noun_before_its_case() -> None:
    read_ = read("网信部门依法查处小红书平台破坏网络生态案件。")
    assert names(read_, "unspecified_enforcement") == {"小红书平台"}
