"""一张图: every compound, the wall and its zones, and how far each renovation has come."""

from analysis import progress
from analysis.filters import matches
from ui import controls, data, map_view, overview_panel, shell, state

snap = data.snapshot()
options = controls.choices(snap)
chosen = state.load(options)
states = data.states(snap, chosen.as_of)
compounds = data.frame(snap, "compound")
visible = matches(
    compounds,
    filters=chosen.filters,
    states=states,
    estates=data.frame(snap, "estate"),
    works=data.works_of(snap),
    zones=data.zones_of(snap),
)
table = data.progress_table(snap, chosen.as_of, "street", visible)

shell.bar("overview", snap, as_of=chosen.as_of)
map_view.overview(snap, chosen, states, visible, table)
controls.tools(
    chosen,
    options,
    shown=int(visible.sum()),
    whole=len(compounds),
    unbounded=int(compounds.geometry.isna().sum()),
)
controls.legend(snap, chosen, states, visible)
controls.timeline(options, chosen)
overview_panel.show(snap, chosen, table, progress.totals(table), states, visible)
