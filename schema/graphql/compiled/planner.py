"""Finds or makes the plan of an operation, and answers by it."""

from __future__ import annotations

from typing import Final

from graphql import GraphQLError, OperationDefinitionNode
from graphql.execution.values import VariableValues

from schema.codes import UnknownCode
from schema.graphql.compiled.build import compile_plan
from schema.graphql.compiled.fragments import Fragments
from schema.graphql.compiled.plan import Plan, Unplanned
from schema.graphql.compiled.run import Run
from schema.graphql.compiled.shapes import Shapes
from schema.graphql.compiled.shaping import shaping_variables
from schema.graphql.compiled.whole import WholeTables
from schema.graphql.context import Context
from schema.graphql.document import Prepared
from schema.graphql.made import CORE
from schema.ports import StoreUnavailable
from schema.query import BadQuery

_PLANS_OF_A_DOCUMENT: Final = 32


class Planner:
    """Answers by plans. `fragment_bytes` bounds what is remembered of the records, over all plans."""

    def __init__(self, fragment_bytes: int) -> None:
        self._fragments = Fragments(fragment_bytes)
        self._whole = WholeTables(self._fragments.linked)
        self._shapes = Shapes()

    async def data(
        self, prepared: Prepared, operation: OperationDefinitionNode, variables: VariableValues, context: Context
    ) -> bytes:
        """The `data` of the answer as JSON, as plain execution gives it.

        Raises `Unplanned` where plain execution must answer, because no plan can or because there are errors to
        tell, and `StoreUnavailable`.
        """
        try:
            plan = self._plan(prepared, operation, variables)
            return await Run(context, self._fragments, self._whole, variables).data(plan)
        except (Unplanned, StoreUnavailable):
            raise
        except (BadQuery, UnknownCode, GraphQLError):
            raise Unplanned("error") from None
        except Exception as error:
            raise Unplanned("failure") from error

    def _plan(self, prepared: Prepared, operation: OperationDefinitionNode, variables: VariableValues) -> Plan:
        if prepared.shaping is None:
            prepared.shaping = shaping_variables(prepared.document)
        values = variables.coerced
        key = id(operation), *(values.get(name, Unplanned) for name in prepared.shaping)
        plan = prepared.plans.get(key)
        if plan is None:
            plan = compile_plan(CORE, prepared.fragments, operation, variables, self._shapes)
            if len(prepared.plans) >= _PLANS_OF_A_DOCUMENT:
                prepared.plans.clear()
            prepared.plans[key] = plan
        return plan
