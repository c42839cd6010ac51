"""Problems that no list of ours knows, looked for in the words of later documents."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from clinical.text import content_stems, sentences
from consultation.documents import ParagraphKind, SourceDocument
from consultation.record_facts import Category, RecordFact
from summarize.record_facts.going_on import says_still
from summarize.record_facts.headings import Context, context_of, inline
from summarize.reduce.cited import Cited
from summarize.reduce.clashes import Groups
from summarize.reduce.copies import Copy
from summarize.reduce.listed import active, spoken_otherwise

_ANY = {"a": "[aàâä]", "e": "[eéèêë]", "i": "[iîï]", "o": "[oôö]", "u": "[uùûü]", "c": "[cç]"}
_NO_WORDS = frozenset(
    {Context.problems, Context.history, Context.surgery, Context.family, Context.allergies}
    | {Context.treatments, Context.discharge_treatments, Context.stopped_treatments}
    | {Context.plan, Context.pending, Context.vigilance, Context.reason}
)


def named_later(groups: Groups, documents: Iterable[SourceDocument]) -> Iterator[Copy]:
    """Problems that no list of ours knows are looked for in the words of later documents."""
    wanted = {
        key: listed
        for key, found in groups.items()
        if key.startswith("item:") and (listed := active(found))
    }
    if not wanted:
        return
    ordered = sorted(documents, key=lambda d: (d.date or "", d.sha256))
    for key, listed in sorted(wanted.items()):
        odd = _last_word(listed, key.removeprefix("item:").split(), ordered)
        if odd is not None:
            yield spoken_otherwise(listed[-1], odd)


def _last_word(
    listed: Sequence[Cited], stems: Sequence[str], ordered: Sequence[SourceDocument]
) -> Cited | None:
    """The last sentence that names it, if it does not plainly say that it is there."""
    longest = max(stems, key=len)
    if len(longest) < 4:
        return None
    looked_for = re.compile(r"(?<!\w)" + "".join(_ANY.get(c, re.escape(c)) for c in longest), re.I)
    for document in reversed(ordered):
        if not document.date or document.date <= listed[0].told:
            return None
        if document.sha256 == listed[-1].document.sha256:
            continue
        for paragraph in document.paragraphs:
            if (
                paragraph.kind is ParagraphKind.heading
                or paragraph.repeats is not None
                or not looked_for.search(paragraph.text)
            ):
                continue
            opened = inline(paragraph.text)
            if (opened[0] if opened else context_of(paragraph.heading)) in _NO_WORDS:
                continue
            for sentence in sentences(paragraph.text):
                start = max(sentence.start, opened[1] if opened else 0)
                words = paragraph.text[start : sentence.end]
                if not set(stems) <= set(content_stems(words, document.language)):
                    continue
                if says_still(words, listed[-1].fact.label, document.language):
                    return None
                fact = RecordFact(
                    category=Category.mention, key=f"mention:{listed[-1].fact.key}", label=words,
                    anchor=paragraph.id, start=start, end=sentence.end,
                    told=paragraph.date or document.date,
                )  # fmt: skip
                return Cited(fact, document, paragraph)
    return None
