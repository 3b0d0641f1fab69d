"""What the words mean: records, code lists, queries and the GraphQL types. No input or output happens here."""
