"""Operations compiled to plans: few questions to the store, answers spliced from fragments that never change.

`build` makes a plan of an operation, with functions that `writing` writes for it; `run` answers by it. What a plan
cannot do is left to plain execution, which is also what tells every error.
"""

from schema.graphql.compiled.plan import Unplanned
from schema.graphql.compiled.planner import Planner

__all__ = ["Planner", "Unplanned"]
