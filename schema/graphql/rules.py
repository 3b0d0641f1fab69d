"""The rules by which values are read, as a GraphQL type and a root field."""

from typing import Annotated, Any

import strawberry

from schema import rules
from schema.graphql.codelists import Language
from schema.graphql.faces import face_of
from schema.graphql.reads import Root, Value, planned


def _label(
    root: rules.ExtractionRule,
    lang: Annotated[Language, strawberry.argument(description="The language of the label.")] = Language.EN,
) -> str:
    return _label_in(root, None, lang)


def _label_in(rule: rules.ExtractionRule, _: object, lang: Language = Language.EN) -> str:
    return rule.label_zh if lang is Language.ZH else rule.label_en


@face_of(rules.ExtractionRule)
class ExtractionRule:
    code: str
    kind: str
    label: str = strawberry.field(
        resolver=_label, description="The label, in the language asked for.", metadata=planned(Value(_label_in))
    )
    labelled: int
    right: int
    confidence: float | None
    extractor: str


def extraction_rules_field() -> Any:
    """The root field that gives all rules. They belong to the build, not to a revision."""

    def resolve() -> Any:
        return list(rules.extraction_rules())

    async def find(info: object) -> Any:
        return resolve()

    description = "The rules by which this build reads values, with what each is worth. They have no revisions."
    return strawberry.field(resolver=resolve, description=description, metadata=planned(Root(find)))
