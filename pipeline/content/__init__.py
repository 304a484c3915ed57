"""The content model around its arithmetic: its file, fitting it, and figures on answers that are known."""
