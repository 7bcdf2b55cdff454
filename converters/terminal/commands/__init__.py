"""One module per command, with the command as `command`; `cli.COMMANDS` lists them."""
