"""A question, its answer, and the sources beside it."""
