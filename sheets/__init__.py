"""From a stored revision to a finished sheet: what a person chose, what it shows, and the file that comes out."""
