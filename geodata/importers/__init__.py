"""Files from people: read in a guarded child process, checked row by row, then accepted in one save.

`geodata.importers.register.load_register` is the way in; `issues` is what it tells. This module stays free of
imports, because the child process loads it too.
"""
