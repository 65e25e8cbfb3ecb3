"""The encoder's training: pairs of questions and passages, the training itself, and a fair comparison."""
