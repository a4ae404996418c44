"""Intake: archived bytes in, typed rows and quarantine reports out, as the contract says."""
