"""The same rules in the tools that a user might pick instead, each as fast as we could make it."""
