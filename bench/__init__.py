"""Side by side with the peers: same machine, same sound, same weights, one run."""
