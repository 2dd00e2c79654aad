"""出图: any view becomes a sheet: chosen on the right, seen on the left, taken away as a file."""

from ui import controls, data, shell, snapshot_page, state

snap = data.snapshot()
options = controls.choices(snap)
chosen = state.load(options)
values = snapshot_page.load(options)

shell.bar("snapshots", snap, as_of=chosen.as_of)
snapshot_page.show(snap, options, chosen, values)
