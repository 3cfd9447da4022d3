"""A revision's form -> checked rules, terms and values, or all diagnostics."""
