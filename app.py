"""The start: `streamlit run app.py` imports this file for its ``app``, then runs it as the script of the home page."""

import streamlit as st

if __name__ == "__main__":
    from ui.home import home

    home()
else:
    from ui import answers, modules
    from ui.drawing import explanations, reader, two_readings
    from ui.server import lifespan
    from ui.training import live_view, looks

    drawing = (*reader.ROUTES, *explanations.ROUTES, *two_readings.ROUTES)
    routes = (*answers.ROUTES, *modules.ROUTES, *drawing, *live_view.ROUTES, *looks.ROUTES)
    app = st.App(__file__, routes=routes, lifespan=lifespan)
