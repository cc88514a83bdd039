"""Commands by topic; ``cli`` puts them on the command line."""
