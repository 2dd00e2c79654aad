"""Print: map frames in millimetres, labels, legends, and the templates that Typst turns into sheets."""
