"""The published contract: openapi.json, schema.graphql and how they are fuzzed."""
