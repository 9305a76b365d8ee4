"""Shapes: build a pipeline of shape changes and see after each step what moved, and whether anything did."""

from ui.lesson_page import lesson_page

lesson_page("shapes")
