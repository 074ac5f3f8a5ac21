"""De-identified extracts as they are written: read in one snapshot, treated by a profile, in the formats of statistics."""
