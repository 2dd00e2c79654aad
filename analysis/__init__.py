"""Pure functions over frames: no reading, no drawing, no clock."""
