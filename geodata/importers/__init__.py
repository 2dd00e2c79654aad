"""Files from people: read in a guarded child process, checked row by row, then accepted in one save.

`inspecting.inspect` looks at a file of any kind (`files` reads it, `understanding` finds its columns, `settling` its
coordinates, `rows` what each row means), `accepting.accept` writes what was found; `job` is the process that does both
for the page, `register.load_register` the strict way for scripts. `issues` is what they tell. This module stays free
of imports, because the child process loads it too.
"""
