"""The rules that compare a statement with its evidence, one kind of rule a file."""
