"""The quality watch: what is wrong, doubtful or lacking in what is stored, by one table of rules."""
