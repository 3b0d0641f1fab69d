"""The GraphQL face of the records: Strawberry declares it, `Engine` answers with it, `sdl` prints it."""

from schema.graphql.engine import Answer, Engine, Request, sdl
from schema.graphql.limits import Limits

__all__ = ["Answer", "Engine", "Limits", "Request", "sdl"]
