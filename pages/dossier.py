from ui import data, shell

snap = data.snapshot()
shell.bar("dossier", snap)
