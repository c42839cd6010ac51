"""``python -m api`` is ``anamnese``."""

from api.cli import main

main()
