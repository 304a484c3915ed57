"""Learning from human ratings: arrays and frames in, models and figures out. No file is opened here."""
