"""Job profiles, norms, evidence, fusion and uncertainty: feature tables -> scores."""
