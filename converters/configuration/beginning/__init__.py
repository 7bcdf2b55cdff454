"""A settings file to begin with, from the data that a folder has: `adamgate init FOLDER`."""
