"""Money rules that theory knows and China does not use: for the cases of ``tongchou verify``."""
