"""The script that Streamlit runs for every page: page settings, navigation, error boundary."""

import streamlit as st

from ui import live, shell

st.set_page_config(page_title="城垣", layout="wide", initial_sidebar_state="collapsed")
chosen = st.navigation(shell.pages(), position="hidden")
with live.watching(quiet=chosen.url_path == "briefing"), shell.boundary(chosen.url_path):
    chosen.run()
