"""The same rules, written with tools that a user might choose instead. Each is as fast as we could make it."""
