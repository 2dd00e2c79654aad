"""小区档案 (一区一策): everything about one compound on one page, and its correction."""

import streamlit as st

from ui import chooser, controls, data, dossier, shell, state

snap = data.snapshot()
options = controls.choices(snap)
asked = st.query_params.get("compound")
chosen = state.load(options)
unknown = asked if asked and asked not in options.compounds and not chosen.compound else None

shell.bar("dossier", snap, as_of=chosen.as_of)
if chosen.compound:
    dossier.show(snap, options, chosen)
else:
    chooser.show(snap, options, chosen, unknown)
