"""Lines of a page → blocks in reading order: columns apart, tables as rows, wrapped lines joined.

A run of lines with one gap in common is two columns when both sides are prose, and a table when
its cells are short.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from statistics import median

from consultation.documents import ParagraphKind
from records.blocks import Block, row
from records.lines import is_heading, mended
from records.readers.pdf_words import Line, Word, lined

_WIDE = 1.4
"""Of the size: a wider gap inside a line may be between columns."""
_PROSE = 4.0
"""Words a line, on both sides of a gap: columns of text, not cells."""
_BULLET = re.compile(r"^(?:[-•*–—▪◦●■‣·]|\(?\d{1,2}[.)])$")
_MARK = re.compile(r"^[-•*–—▪◦●■‣·]\s+")

Gap = tuple[float, float]


@dataclass(slots=True)
class _Run:
    lines: list[Line]
    gaps: list[Gap]
    tail: list[Line] = field(default_factory=list)
    """Below it, on one side only: the end of a longer column, or what follows a table."""


def page_blocks(lines: list[Line], page: int) -> list[Block]:
    blocks: list[Block] = []
    plain: list[Line] = []
    for run in _runs(lines):
        if not run.gaps:
            plain.extend(run.lines)
            continue
        blocks.extend(_joined(plain, page))
        plain = []
        if len(run.lines) >= 3 and _is_prose(_sides(run.lines, run.gaps)):
            for side in _sides([*run.lines, *run.tail], run.gaps):
                append(blocks, page_blocks(lined(side), page))
        else:
            blocks.extend(_rows(run, page))
            plain = list(run.tail)
    blocks.extend(_joined(plain, page))
    return blocks


def append(blocks: list[Block], more: list[Block]) -> None:
    """The next column or page: a sentence that was begun goes on."""
    if blocks and more:
        last, first = blocks[-1], more[0]
        flowing = (ParagraphKind.text, ParagraphKind.item)
        open_ended = last.kind in flowing and last.text[-1] not in ".:;!?"
        if open_ended and first.kind is ParagraphKind.text and first.text[0].islower():
            blocks[-1] = replace(last, text=_glued(last.text, first.text))
            more = more[1:]
    blocks.extend(more)


def _glued(text: str, more: str) -> str:
    broken = text.endswith("-") and text[-2:-1].isalpha() and more[0].islower()
    return mended(text, more) if broken else f"{text} {more}"


def _runs(lines: list[Line]) -> list[_Run]:
    if not lines:
        return []
    bounds = (min(line.left for line in lines), max(line.right for line in lines))
    runs: list[_Run] = []
    at = 0
    while at < len(lines):
        gaps = _first_gaps(lines, at, bounds)
        end = last = at
        if gaps:
            end = at + 1
            while end < len(lines) and not _far(lines[end - 1], lines[end]):
                narrowed = _common(gaps, _free(lines[end], bounds), lines[end].size)
                lost = _inner(narrowed, lines[at:end]) < _inner(gaps, lines[at:end])
                if not narrowed or (lost and end > at + 1):
                    break
                gaps, end = narrowed, end + 1
            last = _without_tail(lines, at, end, gaps)
        if gaps and last > at + 1:
            end = _near(lines, last, end)
            runs.append(_Run(lines[at:last], gaps, lines[last:end]))
            at = end
        elif gaps and len(_free(lines[at], None)) >= 1:
            runs.append(_Run([lines[at]], _free(lines[at], None)))
            at += 1
        else:
            runs.append(_Run([lines[at]], []))
            at += 1
    return runs


def _first_gaps(lines: list[Line], at: int, bounds: Gap) -> list[Gap]:
    """Where a run may begin: a line with a wide gap, or two half lines that share a height."""
    if _free(lines[at], None):
        return _free(lines[at], bounds)
    if at + 1 < len(lines):
        first, second = lines[at], lines[at + 1]
        apart = first.right < second.left or second.right < first.left
        if apart and first.middle - second.middle < first.size:
            return _common(_free(first, bounds), _free(second, bounds), first.size)
    return []


def _free(line: Line, bounds: Gap | None) -> list[Gap]:
    """Wide gaps between words; with ``bounds``, also the empty ends of the line."""
    gaps = []
    if bounds and line.left > bounds[0]:
        gaps.append((bounds[0], line.left))
    reach = line.left
    for at, word in enumerate(line.words):
        marked = at == 1 and _BULLET.match(line.words[0].text)
        if word.left - reach > _WIDE * line.size and not marked:
            gaps.append((reach, word.left))
        reach = max(reach, word.right)
    if bounds and bounds[1] > reach:
        gaps.append((reach, bounds[1]))
    return gaps


def _common(first: list[Gap], second: list[Gap], size: float) -> list[Gap]:
    found = []
    for a in first:
        for b in second:
            left, right = max(a[0], b[0]), min(a[1], b[1])
            if right - left > 0.8 * size:
                found.append((left, right))
    return found


def _far(above: Line, below: Line) -> bool:
    return above.middle - below.middle > 3.2 * max(above.size, below.size)


def _without_tail(lines: list[Line], at: int, end: int, gaps: list[Gap]) -> int:
    """Where lines begin that stand on one side only."""
    inner = [gap for gap in gaps if any(_crosses(line, gap) for line in lines[at:end])]
    if not inner:
        return at
    last = end
    while last > at + 1 and not any(_crosses(lines[last - 1], gap) for gap in inner):
        last -= 1
    return last


def _near(lines: list[Line], last: int, end: int) -> int:
    """How far lines follow each other without an empty line between."""
    at = last
    while at < end and lines[at - 1].middle - lines[at].middle < 1.9 * lines[at].size:
        at += 1
    return at


def _inner(gaps: list[Gap], lines: list[Line]) -> int:
    """How many of them have words on both sides of one line."""
    return sum(1 for gap in gaps if any(_crosses(line, gap) for line in lines))


def _crosses(line: Line, gap: Gap) -> bool:
    return line.left < gap[0] + 0.1 and line.right > gap[1] - 0.1


def _sides(lines: list[Line], gaps: list[Gap]) -> list[list[Word]]:
    """Words of each column, from left to right."""
    words = [word for line in lines for word in line.words]
    cuts = [(left + right) / 2 for left, right in gaps]
    cuts = [
        cut
        for cut in cuts
        if any(word.right <= cut for word in words) and any(word.left >= cut for word in words)
    ]
    sides: list[list[Word]] = [[] for _ in range(len(cuts) + 1)]
    for word in words:
        sides[sum(1 for cut in cuts if (word.left + word.right) / 2 > cut)].append(word)
    return [side for side in sides if side]


def _is_prose(sides: list[list[Word]]) -> bool:
    if not 2 <= len(sides) <= 3:
        return False
    counts = []
    for side in sides:
        lines = lined(side)
        if len(lines) < 3:
            return False
        counts.append(median(len(line.words) for line in lines))
    return min(counts) >= _PROSE


def _rows(run: _Run, page: int) -> list[Block]:
    """A line that leaves the first cell empty goes on with the cells above it."""
    cuts = sorted((left + right) / 2 for left, right in run.gaps)
    table: list[list[str]] = []
    above: Line | None = None
    for line in run.lines:
        cells: list[list[str]] = [[] for _ in range(len(cuts) + 1)]
        for word in line.words:
            cells[sum(1 for cut in cuts if (word.left + word.right) / 2 > cut)].append(word.text)
        texts = [" ".join(cell) for cell in cells]
        first = next((at for at, column in enumerate(zip(*table, strict=True)) if any(column)), 0)
        close = above is not None and above.middle - line.middle < 1.6 * line.size
        if table and close and not texts[first]:
            table[-1] = [f"{a} {b}".strip() for a, b in zip(table[-1], texts, strict=True)]
        else:
            table.append(texts)
        above = line
    used = [at for at in range(len(cuts) + 1) if any(cells[at] for cells in table)]
    cut_rows = [row([cells[at] for at in used]) for cells in table]
    return [Block(one.text, one.kind, page) for one in cut_rows if one]


def _joined(lines: list[Line], page: int) -> list[Block]:
    if not lines:
        return []
    margin = max(line.right for line in lines)
    usual = median(line.size for line in lines)
    blocks: list[Block] = []
    held: list[Line] = []
    for line in lines:
        if held and not _goes_on(held[-1], line, margin):
            blocks.append(_block(held, usual, page))
            held = []
        held.append(line)
    blocks.append(_block(held, usual, page))
    return blocks


def _goes_on(above: Line, line: Line, margin: float) -> bool:
    size = max(above.size, line.size)
    if above.middle - line.middle > 1.9 * size or abs(above.size - line.size) > 0.15 * size:
        return False
    if _BULLET.match(line.words[0].text) or is_heading(line.text) or is_heading(above.text):
        return False
    if line.left < above.left - size * 3:
        return False
    first = line.words[0]
    return above.right + (first.right - first.left) + 0.3 * size > margin - 0.5 * size


def _block(lines: list[Line], usual: float, page: int) -> Block:
    text = lines[0].text
    for line in lines[1:]:
        text = _glued(text, line.text)
    big = median(line.size for line in lines) > 1.15 * usual
    if is_heading(text) or (big and len(text) <= 120 and text[-1] not in ".,;"):
        return Block(text, ParagraphKind.heading, page)
    if _BULLET.match(lines[0].words[0].text) and len(lines[0].words) > 1:
        return Block(_MARK.sub("", text), ParagraphKind.item, page)
    return Block(text, ParagraphKind.text, page)
