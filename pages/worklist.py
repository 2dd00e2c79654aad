"""无边界: what the map cannot show as an area, never silently absent."""

from ui import controls, data, shell, state, worklist

snap = data.snapshot()
chosen = state.load(controls.choices(snap))

shell.bar("worklist", snap, as_of=chosen.as_of)
worklist.show(snap, chosen)
