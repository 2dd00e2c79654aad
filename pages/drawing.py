"""落图: draw, correct, split, merge and review boundaries on the map."""

import streamlit as st

from ui import controls, data, drawing, shell, state

snap = data.snapshot()
options = controls.choices(snap)
asked = st.query_params.get("compound")
chosen = state.load(options)
unknown = asked if asked and asked not in options.compounds and not chosen.compound else None

shell.bar("drawing", snap, as_of=chosen.as_of)
drawing.show(snap, options, chosen, unknown)
