"""What is said and what was seen, beside the model."""
