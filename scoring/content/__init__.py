"""What is said: what each sentence of an answer does, and which level of the anchors that makes."""
