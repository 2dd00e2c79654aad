"""导入: a file comes in, is understood, checked and compared, and only then taken in; and what can be taken out."""

from ui import controls, data, imports_page, imports_state, shell, state

snap = data.snapshot()
chosen = state.load(controls.choices(snap))
place = imports_state.load()

shell.bar("imports", snap, as_of=chosen.as_of)
imports_page.show(snap, chosen, place)
