"""Lists under a line that announces them: whatever form their rows take, each name is acted on."""

from __future__ import annotations

import pytest

from db.ingest.extract import extract

CIRCULAR = "# 题目甲\n\n某省通信管理局近期检查发现部分App存在问题，现予通报：\n\n"


def acts(text: str) -> dict[str, tuple[set[str], set[str]]]:
    return {
        mention.name: (set(action.measures), set(action.categories))
        for action in extract(text.encode()).actions
        for mention in action.entities
    }


@pytest.mark.parametrize(
    "row",
    [
        "1.甲天气（2.1.0，某某软件有限公司，应用宝）",
        "一、甲天气（版本2.8，应用宝），某某软件有限公司，问题：未经用户同意收集个人信息；",
        "《甲天气》（版本2.8，应用宝）",
    ],
)
def test_rows_with_a_gloss(row: str) -> None:
    assert "circular_notice" in acts(CIRCULAR + row)["甲天气"][0]


def test_a_row_says_its_own_fault() -> None:
    read = acts(f"{CIRCULAR}1.甲天气（版本2.8），问题：未提供账号注销功能；\n\n2.乙日历（版本1.0），问题：超范围收集；")
    assert read["甲天气"][1] == {"pi_no_account_deletion"}
    assert read["乙日历"][1] == {"pi_excessive_collection"}


def test_names_behind_a_label_that_says_their_fault() -> None:
    read = acts(f"{CIRCULAR}（一）未提供账号注销功能：甲票务、乙花卉·盆景、丙停车（东城）")
    assert set(read) == {"甲票务", "乙花卉·盆景", "丙停车（东城）"}
    assert read["甲票务"] == ({"circular_notice"}, {"pi_no_account_deletion"})


def test_the_line_above_a_list_says_what_was_done() -> None:
    lead = "# 题目甲\n\n现将依法关闭的两家网站公布如下：\n\n传播淫秽色情信息的网站（2家）：\n\n"
    page = f"{lead}甲小筑　jia.example\n\n乙影院　yi.example\n"
    assert acts(page) == {name: ({"website_closure"}, {"pornography"}) for name in ("甲小筑", "乙影院")}


def test_what_is_done_to_all_just_listed_falls_on_each() -> None:
    page = f"{CIRCULAR}经复核，“甲球友”“乙菜谱”等2款App仍未按要求整改。现对上述2款App予以下架。\n"
    assert acts(page)["甲球友"][0] == {"app_delisting"}


def test_a_law_in_a_list_is_no_app() -> None:
    assert acts(f"{CIRCULAR}《数据安全法》、《个人信息保护法》") == {}


def test_so_many_looked_at_are_not_so_many_named() -> None:
    page = f"{CIRCULAR}某省通信管理局对316款App进行抽测，发现以下9款App未提供账号注销功能，现予通报：\n"
    found = [(one.value_min, one.value_max) for one in extract(page.encode()).figures]
    assert found == [(9, 9)]
