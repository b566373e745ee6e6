"""People: detection, identities over time, and joints that are not seen."""
