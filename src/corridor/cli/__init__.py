"""The shell: `corridor VERB STUDY ...`."""
