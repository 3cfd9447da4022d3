"""The rule language of Guiju: text -> tree -> checked tree -> integers -> Python or Polars.

Knows nothing of YAML, files or HTTP: units, days, fields and words are handed to it as tables.
"""
