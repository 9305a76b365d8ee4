"""The networks to choose from on the drawing page, and the table of what one does with a drawing."""
