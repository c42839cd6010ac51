"""What the command line says: progress and notes to people, JSON lines to programs.

Progress and errors go to standard error, results to standard output.
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from types import FrameType

import typer
from rich.console import Console as Terminal
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from api.arguments import folders
from api.doctor import Finding
from consultation.errors import AnamneseError, Interrupted
from consultation.export.labels import clock, speaker_labels
from consultation.summary import Summary
from consultation.transcript import Transcript


class Mode(Enum):
    people = "people"
    quiet = "quiet"
    json = "json"

    @classmethod
    def of(cls, *, quiet: bool, as_json: bool) -> Mode:
        return cls.json if as_json else cls.quiet if quiet else cls.people


class Console:
    """One for a command; ``progress`` is given to the steps."""

    def __init__(self, mode: Mode) -> None:
        self.mode = mode
        self._out = Terminal()
        self._err = Terminal(stderr=True)
        self._bar: Progress | None = None
        self._tasks: dict[str, TaskID] = {}

    def progress(self, step: str, completed: float, total: float) -> None:
        """A bar a step on a terminal; a line at the start and end of each step elsewhere."""
        if self.mode is not Mode.people:
            return
        if self._bar is None:
            self._bar = Progress(
                TextColumn("  {task.description:<24}"),
                BarColumn(),
                TextColumn("{task.percentage:>3.0f} %"),
                TimeElapsedColumn(),
                console=self._err,
            )
            self._bar.start()
        if step not in self._tasks:
            self._tasks[step] = self._bar.add_task(step, total=total or 1)
            if not self._err.is_terminal:
                self._err.print(f"  {step}…")
        self._bar.update(self._tasks[step], completed=completed, total=total or 1)

    def finish(self) -> None:
        """Nothing more comes: leave the terminal as it was."""
        self._stop_bars()

    def start(self, name: str) -> None:
        self._stop_bars()
        if self.mode is Mode.people:
            self._err.print(f"[bold]{escape(name)}[/bold]")

    def note(self, transcript: Transcript, summary: Summary) -> None:
        """The note, each statement with the words it came from."""
        self._stop_bars()
        if self.mode is not Mode.people:
            return
        labels = speaker_labels(transcript)
        out = self._out
        out.print(f"\n[bold]{escape(summary.title)}[/bold]")
        out.print(f"[yellow]{escape(summary.provenance.notice)}[/yellow]")
        for section in summary.sections:
            if not section.statements and section.placeholder is None and not section.problem:
                continue
            out.print(f"\n[bold cyan]{escape(section.heading)}[/bold cyan]")
            if not section.statements:
                out.print(f"  [dim]{escape(section.problem or section.placeholder or '')}[/dim]")
            for statement in section.statements:
                out.print(f"  • {escape(statement.text)}")
                for evidence in statement.evidence:
                    at = clock(evidence.start or 0)
                    who = labels.get(evidence.speaker or "", "")
                    out.print(f"      [dim]{at} {escape(who)}: « {escape(evidence.quote)} »[/dim]")
        if summary.unsupported:
            refused = len(summary.unsupported)
            out.print(
                f"\n[dim]{refused} statement(s) refused by verification: see summary.md[/dim]"
            )
        steps = ", ".join(f"{s.name} {s.duration:.1f} s" for s in summary.provenance.steps)
        out.print(f"[dim]{steps}[/dim]\n")

    def result(self, name: str, content: dict[str, object]) -> None:
        self._stop_bars()
        if self.mode is Mode.json:
            print(json.dumps({"file": name, **content}, ensure_ascii=False), flush=True)
        elif self.mode is Mode.people:
            written = content.get("summary") or content.get("transcript")
            self._err.print(f"  → {escape(str(written))}\n")

    def error(self, error: AnamneseError, name: str | None = None) -> None:
        self._stop_bars()
        if self.mode is Mode.json:
            about: dict[str, object] = {
                "code": error.code,
                "message": error.message,
                "hint": error.hint,
            }
            if places := getattr(error, "errors", None):
                about["errors"] = places
            print(json.dumps({"file": name, "error": about}, ensure_ascii=False), flush=True)
            return
        where = f"{escape(name)}: " if name else ""
        self._err.print(f"[bold red]{where}{escape(error.message)}[/bold red] ({error.code})")
        for place in getattr(error, "errors", ()):
            self._err.print(f"  {escape(place)}")
        if error.hint:
            self._err.print(f"  {escape(error.hint)}")

    def findings(self, findings: Sequence[Finding]) -> None:
        if self.mode is Mode.json:
            print(json.dumps([finding.model_dump() for finding in findings], ensure_ascii=False))
            return
        table = Table(show_header=False, box=None, pad_edge=False)
        for finding in findings:
            mark = "[green]ok[/green]" if finding.fine else "[red]missing[/red]"
            hint = "" if finding.fine else f"\n[yellow]{escape(finding.hint)}[/yellow]"
            table.add_row(mark, escape(finding.what), escape(finding.found) + hint)
        self._out.print(table)

    def _stop_bars(self) -> None:
        if self._bar is not None:
            self._bar.stop()
        self._bar, self._tasks = None, {}


@contextmanager
def reported(console: Console) -> Iterator[None]:
    """Show our errors and leave with their exit code; SIGTERM and Ctrl-C stop cleanly."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    except KeyboardInterrupt:
        error = Interrupted("stopped")
        console.error(error)
        raise typer.Exit(error.exit_code) from None
    except AnamneseError as error:
        console.error(error)
        raise typer.Exit(error.exit_code) from None
    except BrokenPipeError:
        sys.stderr.close()
        raise typer.Exit(1) from None
    finally:
        signal.signal(signal.SIGTERM, before)


def each(
    files: Sequence[Path],
    out: Path,
    console: Console,
    work: Callable[[Path, Path], dict[str, object]],
) -> None:
    """One file after another; a bad one is reported and the others go on."""
    worst = 0
    for file, folder in folders(files, out):
        console.start(file.name)
        try:
            console.result(file.name, work(file, folder))
        except Interrupted:
            raise
        except AnamneseError as error:
            console.error(error, file.name)
            worst = max(worst, error.exit_code)
    if worst:
        raise typer.Exit(worst)
