"""Readers: a patient's documents, of any format, become dated, numbered paragraphs."""
