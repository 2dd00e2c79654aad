"""What people see around the pages: shell, cached reads, controls, the map widget and browser assets."""
