"""The autograd graph's controls and tables: leaves to edit, switches, gradients."""
