"""How well names are matched: as the documentation states it, and never below a floor; and in which order."""

from __future__ import annotations

from typing import Any

import pytest

from api.reconciling.scoring import Scored, fit_of, points_of, ranked
from tests.reconciling.measure import measure, stated, table

FLOORS = {"one character missing": 0.95, "one character wrong": 0.95, "first characters only": 0.9}


def test_the_page_states_what_is_measured(shipped: str) -> None:
    found = measure(shipped)
    assert sum(one.texts for one in found.values()) >= 300
    for rule, one in found.items():
        if rule.startswith("invented"):
            assert one.matched == 0, rule
        else:
            assert one.recall >= FLOORS.get(rule, 0.99), rule
            assert one.precision >= 0.99, rule
    assert table(found) == stated(), "make matching ARGS=--write"


def entity(id: str, *names: tuple[str, str, str], kind: str = "app") -> dict[str, Any]:
    named = [{"name": name, "language": language, "kind": how} for name, language, how in names]
    return {"id": id, "kind": kind, "name": names[0][0], "name_en": None, "names": named}


LARK = entity(
    "lark", ("云雀视频", "zh-Hans", "primary"), ("雲雀視頻", "zh-Hant", "alias"), ("百灵视频", "zh-Hans", "former"),
    ("Lark Video (Lark)", "en", "translation"), ("yun que shi pin", "zh-Latn-pinyin", "transliteration"),
)  # fmt: skip
OTHERS = [
    entity("larks", ("云雀", "zh-Hans", "primary")),
    entity("lark_live", ("云雀直播", "zh-Hans", "primary")),
    entity("video", ("云视频", "zh-Hans", "primary")),
    entity("swan", ("天鹅视频", "zh-Hans", "primary")),
]


@pytest.mark.parametrize(
    ("text", "how", "points"),
    [
        ("lark", "id", 100), ("云雀视频", "exact", 100), ("雲雀視頻", "exact", 99.5), ("云雀视頻", "script", 99),
        ("“云雀视频”", "marks", 97), ("云雀视频App", "generic", 92), ("Lark", "exact", 100),
        ("LARK VIDEO", "script", 99),
        ("yún què shì pín", "pinyin", 95), ("yunqueshipin", "pinyin", 95), ("yun2 que4 shi4 pin2", "pinyin", 95),
        ("百灵视频", "exact", 98), ("百靈視頻", "script", 97), ("云雀士频", "homophone", 86),
    ],
)  # fmt: skip
def test_points_say_in_which_form_a_name_is_equal(text: str, how: str, points: float) -> None:
    fit = fit_of(text, LARK)
    assert (fit.how, fit.points) == (how, points)


def rank(text: str, *types: str) -> list[tuple[str, float, bool]]:
    found = []
    for one in [LARK, *OTHERS]:
        fit, typed = fit_of(text, one), one["kind"] in types if types else None
        found.append(Scored(one, points_of(fit, typed=typed, properties={}), fit, typed))
    return [(each.entity["id"], each.score, each.match) for each in ranked(found, 5)]


def test_short_names_that_are_alike_have_points_of_their_own() -> None:
    found = rank("云雀视频")
    assert [each[0] for each in found] == ["lark", "video", "larks", "lark_live", "swan"]
    assert [each[2] for each in found] == [True, False, False, False, False]
    assert len({score for _, score, _ in found}) == len(found)
    assert max(score for _, score, _ in found[1:]) < 88


def test_a_former_name_is_a_match_and_says_so() -> None:
    fit = fit_of("百灵视频", LARK)
    assert ("former", "the name that matched is a former one", True) in Scored(LARK, fit.points, fit).features
    assert rank("百灵视频")[0] == ("lark", 98, True)


def test_another_type_and_a_tie_are_no_match() -> None:
    assert rank("云雀视频", "company")[0] == ("lark", 90, False)
    twin = {**LARK, "id": "twin"}
    found = ranked([Scored(one, 100, fit_of("云雀视频", one)) for one in (twin, LARK)], 5)
    assert [(each.entity["id"], each.match) for each in found] == [("lark", False), ("twin", False)]
