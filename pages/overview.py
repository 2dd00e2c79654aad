"""一张图: every compound, the wall and its zones, and how far each renovation has come."""

from ui import controls, data, export, map_view, overview_panel, shell, state

snap = data.snapshot()
options = controls.choices(snap)
chosen = state.load(options)
export.leave()
states = data.states(snap, chosen.as_of)
compounds = data.frame(snap, "compound")
visible = data.visible(snap, chosen.as_of, chosen.filters)
table = data.progress_table(snap, chosen.as_of, "street", chosen.filters)

shell.bar("overview", snap, as_of=chosen.as_of)
map_view.overview(snap, chosen, visible, table)
controls.tools(
    chosen,
    options,
    shown=int(visible.sum()),
    whole=len(compounds),
    unbounded=int(compounds.geometry.isna().sum()),
)
controls.legend(snap, chosen, states, visible)
controls.timeline(options, chosen)
overview_panel.show(snap, chosen, table, data.total(snap, chosen.as_of, chosen.filters), states, visible)
