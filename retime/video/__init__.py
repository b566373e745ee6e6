"""Video in and out: probing, decoding, conforming to a constant rate, encoding, sound."""
