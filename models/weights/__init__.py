"""The weights of models: where they lie, and that they are the right ones."""
