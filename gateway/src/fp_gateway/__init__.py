"""One GraphQL schema from all installed plugins, served over HTTP."""
