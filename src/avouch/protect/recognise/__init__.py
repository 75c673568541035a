"""One recogniser a file: a text to the entities that it sees there."""
