"""The studio's server: a page on 127.0.0.1 on which a clip is watched, retimed and corrected."""
