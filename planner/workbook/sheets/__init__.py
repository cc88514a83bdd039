"""The sheets, one file each; ``fill`` writes a sheet into its page of the book."""
