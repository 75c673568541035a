"""The stack over HTTP: routes, limits, errors. Thin: what may be done is decided in the stack."""
