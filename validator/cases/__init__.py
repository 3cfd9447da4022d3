"""Cases -> proof that a revision says what its text says."""
