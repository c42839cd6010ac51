"""``anamnese evaluate …``: recordings of a manifest, or notes against mutations."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

from api.evaluate import evaluate
from api.mutations import mutations

RECORDINGS = "recordings"


class _RecordingsByDefault(TyperGroup):
    """``evaluate FOLDER`` is ``evaluate recordings FOLDER``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ("--help", "-h"):
            args = [RECORDINGS, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=_RecordingsByDefault,
    no_args_is_help=True,
    help="Measure quality: of recordings with a manifest, or of verification by mutations.",
)
app.command(RECORDINGS)(evaluate)
app.command()(mutations)
