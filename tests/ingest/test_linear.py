"""No construction that is repeated thousands of times takes the parser an endless time."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from db.ingest.extract import extract
from db.ingest.witnesses import Stated, together
from schema.codes import shipped_codes
from schema.records import Figure
from tests.support import corpus

LONG = "网信部门依法"
PAGES: dict[str, Callable[[int], str]] = {
    "names told one by one": lambda n: f"{LONG}处置{'，'.join(f'账号为“号{i}”' for i in range(n))}。上述账号均已关闭。",
    "names joined by 、": lambda n: f"{LONG}约谈{'、'.join(f'云{i}网' for i in range(n))}等平台。",
    "known names": lambda n: f"{LONG}约谈{'抖音、快手、' * n}等平台。",
    "days in one sentence": lambda n: "".join(
        f"2023年{i % 12 + 1}月1日网信办对“号{i}”网站罚款{i}万元，" for i in range(n)
    ),
    "rows": lambda n: (
        f"{LONG}通报App如下：\n\n| 应用名称 | 问题 |\n| --- | --- |\n"
        + "\n".join(f"| 软件{i} | 未经同意收集个人信息 |" for i in range(n))
        + "\n\n上述App应在5日内完成整改。\n" * 20
    ),
    "circulars that count": lambda n: "".join(f"{i + 2}款App存在问题，现通报如下。" for i in range(n)),
    "verbs": lambda n: LONG + "关闭下架" * n,
    "digits": lambda n: f"关闭账号{'1' * 20 * n}个。",
    "lines of one block": lambda n: "<p>" + "关闭网站3家\n" * n,
}


@pytest.mark.parametrize("name", PAGES)
def test_time_grows_as_the_page_does(name: str) -> None:
    page = PAGES[name](2_500).encode()
    began = time.process_time()
    extract(page)
    # In the square of their number, thousands take from ten seconds to a minute.
    assert time.process_time() - began < 6


def test_two_copies_that_count_thousands_of_things_are_told_together_in_time() -> None:
    figure = next(record for record in corpus.document_change(2021).records if isinstance(record, Figure))
    exact = {"qualifier": "exact", "measure": "account_closure"}
    figures = [figure.model_copy(update={**exact, "value_min": n, "value_max": n}) for n in range(1, 10_001)]
    began = time.process_time()
    made = together([Stated([], figures[:8_000]), Stated([], figures[4_000:])], shipped_codes())
    assert sorted(one.value_min or 0 for one in made.figures) == list(range(1, 10_001))
    # Each compared with each, they take about a minute.
    assert time.process_time() - began < 6
