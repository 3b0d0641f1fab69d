"""Words that look like an act, a name, an authority or a period of the announcement, and are none."""

from __future__ import annotations

from db.ingest.extract import extract
from schema.extraction import Extraction


def read(text: str, published_on: str = "2023-03-28") -> Extraction:
    return extract(f"---\ndate: {published_on}\n---\n\n# 题目甲\n\n{text}".encode())


def test_points_of_a_plan_are_no_acts() -> None:
    found = read("下一步，甲部将开展以下工作：一是开展培训。二是部署有关机构对涉案网站依法进行查处。")
    assert found.actions == ()


def test_points_of_a_report_are_acts() -> None:
    found = read("某市网信办开展了以下工作：一是开展培训。二是对某科技公司依法处以罚款5万元。")
    assert [one.amount_cny for one in found.actions] == [50000]


def test_a_count_of_sites_closed_does_not_close_the_works_listed_below() -> None:
    found = read("某部公布了违规名单。近日，依法关停8家网站。\n\n附：\n\n1. 《甲传》\n2. 《乙记》\n3. 《丙录》")
    assert [one for one in found.actions if "website_closure" in one.measures] == []


def test_a_service_round_the_clock_is_no_name() -> None:
    assert read("提供“7×24”样例获取、处置下架等服务。").actions == ()


def test_who_is_imitated_is_not_acted_on() -> None:
    found = read("某市网信办集中查处仿冒“甲主播”等账号。")
    assert [one.name for action in found.actions for one in action.entities] == []


def test_a_body_whose_paper_is_quoted_does_not_act() -> None:
    found = read("按照工信部《关于某某整治的通知》要求，某省通管局对6款App予以下架。")
    assert [one.authorities for one in found.figures] == [("provincial_communications_administration",)]


def test_where_offenders_turn_themselves_in_is_no_actor() -> None:
    found = read("10家违法网站被关闭。主动到当地公安机关自首的人员将依法从宽处理。")
    assert [one.authorities for one in found.figures] == [()]


def test_the_year_of_a_campaign_to_come_is_no_period() -> None:
    assert read("2023年专项行动重点整治9类问题。").document.period is None
    assert read("2022年专项行动关闭网站20家。").document.period is not None


def test_a_masked_company_keeps_its_full_name() -> None:
    found = read("检查中发现，甲某酒店有限公司未履行网络安全保护义务，对该公司处以行政处罚，责令其限期改正。")
    assert [one.unnamed_subject for one in found.actions] == ["甲某酒店有限公司"]
    assert found.actions[0].measures == ("administrative_penalty_decision", "correction_order")


def test_a_talk_by_law_falls_on_whom_its_verb_governs() -> None:
    found = read("某市网信部门依法约谈涉事部门相关负责人，责令限期改正。")
    assert [set(one.measures) for one in found.actions] == [{"regulatory_talk", "correction_order"}]


def test_a_masked_company_begins_after_the_verb_that_found_it() -> None:
    found = read(
        "2019年7月2日，甲沙市公安局城西分局网安大队工作中发现甲沙某科技有限公司网站被攻击入侵。"
        "网安大队对该公司予以罚款1万元。"
    )
    assert [one.unnamed_subject for one in found.actions] == ["甲沙某科技有限公司"]


def test_the_day_of_the_news_is_not_that_of_the_act() -> None:
    act = "甲市网信办依法对某科技公司处以罚款5万元。"
    days = [read(f"2022年11月19日，{lead}{act}").actions[0].decided_on for lead in ("", "记者获悉，近日，")]
    assert [day is not None for day in days] == [True, False]


def test_what_companies_make_is_an_app() -> None:
    found = read("某省网信办通报甲信、乙购、丙行等知名企业开发的多用户量App。")
    assert {one.kind for action in found.actions for one in action.entities} == {"app"}


def test_an_account_is_not_taken_from_stores() -> None:
    assert read("工信部下架App、“甲解绑”账号。").actions == ()


def test_the_term_that_a_circular_set_is_no_circular() -> None:
    found = read("截至通报规定时限，尚有6款App未完成整改，某省通信管理局对上述App予以下架。")
    assert {one.measure for one in found.figures} == {"app_delisting"}


def test_who_reports_an_act_does_not_do_it() -> None:
    found = read("公安部网安局4月1日报道，甲市公安机关抓获犯罪嫌疑人12人。")
    assert [one.authorities for one in found.figures] == [("police",)]
