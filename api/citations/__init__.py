"""Citations of queries: what is asked in canonical form, what comes out of it, and how that is cited."""
