"""The start: `streamlit run app.py` imports this file for its ``app``, then runs it as the script of the home page."""

import logging

import streamlit as st

if __name__ == "__main__":
    from ui.home import home

    home()
else:
    from starlette.middleware import Middleware

    # A cache is declared here before there is a runtime: Streamlit warns of each, and takes its runtime's later.
    logging.getLogger("streamlit.runtime.caching.cache_data_api").addFilter(
        lambda record: not record.getMessage().startswith("No runtime found")
    )

    from ui import answers, health, modules, playground, watching
    from ui.browsers import KnowBrowsers
    from ui.drawing import (
        break_it,
        explanations,
        pen_to_answer,
        photos,
        reader,
        teach,
        through_layers,
        two_readings,
    )
    from ui.server import lifespan
    from ui.training import live_view, looks, run_files, sweep_view

    drawing = (reader, pen_to_answer, through_layers, explanations, two_readings, break_it, photos, teach)
    asked = (answers, modules, health, playground, *drawing, live_view, looks, run_files, sweep_view)
    routes = [watching.watched(route) for module in asked for route in module.ROUTES]
    app = st.App(__file__, routes=[*routes, *watching.ROUTES], lifespan=lifespan, middleware=[Middleware(KnowBrowsers)])
