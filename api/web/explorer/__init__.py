"""The pages about the record: what it holds, lists, single records, codes."""
