"""The documentation as pages: what is written in `api/web/docs/`, and the reference made from the contract."""
