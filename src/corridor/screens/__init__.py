"""Answers as a person looks at them: columns to compare, maps, charts and pages."""
