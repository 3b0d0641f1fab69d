"""Who runs what is named: read only where the announcement says so."""

from __future__ import annotations

import pytest

from db.ingest.extract import extract
from db.ingest.fold import fold
from db.ingest.operators import is_company, operator_after


@pytest.mark.parametrize(
    ("text", "company"),
    [
        ("云雀网运营主体北京云雀科技有限公司的负责人", "北京云雀科技有限公司"),
        ("云雀网”的运营者为云雀（北京）信息技术有限公司。", "云雀（北京）信息技术有限公司"),
        ("云雀网（北京云雀科技股份有限公司）存在问题", "北京云雀科技股份有限公司"),
        ("云雀网」(運營主體：北京雲雀科技有限公司，版本1.0)", "北京雲雀科技有限公司"),
        ("云雀网的负责人和北京云雀科技有限公司", None),
        ("云雀网（版本1.2，某应用商店）", None),
        ("云雀网（北京某科技有限公司）", None),
        ("云雀网、北京云雀科技有限公司", None),
    ],
)
def test_a_company_right_after_a_name(text: str, company: str | None) -> None:
    found = operator_after(fold(text), 3)
    assert (text[slice(*found)] if found else None) == company


@pytest.mark.parametrize(("text", "full"), [("云雀科技有限公司", True), ("云雀", False), ("云雀科技有限公司等", False)])
def test_a_company_is_known_by_its_full_name(text: str, full: bool) -> None:
    assert is_company(text, 0, len(text)) is full


TABLE = """# 关于记账类App违法违规收集使用个人信息情况的通报

国家网信办组织对记账类App进行了检测，现将有关情况通报如下：

| 序号 | App名称 | 运营者 | 存在的主要问题 |
| --- | --- | --- | --- |
| 1 | 云雀记账 | 云雀（虚构）信息技术有限公司 | 违反必要原则，收集与其提供的服务无关的个人信息等。 |
| 2 | 松鼠便签 | 个人开发者 | 未经用户同意收集使用个人信息等。 |
"""


def test_a_column_of_a_table_names_operators_with_evidence() -> None:
    extraction = extract(TABLE.encode())
    operators = {m.name: m.operator for action in extraction.actions for m in action.entities}
    assert operators == {"云雀记账": "云雀（虚构）信息技术有限公司", "松鼠便签": None}
    anchors = [a for action in extraction.actions for a in action.anchors if a.field == "operators"]
    assert [(a.value, TABLE[a.start : a.end]) for a in anchors] == [("云雀（虚构）信息技术有限公司",) * 2]


def test_what_is_not_said_leaves_no_trace_in_the_json() -> None:
    mention = next(m for action in extract(TABLE.encode()).actions for m in action.entities if m.operator is None)
    assert "operator" not in mention.model_dump_json()
