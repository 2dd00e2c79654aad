"""变更记录: who changed what and when, and how to take it back."""

from ui import data, history_page, history_state, shell

snap = data.snapshot()
asked = history_state.load(history_page.choices(snap))

shell.bar("history", snap)
history_page.show(snap, asked)
