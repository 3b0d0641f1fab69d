"""Pages for people: they need this server alone."""
