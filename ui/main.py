"""The script that Streamlit runs for every page: page settings, navigation, error boundary."""

import streamlit as st

from ui import shell

st.set_page_config(page_title="城垣", layout="wide", initial_sidebar_state="collapsed")
chosen = st.navigation(shell.pages(), position="hidden")
with shell.boundary():
    chosen.run()
