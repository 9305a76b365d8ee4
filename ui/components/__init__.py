"""Components-v2 components, one a folder: a typed mount function, its JavaScript and its CSS."""
