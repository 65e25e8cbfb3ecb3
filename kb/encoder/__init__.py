"""The project's own encoder: the bundled weights, the trained difference, and the form that answers without torch."""
