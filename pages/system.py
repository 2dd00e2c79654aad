"""系统状态: whether everything is well, and what an administrator has to do."""

from ui import shell, system_status

snap = system_status.snapshot()
shell.bar("system", snap)
system_status.show()
