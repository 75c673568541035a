"""The routes, one noun per file; each declares the act that it is."""
