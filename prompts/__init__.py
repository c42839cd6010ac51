"""What is asked of the language model: templates and instructions, as files with a digest."""
