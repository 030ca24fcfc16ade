"""Tables of a study: what is declared, how files are read, checked cell by cell, and kept."""
