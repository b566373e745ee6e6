"""The benchmark of the decomposition: rendered scenes with exact truth."""
