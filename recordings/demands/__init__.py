"""The register of authorities' written demands, and its clock (A19, C6)."""
