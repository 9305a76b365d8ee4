"""What is asked of a library, NumPy or PyTorch."""
