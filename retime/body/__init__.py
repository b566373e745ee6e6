"""The human body: a posable mesh, its UV atlas, and the network that maps keypoints to UV."""
