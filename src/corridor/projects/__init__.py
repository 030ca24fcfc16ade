"""Projects: what a change of the network is worth over its life, to whom, and when to build it."""
