"""What `corridor check` looks for, by topic."""
