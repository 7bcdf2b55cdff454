"""The kinds of steps: what each reads, writes and does."""
