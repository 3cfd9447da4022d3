"""Cases -> proof that the rules of a revision do what the text of the rules says."""
