"""The rule language of Guiju: text -> parsed tree -> checked tree -> kernel of integers -> Python or Polars.

It reads no files and knows nothing of YAML or HTTP. The caller supplies units, days, fields and words as tables.
"""
