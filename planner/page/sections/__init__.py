"""One file a section of the page; ``fill`` makes it from the figures of a run, None where the programme lacks it."""
