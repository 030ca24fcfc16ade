"""The whole chain of a study, computed once and kept."""
