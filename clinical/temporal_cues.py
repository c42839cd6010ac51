"""Words that tell whether a treatment or a habit goes on; matched on folded text.

Of two cues that overlap, the one listed first is meant: what denies an end (*pas d'arrêt*) stands
before what says one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cue:
    """A pattern and the status it tells."""

    status: str
    """Name of a ``clinical.temporality.Status``."""
    pattern: re.Pattern[str]
    behind: bool = False
    """A participle that follows the name it speaks of."""


def _cue(status: str, *patterns: str, behind: bool = False) -> Cue:
    return Cue(status, re.compile(r"(?<!\w)(?:" + "|".join(patterns) + r")(?!\w)"), behind)


_STOP_FR = r"arrete\w*|stopp\w+|interromp\w+|suspend\w*|suspendue?s?|cesse\w*"
_OBJ = r"(?:l'|le |la |les |lui |vous |te |tout )?"
_FR = (
    # Not stopped.
    _cue(
        "current",
        r"(?:pas|sans|jamais|aucun) (?:d'|eu d'|fait d')?arret(?:s)?(?: d[eu]s?\b| d')?",
        rf"(?:n'|ne )?{_OBJ}(?:a|ai|avez|as|ont)? ?(?:{_STOP_FR}) (?:surtout )?(?:pas|jamais)",
        rf"(?:ne |n')?(?:pas|jamais|surtout pas) {_OBJ}(?:{_STOP_FR})",
        rf"(?:n'ai|n'a|n'avez|n'ont|ai|a|avez) (?:pas|jamais) (?:{_STOP_FR})",
    ),
    _cue(
        "resumed",
        r"repren\w+|repris(?:e|es)?|reintrodui\w+|remet\w* (?:sous|le|la|l'|du|de)?|"
        r"re-?demarr\w+|re-?commenc\w+",
    ),
    # A habit or a disease that is over.
    _cue(
        "stopped",
        r"sevrage|ex[- ](?:fumeu\w+|tabag\w+|buveu\w+|consommat\w+)|"
        r"ancien(?:ne)?s? (?:fumeu\w+|tabag\w+|"
        r"buveu\w+)|sevre\w*",
        r"ne (?:l'|la |le |les |lui )?(?:pren\w+|fume\w*|boi\w+|buv\w+) plus",
        r"n'(?:en )?(?:pren\w+|utilis\w*) plus",
        r"(?:je|j'|il|elle|on|vous) (?:en |l'|la |le |les )?(?:prend\w*|fume\w*) plus"
        r"(?= de\b| d'| du\b|[,.]|$)",
        rf"(?:{_STOP_FR})(?: de prendre| de)?",
        r"arrets?(?: d[eu]s?| de la| de l'| d')?",
    ),
    _cue(
        "changed",
        rf"(?:je|on|nous|va|vais|allons) {_OBJ}(?:passe\w*|augment\w+|dimin\w+|baiss\w+|mont\w+|"
        r"rédui\w+|redui\w+|doubl\w+)",
        r"(?:augmentation|diminution|majoration|reduction|baisse|passage)(?: d[eu]| de la| de l'|"
        r" d'| a)?",
        r"augmente[rz]?|diminue[rz]?|majore[rz]?|reduire|reduit\w*|baisse[rz]?|passe[rz]? a",
        r"augmentee?s?|diminuee?s?|majoree?s?|passee?s? a",
    ),
    _cue(
        "current",
        r"continu\w+|poursui\w+|gard\w+|maintien\w*|maintenir|renouvel\w+|toujours",
    ),
    _cue(
        "planned",
        r"prescri\w+|ordonnance|mets sous|mettre sous|met sous|commenc\w+|debut\w+|demarr\w+|"
        r"introdui\w+|ajout\w+|prendrez|vais (?:vous )?donner|"
        r"(?:je|on) (?:vous |te |lui )(?:donne|mets|met|propose|conseille)|prenez plutot|"
        r"instaur\w+|rajout\w+|a prendre|initi\w+|vous pouvez prendre|a debuter",
    ),
    _cue(
        "past",
        r"(?:j'ai|a|avez|avoir) (?:deja )?(?:pris|prise|essaye|eu|recu)|prenais|prenait|preniez|"
        r"fumais|fumait|buvais|buvait|autrefois|auparavant|dans le passe",
    ),
    _cue(
        "current",
        r"(?:je|j'en|j'|il|elle|vous|patiente?|on) (?:en )?(?:prends?|prenez|fume|bois|boit|"
        r"utilise)|prends?|prenant|fume|(?:est |suis |etes )?sous(?! l)|traitee? par|"
        r"actuel\w*|fumeu\w+ actif\w*|en cours|au long cours",
    ),
)

_STOP_EN = (
    r"stop(?:s|ped|ping)?|quit(?:s|ting)?|discontinu\w+|cease[sd]?|held|hold(?:ing)?|"
    r"came off|come off|coming off|gave up|given up|give up|taken off|took (?:me|him|her) off"
)
_NOT = r"(?:not|don't|didn't|doesn't|never|haven't|hasn't|isn't|without|no need to|won't)"
_EN = (
    _cue(
        "current",
        rf"{_NOT}(?: \w+)? (?:{_STOP_EN})",
        r"no(?:t)? (?:discontinuation|interruption)(?: of)?",
    ),
    _cue(
        "resumed",
        r"restart\w*|resum\w+|back on|went back (?:on|to)|reintroduc\w+|"
        r"started (?:it |them )?again|taking (?:it |them )?again",
    ),
    _cue(
        "stopped",
        r"(?:ex|former|previous|past)[- ](?:smok\w+|drink\w+|user)",
        r"no longer(?: (?:take\w*|taking|on|us\w+|smok\w+|drink\w+))?",
        r"not (?:taking|on|smoking|drinking) \w+ any ?more|(?:don't|doesn't) \w+ (?:it |them )?"
        r"any ?more",
        r"(?:used to) (?:smoke|drink|take)",
        rf"(?:{_STOP_EN})(?: taking| using| smoking| drinking)?",
    ),
    _cue(
        "changed",
        r"increas\w+|reduc\w+|decreas\w+|lower(?:ed|ing)?|doubl(?:e|ed|ing)|titrat\w+|"
        r"(?:go|going|put|move|bring|went|bump\w*) (?:you |it |that |the dose )?"
        r"(?:up|down)(?: to)?|chang(?:e|ed|ing) (?:the |your )?(?:dose|dosage)",
    ),
    _cue(
        "current",
        r"continu\w+|carry on|keep (?:on |taking|going|using)\w*|maintain\w*|refill\w*|renew\w*|"
        r"still (?:tak\w+|on|us\w+|smok\w+|drink\w+)",
    ),
    _cue(
        "planned",
        r"prescri\w+|start(?:ing|ed)?(?= (?:you |him |her |on |with |a |the |\w+))|"
        r"(?:i|we)(?:'ll| will|'d| would|'m going to| am going to| are going to|'re going to)"
        r"(?: also)?(?: like to| rather)? (?:give|put|add|start|order|have|like|you|try)\w*|"
        r"initiat\w+|begin\w*|commenc\w+|add(?:ing)?|recommend\w*|advis\w+|"
        r"you (?:can|could|should|may) (?:take|try|use)|trial of",
    ),
    _cue(
        "past",
        r"(?:i|he|she|they|we)(?:'ve| have| has)? (?:also )?(?:took|taken|tried|used|had)|"
        r"(?:has|have) tried|ever (?:taken|tried|used|had|been on)|was (?:on|taking)|"
        r"were (?:on|taking)|in the past|previously",
    ),
    _cue(
        "current",
        r"(?:i|he|she|you|they|we|patient)(?:'m|'s|'re| am| is| are)? (?:currently |also |only |"
        r"just |regularly )?(?:take[sn]?|taking|on|use|uses|using|smoke|smokes|smoking|drink\w*)|"
        r"takes?|taking|treated with|currently|current smoker|on(?= \w)",
    ),
)

_BEHIND_FR = (
    _cue(
        "current",
        r"(?:n'a|n'est|non|pas|jamais)(?: \w+){0,2} (?:arretee?s?|stoppee?s?|interrompue?s?)",
        behind=True,
    ),
    _cue(
        "stopped",
        r"(?:(?:a ete|est|sont|ont ete|avait ete) )?(?:arretee?s?|stoppee?s?|interrompue?s?|"
        r"suspendue?s?)|a arreter|"
        r"(?:je|on|vous) l'(?:ai |a |avez |)(?:arrete\w*|stoppe\w*)|: arret",
        behind=True,
    ),
    _cue("resumed", r"(?:a ete |est )?(?:reprise?s?|reintroduite?s?)|a reprendre", behind=True),
    _cue(
        "changed",
        r"(?:a ete |est )?(?:augmentee?s?|diminuee?s?|majoree?s?|passee?s? a|reduite?s?)|"
        r"a (?:augmenter|diminuer)",
        behind=True,
    ),
    _cue(
        "current", r"(?:est |a )?(?:poursuivie?s?|maintenue?s?|poursuivre|continuer)", behind=True
    ),
)
_BEHIND_EN = (
    _cue(
        "current",
        r"(?:not|never|isn't|wasn't|hasn't been) (?:been )?(?:stopped|discontinued|held)",
        behind=True,
    ),
    _cue(
        "stopped",
        r"(?:(?:was|is|has been|been|were|are) )?(?:stopped|discontinued|held|ceased)|"
        r"(?:but )?i (?:stopped|quit|came off)(?: it| them| that)?|to be stopped",
        behind=True,
    ),
    _cue("resumed", r"(?:was |is |has been )?(?:restarted|resumed)", behind=True),
    _cue(
        "changed",
        r"(?:was |is |has been )?(?:increased|reduced|decreased|doubled|lowered)",
        behind=True,
    ),
    _cue("current", r"(?:was |is |to be )?(?:continued|maintained)", behind=True),
)

CUES: dict[str, tuple[Cue, ...]] = {"fr": (*_BEHIND_FR, *_FR), "en": (*_BEHIND_EN, *_EN)}
"""Language → cues, the ones that are meant first."""
