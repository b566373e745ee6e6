"""How quick the stages are, by figures that mean the same on another machine."""
