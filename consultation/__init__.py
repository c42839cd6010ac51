"""The vocabulary of anamnese: frozen types and pure functions; no torch, HTTP or database."""
