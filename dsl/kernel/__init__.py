"""Checked tree -> kernel: integers, flags and texts only, with proved bounds."""
