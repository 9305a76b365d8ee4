"""Everything Streamlit: the frame around a lesson, shared widgets, caches and components."""
