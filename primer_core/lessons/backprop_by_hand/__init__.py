"""Back-propagation by hand: every equation beside what autograd finds."""
