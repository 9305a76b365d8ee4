"""Addresses on this app's own server."""

import streamlit as st


def on_this_server(path: str) -> str:
    """The address of a path, which starts with a slash, below the folder that the server was told to answer under."""
    base = str(st.get_option("server.baseUrlPath")).strip("/")
    return (f"/{base}" if base else "") + path
