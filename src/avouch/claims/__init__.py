"""Whether a written claim follows from what it cites, and in words why not."""
