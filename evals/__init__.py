"""How good is it? Question sets, metrics and the training of the encoder."""
