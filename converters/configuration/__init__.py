"""What a user may set: adamgate.toml, environment, options."""
