"""The paper's claims, each checked on a small clip with exact truth."""
