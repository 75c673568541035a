"""What makes documents searchable, rebuilt from the lake at any time: generations of index files."""
