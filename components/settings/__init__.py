"""The configuration of a stack: what may be set, how it is checked, and what it becomes."""
