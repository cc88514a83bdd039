"""Commands that bring a subject of their own; the command line registers them."""
