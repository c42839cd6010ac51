"""Readers of published corpora: one file a format, each from a folder that the caller names.

The corpora are not distributed with anamnese; each reader says where its corpus is published, and
yields what the corpus annotates and nothing of ours.
"""
