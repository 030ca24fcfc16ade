"""The reader's language: messages, catalogues, numbers and dates."""
