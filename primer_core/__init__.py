"""What the primer knows: arrays, autograd, data, models, training and inference, without any user interface."""
