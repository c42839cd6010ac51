"""The language models, each behind consultation.engines.LanguageModel."""
