"""Readers of published corpora: one file a format, each from a folder that the caller names.

The corpora are not distributed with anamnese; ``SOURCES`` of ``docs/results.md`` says where they
come from. A reader yields what the corpus annotates and nothing of ours.
"""
