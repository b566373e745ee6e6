"""The synthetic clip whose layers are known exactly, and the measures taken against them."""
