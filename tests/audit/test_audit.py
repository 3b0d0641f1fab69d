"""An audit that nobody answered is not taken for one that found nothing."""

from __future__ import annotations

from tests.audit.__main__ import judge, pinned


def test_the_pinned_packages_are_read() -> None:
    assert {"asyncpg", "starlette", "throttled-py"} <= set(pinned())


def test_what_was_skipped_was_not_audited() -> None:
    report = {
        "dependencies": [
            {"name": "good", "version": "1", "vulns": []},
            {"name": "bad", "version": "2", "vulns": [{"id": "PYSEC-1"}, {"id": "PYSEC-2"}]},
            {"name": "skipped", "skip_reason": "not found"},
        ]
    }
    vulnerable, unseen = judge(report, {"Good", "bad", "skipped", "absent"})
    assert vulnerable == ["bad 2: PYSEC-1, PYSEC-2"]
    assert unseen == ["absent", "skipped"]
    assert judge({}, {"good"}) == ([], ["good"])
