"""French cues; see ``clinical.cue_kinds``."""

from __future__ import annotations

import re

from clinical.cue_kinds import Cues, words

_FR_BETTER = r"mieux|passee?|partie?|calmee?|arrangee?|gueri|amelioree?|soulagee?|disparue?"
_FR_WAS = r"a|ont|avait|avaient|est|sont|etait|etaient|fut|furent"
_FR_SEEN = (
    r"(?:retrouve|constate|note|observe|objective|detecte|identifie|visualise|documente|realise"
    r"|pratique|effectue)e?s?|vue?s?|percue?s?|faite?s?|mise?s? en evidence|visibles?|presente?s?"
)
_FR_STOPPED = (
    r"arret|arrete[erz]?|cesse[erz]?|interrompue?s?|interruption|sevrage|stoppe[erz]?|diminue[erz]?"
)
_FR_DID = (
    r"mene|presente|consulte|recu|fait|subi|beneficie|revele|montre|objective|note|developpe|evolue"
    r"|retrouve|permis|trouve|conclu|confirme|decide|propose|mis|pris"
)
_FR_DOING = (
    r"present|evolu|ay|consult|fais|pos|sugger|evoqu|necessit|justifi|montr|revel|associ|entrain"
    r"|occasionn|permett|expliqu|preced|travaill|viv|habit|pes|mesur"
)
_LEAD = (
    r"(?:(?:et|mais|donc|alors|d' accord|ok|heu|euh|hum|bon|bien|ah|oui|la|sinon|du coup|tres bien"
    r"|aussi|puis|ensuite|a part ca|madame|monsieur|parfait|je vois|,|\.) )*"
)
"""What may stand before a question's first word."""
_ORDERS = (
    r"assey|allong|deshabill|repos|tourn|mett|lev|rend|calm|install|inquiet|detend|pench|couch|souven"
    r"|rhabill|adress|present|relev|rassur|hydrat|lav|soign|habill|depech|arret|tromp|approch|assoy"
)
"""Verbs that tell a patient to do something (*allongez-vous*), and a *rendez-vous*."""
FR = Cues(
    pseudo=words(
        r"pas (?:seulement|uniquement|que|simplement|moins)",
        r"pas plus (?:de|d'|que|souvent)",
        r"pas mal de",
        r"pas (?:du tout |encore |vraiment )?(?:" + _FR_BETTER + r")(?: du tout)?",
        r"(?:passe|part|cede|s' ameliore|s' arrange|se calme|s' arrete|diminue) (?:toujours )?pas",
        r"pas d' (?:amelioration|evolution|inquietude)",
        r"pas de (?:changement|raison)",
        r"(?:pas|jamais|aucun|sans) (?:d' |de |encore |completement |totalement |vraiment )?(?:"
        + _FR_STOPPED
        + r")",
        r"pas (?:grave|bien|normal|facile|possible|sans|impossible|exclue?)",
        r"aucun (?:changement|doute)",
        r"sans (?:doute|cesse|arret|probleme|que|changement|amelioration)",
        r"(?:ne |n' )?(?:nie|denie) pas",
        r"n' est ce pas",
        r"pourquoi pas",
        r"(?:plus ou moins|de plus en plus|en plus|de plus|au plus|non plus|le plus|la plus)",
        r"pas (?:tous|toutes|toujours)",
        r"pas (?:le|du) (?:meme )?(?:genre|type) (?:de|d')",
        r"jamais aussi",
        r"ni plus ni moins",
    ),
    deny_before=words(
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
        r"(?:elimin|exclu|ecart)ant",
        r"refus(?:e|ait|ee?s?)?|nullement|point|incapable de|impossibilite de|depourvue?s? de",
        r"exempte?s? de|infirm(?:e|ant|ait)",
        r"(?:^|(?:et|mais|[,;:]) )non(?! [,.;:!?-])(?! plus)",
        r"(?:ne|n')(?: \S+){1,3} plus(?! (?:de|que) \d)",
        r"zero",
    ),
    deny_next=words(r"non"),
    deny_after=words(
        r"[:=-] (?:non|neant|0|aucune?|negatif)",
        r"absente?s?",
        r"(?P<negative>(?:est |etait |sont |etaient |reste |revenue?s? )?(?:negatif|negative)s?)",
        r"(?:" + _FR_WAS + r") (?:pas|jamais) (?:ete )?(?:" + _FR_SEEN + r")",
        r"n' (?:a|ont|avait|avaient) (?:pas )?pu etre",
        r"non (?:" + _FR_SEEN + r"|palp(?:able|e)e?s?|plus)|(?:fait|font) defaut",
        r"exclue?s?",
        r"eliminee?s?",
        r"ecartee?s?",
        r"n' est plus la",
        r"(?:jamais|non)(?= [.,;!]|$)",
    ),
    tested=words(
        r"\S*(?:graphie|scopie|metrie|gramme|culture|serologie|cytologie|biologie|chimie)s?",
        r"bilans?|examens?|tests?|analyses?|etudes?|marqueurs?|prelevements?|biopsies?|recherches?",
        r"scanner|irm|tdm|imagerie|ecbu|pcr|ponctions?|anamnese|enquetes?|dosages?|marquages?",
        r"frottis|depistages?|consultations?|interrogatoire|antecedents?",
    ),
    doubt_before=words(
        r"peut etre",
        r"possiblement|probablement|eventuellement",
        r"possibles?|probables?|eventuel(?:le)?s?",
        r"(?:forte |faible )?suspicion",
        r"suspecte[rz]?",
        r"(?:j' |on )?(?:evoqu(?:e|er|erait|ait|ant|ent)|suggere(?:nt)?|suggerant)",
        r"compatibles? avec|possibilite (?:de|d'|du)|menace (?:de|d')",
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
        r"(?:^|[,.;:] |et |ou |meme |sauf |comme |que )si(?: jamais)?",
        r"s'(?= ils?(?!\S))(?! il vous plait)",
        r"si(?= (?:je|j'|vous|tu|il|elle|on|la|le|les|l'|ca|c'|jamais|d')(?!\S))",
        r"surveiller|attention a|previent|eviter",
        r"arrete(?:r|z)?|ancien(?:ne)?|ex",
        r"plus (?:de|d'|du tout)",
    ),
    excluding=words(r"exclure|eliminer|ecarter"),
    doubt_after=words(
        r"(?:est |semble |etait )?(?:possible|probable|suspectee?|douteuse?|eventuelle?|evoquee?)",
        r"(?:non|pas)(?: encore| ete)? confirmee?s?",
        r"a (?:exclure|eliminer|confirmer|verifier|rechercher)",
        r"\?",
    ),
    stop=words(
        r"mais|sauf|excepte|hormis|cependant|pourtant|toutefois|neanmoins|sinon|puis|donc|car",
        r"(?:a cause|en raison) (?:de|d'|du|des)",
        r"par contre|en revanche|a part|en dehors|alors que|parce que|parce qu'|et puis",
        r"juste|seulement|plutot|quand|lorsque|lorsqu'|depuis que|depuis qu'|peut etre",
        r"je|j'|il|ils|elle|elles|on|ca|c'|tu|vous|nous|qui|dont|lors|ainsi que (?:l'|la|le|les)",
        r"(?:,|et) (?:une?|des|du|le|la|les|l'|mon|ma|mes|quelques|parfois|surtout|avec|depuis)",
        r", (?:toujours|encore|oui|si)",
        r"[;:–—]",
    ),
    noun=words(r"sans|aucune?|absence|nulle?|indemne|pas(?= de | d'| la moindre )|ni"),
    stop_noun=words(
        r"(?:n'|ne)(?! (?:a|ont|est|sont|avait|avaient) (?:\S+ )?(?:ete |etre )?(?:"
        + _FR_SEEN
        + r"))",
        r"est|sont|etait|etaient|fut|furent|sera|presente|presentait|avait|avaient",
        r"a (?:eu|" + _FR_DID + r")e?s?",
        r"(?:" + _FR_DOING + r")ant",
        r"(?:admis|hospitalise|adresse|opere|transfere|traite|suivi|connu|porteu[rs]|victim)"
        r"(?:e|s|es|se)?",
        r"depuis (?:la|le|l'|son|sa|mon|ma|cette|cet|ce)",
        r"avec|pour|apres|avant|durant|pendant|devant|malgre|suite|dans (?:un|le) contexte",
        r"(?:et|,|avec) (?:presence|conservation|persistance)",
        r", (?:normale?s?|normaux|positi[fv]e?s?|conservee?s?|bonn?e?|celibataire|mariee?)",
    ),
    stop_doubt=words(
        r"mais|cependant|pourtant|toutefois|par contre|en revanche|donc|parce que|puisque",
        r", avec|dont|ainsi que|a savoir|[;:–—]",
    ),
    family=words(
        r"meres?|peres?|maman|papa|parents?|freres?|soeurs?|grands? (?:mere|pere|parents)|oncles?",
        r"tantes?|cousine?s?|famille|familia(?:le?s?|ux)|jumeau|jumelle|aieule?s?",
        r"(?:cote|branche) (?:maternel(?:le)?|paternel(?:le)?)",
    ),
    other=words(
        r"(?:mere|pere|maman|papa|soeur|frere|fils|fille) (?:de|d'|du) (?:(?:mon|ma|mes|un|une) )?"
        r"(?:amie?s?|copa?ine?s?|voisine?s?|collegues?|patron(?:ne)?)",
        r"maris?|epou(?:x|se)|conjointe?|compagnon|compagne|copa?in|copine|amie?s?|collegues?",
        r"(?:ma|sa|votre) femme|voisine?s?|entourage",
    ),
    not_family=words(
        r"(?:medecin|docteur|planning|situation) (?:de |de la )?famil(?:le|iale?)",
        r"(?:petits? )?(?:copains|amis) d'",
    ),
    reported=words(
        r"(?:me |m' |lui |te )?(?:dit|disent|disait|a dit|pense|trouve|croit|dis|appelle|conduit)",
        r"(?:m' |l' |s' )?(?:a|ont) (?:dit|emmenee?|amenee?|vue?|remarque|trouvee?|appele|conduit)",
    ),
    first_person=words(r"je|j'|moi|me|m'|vous|tu|t'|toi|nous|patiente?"),
    third_person=re.compile(r"(?:et )?(?:il|elle|ils|elles|eux)(?!\S)"),
    question=words(
        r"est ce (?:que|qu')",
        r"qu' est ce",
        # Turned round: "toussez-vous", but not "asseyez-vous" nor a "rendez-vous".
        r"(?!(?:" + _ORDERS + r")ez )[a-z]+ez vous",
        r"(?:as|es|fumes|prends|peux|bois|fais|dors|manges) tu",
        r"[a-z]+ t (?:il|elle|on)",
        r"(?:est|sont|ont|avait|etait) (?:il|elle|ils|elles|ce)",
        r"^" + _LEAD + r"(?:combien|quand(?! (?:je|j'|on|il|elle|vous|le|la|les|c'|ca|mon|ma|nous))"
        r"|pourquoi|comment|quel|quelle|quels|quelles|ou|qui|quoi)",
        r"(?<!sais pas )(?<!sait pas )(?<!sais plus )(?:depuis|pendant) (?:quand|combien)",
        # The word that asks stands last, or behind the verb: "elle a quel âge", "ça fait combien".
        r"(?<!sais )(?<!sais pas )(?:a|de|d'|dans|depuis|pendant|avec|sur|par|pour|en|vers|c' est"
        r"|fait"
        r"|as|avez|ai|prend|prenez|est|sont|font) (?:quoi(?! qu)|quel(?:le)?s?(?! que)|combien)",
        r"^(?!.*(?<!\S)(?:sais|sait|dire|demande|expliquer?|voir|dit|comprend\S*) ).*"
        r"(?:combien|comment|quand|(?:est|etait|va|vas|allez|etes|mal|situe) ou"
        r"|(?:oui )?ou (?:pas|non))"
        r"(?: (?:docteur|madame|monsieur|exactement|a peu pres|ca|la|en ce moment))*(?= \.|$)",
        r"c' est (?:bien )?ca(?: (?:docteur|madame|monsieur))?(?= \.|$)",
        r"^(?:(?:et|mais|donc|alors|ah|bon|heu|euh|,) )*"
        r"(?:c' est (?:\S+ )?(?:grave|normal|dangereux|serieux|contagieux|inquietant|embetant)"
        r"|je (?:peux|dois)|il faut|vous (?:pensez|croyez))(?: [^ .;!]+)*?"
        r"(?: ,)? docteur(?= [.,!]|$)",
    ),
    unmarked=words(
        r"^" + _LEAD + r"(?:vous|tu) (?:(?:n'|ne|en|y|l'|les|la|le|vous|te|t') )?"
        r"(?:avez|prenez|fumez|buvez|etes|toussez|vomissez|ressentez|souffrez|sentez|dormez|mangez"
        r"|vivez|travaillez|consommez|utilisez|urinez|connaissez|voyez|entendez|arrivez|crachez"
        r"|transpirez|digerez|aviez|etiez|faites|as|prends|fumes|bois|es|tousses|dors|manges"
        r"|reveillez|levez)",
        r"^" + _LEAD + r"(?:d' autres|vous (?:savez si|pensez (?:que|qu')))",
    ),
    unasked=words(
        r"^" + _LEAD + r"(?:c' est|ca|vous|tu|il|elle|ils|elles|il (?:faut|y a)|on (?:peut|doit)|je"
        r" (?:peux|dois)|votre|vos|ton|ta|tes|son|sa|ses|une?|de la|du|des|de l'|d'|y a)",
    ),
    presumed=words(
        r"depuis (?:quand|combien)|quand|ou|comment|combien|quel(?:le)?s?|pourquoi",
        r"decri(?:re|vez)|dites m'en",
    ),
    no=re.compile(
        r"(?:(?:euh|heu|ben|bah|ah|oh|alors|donc|hum|mmh|bon|et|mais|,|docteur) )*"
        r"(?:(?:non|nan|nope|negatif|aucune?(?! idee)|rien|jamais|absolument pas|pas du tout)(?!\S)"
        r"|pas (?:que je sache|a ma connaissance)(?!\S)|pas(?= [.,!]|$)"
        r"|(?:je n' en|j' en|je n'|je ne|j') \S+ (?:pas|aucune?|jamais|rien)(?= [.,!]|$))"
    ),
    yes=re.compile(
        r"(?:(?:euh|heu|ben|bah|ah|oh|alors|donc|hum|mmh|bon|et|mais|,|docteur) )*"
        r"(?:oui|ouais|si|exactement|tout a fait|voila|absolument|effectivement|un peu|parfois"
        r"|souvent|beaucoup|j' en ai|d' accord oui|c' est ca|en effet|toujours)(?!\S)"
    ),
    weakly=words(
        r"pas (?:vraiment|trop|tellement|specialement|particulierement|specifiquement)",
        r"(?:ne |n' )?(?:crois|pense|dirais) pas|pas (?:l' impression|le sentiment)",
    ),
    told=re.compile(
        r"(?:(?:euh|heu|ben|bah|ah|,) )*(?:oui|ouais|si|voila)(?!\S)"
        r"(?!.* (?:vous|votre|vos|tu|ton|ta|tes|demand\S*|savoir)(?!\S)) .*"
        r"(?<!\S)(?:j'|je|mon|ma|mes|moi|m')(?!\S)"
    ),
    partly=re.compile(
        r"(?:(?:euh|heu|ben|bah|ah|oh|non|bon|,) )*"
        r"(?:pas (?:vraiment|trop|tellement|specialement|forcement|sure?|toujours)"
        r"|je (?:ne )?(?:sais|crois|pense) pas|je (?:crois|pense)|peut etre|c' est possible)(?!\S)"
    ),
)
