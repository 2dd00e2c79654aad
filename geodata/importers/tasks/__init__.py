"""What the child process can be asked for, one module a task."""
