"""The stack as tools of the Model Context Protocol: search, ask, document, verify."""
