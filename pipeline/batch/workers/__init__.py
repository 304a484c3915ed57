"""Who does the tasks of a batch: processes on this machine, or a cluster."""
