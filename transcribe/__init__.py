"""Audio to a diarised, attributed transcript."""
