"""What each command of the command line does; `manage.py` names them and turns errors into exit codes.

Heavy imports stand inside the functions, so that `--help` does not wait for the geo stack.
"""

OK, FINDINGS, USAGE, STORE = 0, 1, 2, 3
