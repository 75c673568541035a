"""Documents: taken in, read, compared, kept apart."""
