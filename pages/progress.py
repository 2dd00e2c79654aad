"""街道进度: how far each street office, area or programme has come, and against which plan."""

import streamlit as st

from ui import controls, data, progress_blocks, progress_data, progress_view, shell, state

snap = data.snapshot()
options = controls.choices(snap)
chosen = state.load(options)
scope = progress_view.scope(chosen)

shell.bar("progress", snap, as_of=chosen.as_of)
if progress_view.is_empty(snap):
    st.stop()

standings = progress_data.standings(snap, scope)
total = progress_data.whole(snap, scope)

progress_view.heading(snap, scope, standings, total)
progress_view.controls(snap, scope, options, chosen)
progress_view.parts(snap, scope, total)
left, right = st.columns([58, 42], gap="medium")
with left:
    progress_blocks.groups(snap, scope, standings)
with right:
    progress_blocks.curve(snap, scope)
    if scope.codes:
        progress_blocks.chosen_groups(snap, scope, total)
    else:
        progress_blocks.plan(snap, scope, standings)
progress_blocks.table(snap, scope, standings)
