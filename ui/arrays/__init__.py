"""What the array lessons draw beside their pictures."""
