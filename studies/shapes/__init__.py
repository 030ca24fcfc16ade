"""Make the table ``shapes`` of a study: how its links run on the ground."""
