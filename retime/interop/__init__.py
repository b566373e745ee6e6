"""Other people's formats: readers and writers, one module each (docs/formats.md)."""
