"""Where the rooms meet: the governed loop, one file per act."""
