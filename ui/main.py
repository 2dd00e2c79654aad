"""The script that Streamlit runs for every page: page settings, navigation, error boundary."""

import streamlit as st

from ui import live, shell

chosen = st.navigation(shell.pages(), position="hidden")
st.set_page_config(
    page_title=f"{shell.PAGES.get(chosen.url_path, shell.PAGES['overview'])} · 城垣",
    layout="wide",
    initial_sidebar_state="collapsed",
)  # here, since the titles of all pages travel three times with every rerun
with live.watching(quiet=chosen.url_path == "briefing"), shell.boundary(chosen.url_path):
    chosen.run()
