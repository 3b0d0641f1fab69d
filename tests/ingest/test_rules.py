"""Every value says by which rule it was read, and how sure that rule is."""

from __future__ import annotations

import pytest

from db.ingest.extract import extract
from schema.rules import confidence_of, kinds_of_rules
from tests.ingest.notices import NAMES, anchors, data_of

TABLE = "| 应用名称 | 所涉问题 |\n| --- | --- |\n| 云雀 | 超范围收集个人信息 |"
LIST = "网信部门现将以下App通报如下。\n\n存在超范围收集个人信息问题的有：\n\n"


def _rules(text: str) -> dict[tuple[str, str | None], str | None]:
    return {(one.field, one.value): one.rule for one in anchors(extract(text.encode()))}


@pytest.mark.parametrize(
    ("text", "field", "value", "rule"),
    [
        ("网信部门约谈“云雀”平台。", "entities", "云雀", "name_quoted"),
        ("网信部门下架《云雀》App。", "entities", "云雀", "name_in_title_marks"),
        ("网信部门关闭@云雀 账号。", "entities", "云雀", "name_after_at"),
        ("网信部门约谈云雀、柿子、夜航等网站平台。", "entities", "柿子", "name_listed"),
        ("网信部门约谈百度平台。", "entities", "百度", "name_known"),
        (f"{LIST}《云雀》（1.0，某应用商店）", "entities", "云雀", "name_of_row"),
        (f"{LIST}{TABLE}", "entities", "云雀", "name_of_cell"),
        ("网信部门约谈一批违规平台。", "unnamed_subject", "一批违规平台", "group_by_noun"),
        ("网信办依法对某科技公司处以罚款。", "unnamed_subject", "某科技公司", "group_masked"),
        ("网信部门约谈“云雀”平台。", "measures", "regulatory_talk", "measure_same_clause"),
        ("针对“云雀”平台传播淫秽信息问题，网信部门约谈。", "measures", "regulatory_talk", "measure_same_sentence"),
        (f"{LIST}《云雀》（1.0，某应用商店）", "measures", "circular_notice", "measure_of_list"),
        ("网信办依法对某科技公司处以罚款。", "measures", "fine", "measure_of_case"),
        ("网信办依法对某科技公司处以罚款5万元。", "amount_cny", "50000", "amount_of_case"),
        ("国家网信办约谈“云雀”平台。", "authorities", "cac", "authority_same_clause"),
        ("国家网信办通报情况，依法约谈“云雀”平台。", "authorities", "cac", "authority_same_sentence"),
        ("国家网信办约谈“云雀”平台。\n\n关闭“夜航”网站。", "authorities", "cac", "authority_of_document"),
        ("网信部门约谈网站平台77家。", "value", "77", "count_in_text"),
        ("# 网信部门处置违规账号2210个\n\n正文缺失", "value", "2210", "count_in_heading"),
        ("网信部门约谈网站平台77家。", "measure", "regulatory_talk", "counted_measure_same_clause"),
        ("网信部门处置账号9个。其中涉赌账号3个。", "measure", "account_disposal", "counted_measure_carried"),
        ("网信部门约谈网站平台77家。", "subject", "platform", "counted_subject_beside"),
        ("网信部门约谈77家。", "subject", "platform", "counted_subject_by_unit"),
        ("2031年，网信部门约谈网站平台77家。", "period", "2031-01-01/2031-12-31", "period_same_sentence"),
    ],
)  # fmt: skip
def test_a_value_has_the_rule_by_which_it_was_read(text: str, field: str, value: str, rule: str) -> None:
    assert _rules(text).get((field, value)) == rule, _rules(text)


@pytest.mark.parametrize("name", NAMES)
def test_every_value_has_a_listed_rule_and_its_confidence(name: str) -> None:
    for one in anchors(extract(data_of(name))):
        assert one.rule in kinds_of_rules()
        assert one.confidence == confidence_of(str(one.rule))
