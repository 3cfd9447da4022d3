"""The three things that every door calls: one offering, a table of offerings, a folder."""
