"""The modules of the launcher ``./bpo``."""
