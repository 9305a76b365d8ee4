"""Reductions: see which cells each result is made of, and which axis disappears."""

from ui.lesson_page import lesson_page

lesson_page("reductions")
