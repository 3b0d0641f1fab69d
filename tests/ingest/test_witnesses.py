"""What copies state together: whom an act fell on may be told in other words, but is no other party."""

from __future__ import annotations

import pytest

from db.ingest.witnesses import Stated, together
from schema.codes import shipped_codes
from schema.records import Action
from tests.support import corpus

ACTION = next(one for one in corpus.document_change(2024).records if isinstance(one, Action))


def _unnamed(document: str, words: str, kind: str, *measures: str) -> Stated:
    update = {
        "entities": (),
        "unnamed_subject": words,
        "subject_kinds": (kind,),
        "measures": measures,
        "amount_cny": None,
    }
    reference = ACTION.document.model_copy(update={"id": document})
    return Stated(actions=[ACTION.model_copy(update={**update, "document": reference})])


FIRST = _unnamed("d-2222222222222", "某软件公司", "company", "fine", "correction_order")


@pytest.mark.parametrize(
    ("copy", "records"),
    [
        (_unnamed("d-3333333333333", "某软件公司", "company", "correction_order", "warning"), 1),
        (_unnamed("d-3333333333333", "该公司", "company", "fine"), 1),
        (_unnamed("d-3333333333333", "涉事部门负责人", "person_responsible", "correction_order"), 2),
        (_unnamed("d-3333333333333", "涉事单位", "company", "correction_order", "regulatory_talk"), 2),
    ],
)
def test_the_act_against_somebody_unnamed(copy: Stated, records: int) -> None:
    assert len(together([FIRST, copy], shipped_codes()).actions) == records
