"""Commands of the command line, one file a topic; ``cli`` puts them on the application."""
