"""Words that deny, doubt, or speak of someone else: the cues of NegEx and ConText.

Each pattern is matched on folded words that one space separates, punctuation included as words.
After Chapman et al. 2001 (NegEx), Harkema et al. 2009 (ConText), Deléger & Grouin 2012 (French).
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cues:
    """One language's patterns."""

    pseudo: re.Pattern[str]
    """Looks like a denial and is none: *pas seulement*, *not getting any better*."""
    deny_before: re.Pattern[str]
    deny_after: re.Pattern[str]
    doubt_before: re.Pattern[str]
    doubt_after: re.Pattern[str]
    stop: re.Pattern[str]
    """Ends what a denial reaches."""
    stop_doubt: re.Pattern[str]
    """Ends what a doubt reaches."""
    family: re.Pattern[str]
    other: re.Pattern[str]
    not_family: re.Pattern[str]
    """Holds a family word and means no relative: *médecin de famille*."""
    reported: re.Pattern[str]
    """Follows a relative who speaks of the patient: *ma mère dit que…*."""
    first_person: re.Pattern[str]
    third_person: re.Pattern[str]
    """Opens a sentence that goes on about whom the last one was about."""
    question: re.Pattern[str]
    unmarked: re.Pattern[str]
    """Opens what is most often a question, where speech recognition wrote no full stop."""
    presumed: re.Pattern[str]
    """A question that takes the finding for granted: *depuis quand toussez-vous*."""
    no: re.Pattern[str]
    """Opens an answer that denies all that was asked."""
    yes: re.Pattern[str]
    partly: re.Pattern[str]
    """Opens an answer that neither denies nor affirms."""


def _words(*patterns: str) -> re.Pattern[str]:
    return re.compile(r"(?<!\S)(?:" + "|".join(patterns) + r")(?!\S)")


_FR_BETTER = r"mieux|passee?|partie?|calmee?|arrangee?|gueri|amelioree?|soulagee?|disparue?"
_FR = Cues(
    pseudo=_words(
        r"pas (?:seulement|uniquement|que|simplement|moins)",
        r"pas plus (?:de|d'|que|souvent)",
        r"pas mal de",
        r"pas (?:du tout |encore |vraiment )?(?:" + _FR_BETTER + r")(?: du tout)?",
        r"(?:passe|part|cede|s' ameliore|s' arrange|se calme|s' arrete|diminue) (?:toujours )?pas",
        r"pas d' (?:amelioration|evolution|inquietude)",
        r"pas de (?:changement|raison)",
        r"pas (?:grave|bien|normal|facile|possible|sans|impossible|exclue?)",
        r"aucun (?:changement|doute)",
        r"sans (?:doute|cesse|arret|probleme|que|changement|amelioration)",
        r"(?:ne |n' )?(?:nie|denie) pas",
        r"n' est ce pas",
        r"pourquoi pas",
        r"(?:plus ou moins|de plus en plus|en plus|de plus|au plus|non plus|le plus|la plus)",
        r"pas (?:tous|toutes|toujours)",
        r"jamais aussi",
        r"ni plus ni moins",
    ),
    deny_before=_words(
        r"pas",
        r"jamais",
        r"aucune?",
        r"sans",
        r"ni",
        r"nie(?:nt)?",
        r"denie(?:nt)?",
        r"absence",
        r"nulle?",
        r"indemne",
        r"negatif pour",
        r"rien comme",
        r"non(?! [,.;:!?-])",
        r"(?:ne|n')(?: \S+){1,3} plus(?! (?:de|que) \d)",
        r"zero",
    ),
    deny_after=_words(
        r"[:=-] (?:non|neant|0|aucune?|negatif)",
        r"absente?s?",
        r"negatif|negative",
        r"non (?:retrouvee?s?|constatee?s?|plus)",
        r"exclue?s?",
        r"eliminee?s?",
        r"ecartee?s?",
        r"n' est plus la",
        r"(?:jamais|non)(?= [.,;!]|$)",
    ),
    doubt_before=_words(
        r"peut etre",
        r"possiblement|probablement|eventuellement",
        r"possibles?|probables?|eventuel(?:le)?s?",
        r"(?:forte |faible )?suspicion",
        r"suspecte[rz]?",
        r"(?:j' |on )?evoque(?:r|rait)?",
        r"pens(?:e|ais|ait|ons|ez) (?:plutot |surtout |aussi )?(?:a|que|avoir)",
        r"il se peut",
        r"on dirait",
        r"(?:me |m' )?semble(?:rait)?|ressemble|l' impression",
        r"pourrai(?:t|ent|s)",
        r"doute",
        r"(?:ne |n' )?peu[tx]? pas (?:exclure|eliminer|ecarter)",
        r"peut (?:exclure|eliminer|ecarter)",
        r"(?:a )?(?:exclure|eliminer|rechercher)",
        r"recherche (?:de|d'|une?)",
        r"(?:risque|risques|hypothese|depistage|prevention|crainte|peur) (?:de|d'|du|des)",
        r"(?:je )?(?:ne |n' )?(?:sais|crois|pense) (?:vraiment )?pas",
        r"(?:sais|crois|pense) plus",
        r"pas (?:trop|tres|beaucoup|tellement|vraiment|si|forcement|certain|sure?)",
        r"en cas (?:de|d')",
        r"au cas ou",
        r"(?:^|[,.;:] |et |ou |meme |sauf |comme |que )si",
        r"(?:^|[,.;:] |et |ou )s'(?= il| elle| ils)",
        r"si(?= (?:je|j'|vous|tu|il|elle|on|la|le|les|l'|ca|c'|jamais|d')(?!\S))",
        r"surveiller|attention a|previent|eviter",
        r"arrete(?:r|z)?|ancien(?:ne)?|ex",
        r"plus (?:de|d'|du tout)",
    ),
    doubt_after=_words(
        r"(?:est |semble )?(?:possible|probable|suspectee?|douteuse?|eventuelle?)",
        r"a (?:exclure|eliminer|confirmer|verifier|rechercher)",
        r"\?",
    ),
    stop=_words(
        r"mais|sauf|excepte|hormis|cependant|pourtant|toutefois|neanmoins|sinon|puis|donc|car",
        r"par contre|en revanche|a part|en dehors|alors que|parce que|parce qu'|et puis",
        r"juste|seulement|plutot|quand|lorsque|lorsqu'|depuis que|depuis qu'|peut etre",
        r"je|j'|il|ils|elle|elles|on|ca|c'|tu|vous|nous",
        r"(?:,|et) (?:une?|des|du|le|la|les|l'|mon|ma|mes|quelques|parfois|surtout|avec|depuis)",
        r", (?:toujours|encore|oui|si)",
        r"[;:–—]",
    ),
    stop_doubt=_words(
        r"mais|cependant|pourtant|toutefois|par contre|en revanche|donc|parce que|puisque",
        r"[;:–—]",
    ),
    family=_words(
        r"meres?|peres?|maman|papa|parents?|freres?|soeurs?|grands? (?:mere|pere|parents)|oncles?",
        r"tantes?|cousine?s?|famille|familia(?:le?s?|ux)|jumeau|jumelle|aieule?s?",
        r"(?:cote|branche) (?:maternel(?:le)?|paternel(?:le)?)",
    ),
    other=_words(
        r"maris?|epou(?:x|se)|conjointe?|compagnon|compagne|copa?in|copine|amie?s?|collegues?",
        r"(?:ma|sa|votre) femme|voisine?s?|entourage",
    ),
    not_family=_words(
        r"(?:medecin|docteur|planning|situation) (?:de |de la )?famil(?:le|iale?)",
        r"(?:petits? )?(?:copains|amis) d'",
    ),
    reported=_words(
        r"(?:me |m' |lui |te )?(?:dit|disent|disait|a dit|pense|trouve|croit|dis|appelle|conduit)",
        r"(?:m' |l' |s' )?(?:a|ont) (?:dit|emmenee?|amenee?|vue?|remarque|trouvee?|appele|conduit)",
    ),
    first_person=_words(r"je|j'|moi|me|m'|vous|tu|t'|toi|nous|patiente?"),
    third_person=re.compile(r"(?:et )?(?:il|elle|ils|elles|eux)(?!\S)"),
    question=_words(
        r"est ce (?:que|qu')",
        r"qu' est ce",
        r"(?:avez|etes|prenez|fumez|buvez|sentez|pouvez|voulez|aviez|faites|savez|connaissez) vous",
        r"(?:as|es|fumes|prends|peux|bois) tu",
        r"(?:a|avait|est|prend|fume|boit|mange|dort) t (?:il|elle|on)",
        r"(?:est|sont|ont|avait|etait) (?:il|elle|ils|elles|ce)",
        r"^(?:combien|quand|pourquoi|comment|quel|quelle|quels|quelles|ou|qui)",
        r"(?:depuis|pendant) (?:quand|combien)",
    ),
    unmarked=_words(
        r"^(?:(?:et|donc|alors|d' accord|ok|heu|euh|bon|ah|,) )*"
        r"vous (?:avez|prenez|fumez|buvez|etes|toussez|vomissez|ressentez|souffrez|sentez|dormez)",
    ),
    presumed=_words(
        r"depuis (?:quand|combien)|quand|ou|comment|combien|quel(?:le)?s?|pourquoi",
        r"decri(?:re|vez)|dites m'en",
    ),
    no=re.compile(
        r"(?:(?:euh|heu|ben|bah|ah|oh|alors|donc|hum|mmh|bon|et|mais|,|docteur) )*"
        r"(?:(?:non|nan|nope|negatif|aucune?|rien|jamais|absolument pas|pas du tout)(?!\S)"
        r"|pas (?:que je sache|a ma connaissance)(?!\S)|pas(?= [.,!]|$)"
        r"|(?:je n' en|j' en|je n'|je ne|j') \S+ (?:pas|aucune?|jamais|rien)(?= [.,!]|$))"
    ),
    yes=re.compile(
        r"(?:(?:euh|heu|ben|bah|ah|oh|alors|donc|hum|mmh|bon|et|mais|,|docteur) )*"
        r"(?:oui|ouais|si|exactement|tout a fait|voila|absolument|effectivement|un peu|parfois"
        r"|souvent|beaucoup|j' en ai|d' accord oui|c' est ca|en effet|toujours)(?!\S)"
    ),
    partly=re.compile(
        r"(?:(?:euh|heu|ben|bah|ah|oh|non|bon|,) )*"
        r"(?:pas (?:vraiment|trop|tellement|specialement|forcement|sure?|toujours)"
        r"|je (?:ne )?(?:sais|crois|pense) pas|je (?:crois|pense)|peut etre|c' est possible)(?!\S)"
    ),
)

_EN_BETTER = r"better|worse|improv(?:e|ed|ing)|go(?:ne|ing)? away|settl(?:ed|ing)|cleared|eased"
_NOT = (
    r"not|don't|doesn't|didn't|isn't|aren't|wasn't|weren't|hasn't|haven't|hadn't|won't|cannot|can't"
)
_EN = Cues(
    pseudo=_words(
        r"(?:" + _NOT + r"|no) (?:\S+ )?(?:only|just|merely)",
        r"(?:" + _NOT + r")(?: really| actually)? (?:getting |got |get |feel(?:ing)? |been )?"
        r"(?:any |much |completely |really )?(?:" + _EN_BETTER + r")",
        r"no (?:better|worse|improvement|change|changes|relief|increase|doubt|idea|matter)",
        r"no (?:more|longer|less|later) than",
        r"nothing (?:helps|works|seems|makes|is helping|has helped)",
        r"(?:" + _NOT + r") (?:without|help(?:ing|ed)?|work(?:ing|ed)?|surprising|normal|deny)",
        r"(?:" + _NOT + r") know (?:why|what|how)",
        r"(?:" + _NOT + r") (?:stop|stopped|control|manage)",
        r"no wonder|why not|whether or not",
    ),
    deny_before=_words(
        _NOT,
        r"no(?! [,.;:!?-])(?! one)",
        r"none",
        r"never",
        r"nor|neither",
        r"without",
        r"den(?:y|ies|ied|ying)",
        r"absence of",
        r"negative for",
        r"free (?:of|from)",
        r"nothing like",
        r"(?:nil|zero)",
        r"rather than|instead of",
    ),
    deny_after=_words(
        r"[:=-] (?:no|none|nil|negative|absent|0)",
        r"(?:is |was |are |were |has been |have been )?"
        r"(?:absent|denied|ruled out|excluded|negative|not present)",
    ),
    doubt_before=_words(
        r"might|may|maybe|perhaps|possibl[ey]|probabl[ey]|likely|potential(?:ly)?",
        r"suspect(?:ed|s)?|suspicion|suspicious for|query",
        r"rule out|exclude|ruling out|to exclude",
        r"could (?:be|have|indicate|suggest)",
        r"(?:looks?|sounds?|seems?|feels?) (?:a bit )?(?:like|to be)",
        r"(?:i |we )?think (?:it|this|that|you|he|she)",
        r"(?:" + _NOT + r") (?:really )?(?:think|believe|know if|know whether|sure|know)",
        r"unsure|wonder(?:ing)?|differential|consider",
        r"(?:risk|chance|fear|possibility|signs|screen|screening) (?:of|for)",
        r"(?:worried|concerned) (?:about|that|it)",
        r"in case|if|unless|would(?! say| describe| call| rate)|should you",
        r"(?:check|watch|look|looking|screen|test|tested|testing) (?:out )?for",
        r"(?:" + _NOT + r") (?:really|too|very|much|that|particularly|always|necessarily|so|as)",
        r"not sure|can raise|can cause|prevent(?:s|ing)?|avoid",
        r"stopped|quit|former|ex|used to",
        r"(?:" + _NOT + r"|cannot) (?:be )?(?:exclude|rule out|excluded|ruled out)",
    ),
    doubt_after=_words(
        r"(?:is |was )?(?:possible|likely|suspected|probable|unlikely)",
        r"to be (?:ruled out|excluded|confirmed)",
        r"(?:can't|cannot|can not) be (?:ruled out|excluded)",
        r"\?",
    ),
    stop=_words(
        r"but|except|however|although|though|yet|still|because|since|so|then|other than|which",
        r"apart from|aside from|just|only|instead|when|until|maybe|perhaps|while|whereas",
        r"i|i'm|i've|i'd|he|he's|she|she's|it|it's|they|they're|we|we've|you|you're|there|there's",
        r"and (?:a|an|the|some|my|mild|is|are|was|had|has|have|then|now|sometimes|also|his)",
        r", (?:some|my|mild|mostly|occasional|occasionally|sometimes|with|yes|yeah|also|now|this)",
        r"[;:–—]",
    ),
    stop_doubt=_words(r"but|however|although|though|so|because|then", r"[;:–—]"),
    family=_words(
        r"mother(?:'s|s)?|father(?:'s|s)?|mum(?:'s)?|mom(?:'s)?|dad(?:'s)?|parents?|brothers?|sisters?",
        r"siblings?|grand(?:mother|father|ma|pa|parents?|mum|dad|mom)|uncles?|aunt(?:ie|y)?s?",
        r"cousins?|family|relatives?|familial|twin|hereditary|brother's|sister's",
        r"maternal|paternal",
    ),
    other=_words(
        r"husband|wife|partner|boyfriend|girlfriend|friends?|colleagues?|neighbou?rs?",
        r"roommates?|flatmates?|housemates?|coworkers?",
    ),
    not_family=_words(
        r"family (?:doctor|physician|medicine|practice|gp|life|friend|planning)",
        r"(?:live|living|lives) with \S+ \S+",
    ),
    reported=_words(
        r"(?:says|said|thinks|thought|noticed|told|mentioned|brought|drove|called|made|found)",
    ),
    first_person=_words(
        r"i|i'm|i've|i'd|i'll|me|my(?= (?:own|chest|head|back|throat|stomach))|you|you're|patient"
    ),
    third_person=re.compile(r"(?:and )?(?:he|she|they|he's|she's|they're)(?!\S)"),
    question=_words(
        r"^(?:(?:and|so|ok|okay|right|um|uh|well|alright|,|now) )*"
        r"(?:do|does|did|have|has|had|are|is|was|were|can|could|would|will) "
        r"(?:you|he|she|it|they|there|your|the|his|her|that|this|any|anyone)",
        r"^(?:(?:and|so|ok|okay|right|um|uh|well|alright|,|now) )*"
        r"(?:any|what|what's|when|where|which|who|why|how)",
        r"(?:tell me|describe|remind me|how about|what about)",
    ),
    unmarked=_words(r"^(?:(?:and|so|ok|okay|um|uh) )*you (?:have|had|got) any"),
    presumed=_words(
        r"how (?:long|often|many|much|bad|severe|is|are|would)|when|where|which|what kind|describe",
        r"what (?:is|was|does|makes|triggers|brings)|what's",
    ),
    no=re.compile(
        r"(?:(?:um|uh|er|oh|ah|well|so|ok|okay|and|but|,|doctor|erm|hmm) )*"
        r"(?:(?:no|nope|nah|na|negative)(?= [,.;:!?-]|$| no(?!\S)| not| i| he| she| nothing| none"
        r"| never| doctor| it| we| they| there| thank| just| that)"
        r"|(?:not at all|none|never|nothing|not that|neither|no one|nil)(?!\S)"
        r"|(?:i|he|she|we|they) (?:don't|doesn't|haven't|hasn't|didn't|do not|have not|wasn't)"
        r"(?= [.,!]|$))"
    ),
    yes=re.compile(
        r"(?:(?:um|uh|er|oh|ah|well|so|ok|okay|and|but|,|doctor|erm|hmm) )*"
        r"(?:yes|yeah|yep|yup|sure|correct|definitely|absolutely|exactly|sometimes|often"
        r"|occasionally|a bit|a little|i do|i have|i did|i am|he does|he has|she does|she has"
        r"|he is|she is|he did|quite a|mhm|that's right)(?!\S)"
    ),
    partly=re.compile(
        r"(?:(?:um|uh|er|oh|ah|well|no|,) )*"
        r"(?:not (?:really|sure|much|particularly|exactly|always|that i can think)|i don't (?:think"
        r"|know)|maybe|perhaps|possibly|i think|i guess|i'm not sure|hard to say)(?!\S)"
    ),
)

CUES: dict[str, Cues] = {"fr": _FR, "en": _EN}
