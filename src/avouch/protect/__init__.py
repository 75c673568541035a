"""Data protection in the flow: find what identifies people, mask it, raise classes, check what goes out."""
