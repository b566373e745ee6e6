"""Camera motion: homographies from each frame to the canvas plane (section 4.6 of the paper)."""
