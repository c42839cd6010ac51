"""English cues; see ``clinical.cue_kinds``."""

from __future__ import annotations

import re

from clinical.cue_kinds import Cues, words

_EN_BETTER = r"better|worse|improv(?:e|ed|ing)|go(?:ne|ing)? away|settl(?:ed|ing)|cleared|eased"
_EN_SEEN = (
    r"seen|found|detected|identified|observed|noted|palpable|present|performed|done|demonstrated"
    r"|evident|visuali[sz]ed|palpated|elicited|appreciated|given|carried out|mentioned|reported"
)
_NOT = (
    r"not|don't|doesn't|didn't|isn't|aren't|wasn't|weren't|hasn't|haven't|hadn't|won't|cannot|can't"
)
_LEAD = (
    r"(?:(?:and|so|ok|okay|right|um|uh|uhm|erm|hmm|well|alright|all right|now|or|but|also|then|oh"
    r"|hey|again|great|good|fine|perfect|sorry|sure|just|actually|yeah|i see|thanks|thank you"
    r"|got it|,|\.) )*"
)
"""What may stand before a question's first word."""
EN = Cues(
    pseudo=words(
        r"(?:" + _NOT + r"|no) (?:\S+ )?(?:only|just|merely)",
        r"(?:" + _NOT + r")(?: really| actually)? (?:getting |got |get |feel(?:ing)? |been )?"
        r"(?:any |much |completely |really )?(?:" + _EN_BETTER + r")",
        r"no (?:better|worse|improvement|change|changes|relief|increase|doubt|idea|matter)",
        r"no (?:more|longer|less|later) than",
        r"nothing (?:helps|works|seems|makes|is helping|has helped)",
        r"(?:" + _NOT + r") (?:without|help(?:ing|ed)?|work(?:ing|ed)?|surprising|normal|deny)",
        r"(?:" + _NOT + r") know (?:why|what|how)",
        r"(?:" + _NOT + r") (?:control|manage)",
        r"(?:"
        + _NOT
        + r"|never|no|without) (?:\S+ )?(?:stop(?:ped|ping)?|quit|giv(?:en|ing) up|gave up"
        r"|ceas(?:e|ed|ing)|reduced?|cut down)",
        r"fail(?:s|ed|ing)? to (?:improve|help|relieve|ease|control|respond|resolve|settle|work)",
        r"no wonder|why not|whether or not",
        # "It's not the kind of dizziness you get with nausea": there is dizziness.
        r"(?:" + _NOT + r") (?:the|that|this|my usual|a) (?:kind|sort|type) of",
    ),
    deny_before=words(
        _NOT,
        r"no(?! [,.;:!?-])(?! one)",
        r"none",
        r"never",
        r"nor|neither",
        r"without",
        r"den(?:y|ies|ied|ying)",
        r"absence of",
        r"negative (?:for|to)",
        r"free (?:of|from)",
        r"nothing like",
        r"wouldn't (?:say|call it)(?: (?:i|he|she|they|have|had|has|get|there's|that))* any",
        r"(?:nil|zero)",
        r"rather than|instead of",
        r"fail(?:s|ed|ing)? to|unable to|declin(?:es?|ed|ing)|refus(?:es?|ed|ing)",
        r"lack(?:s|ed|ing)?(?: of)?|lost to",
        r"(?:ruled|rules) out(?= \S+ )|excludes|excluded(?= (?:an?|the|any) )",
    ),
    deny_next=words(
        r"non|refusal (?:to|of)|absent",
        r"(?<!gram )(?<!false )(?<!rh )(?<!rhesus )negative(?! for| to)",
    ),
    deny_after=words(
        r"[:=-] (?:no|none|nil|negative|absent|0)",
        r"(?:is |was |are |were |has been |have been )?(?:absent|denied|ruled out|excluded)",
        r"(?<!gram )(?<!a )(?<!the )(?<!false )(?P<negative>"
        r"(?:is |was |are |were |has been |have been |came back |resulted )?negative)"
        r"(?! for| to)",
        r"(?:(?:is|was|are|were|has|have|had|could|can|did) )?(?:not|isn't|wasn't|weren't|couldn't)"
        r"(?: been| be)? (?:" + _EN_SEEN + r")",
    ),
    tested=words(
        r"\S*(?:graphy|scopy|metry|gram|cultures?|serolog(?:y|ies)|cytology|biology|chemistry)",
        r"tests?|tested|exam(?:ination)?s?|stud(?:y|ies)|analys[ei]s|markers?|biops(?:y|ies)",
        r"\S+ag|abs?|antibod(?:y|ies)|antigens?|cd\d+|scans?|imaging|x|ray|mri",
        r"ct|ecg|ekg|pcr|swabs?|screen(?:s|ing)?|histor(?:y|ies)",
        r"consultations?|results?|resulted|yielded|work ?up|panels?|investigations?",
        r"stain(?:s|ing)?",
    ),
    doubt_before=words(
        r"might|(?<!in )may(?! \d)|maybe|perhaps|possibl[ey]|probabl[ey]|likely|potential(?:ly)?",
        r"suspect(?:ed|s)?|suspicion|suspicious for|query|suggest(?:ive of|s|ing)|presumptive",
        r"(?:in favou?r of|consistent with|compatible with|thought to be|felt to be)",
        r"rule out|exclude|ruling out|to exclude",
        r"could (?:be|have|indicate|suggest)",
        r"(?:looks?|sounds?|seems?|feels?) (?:a bit )?(?:like|to be)",
        r"(?:i |we )?think (?:it|this|that|you|he|she)",
        r"(?:" + _NOT + r") (?:really )?(?:think|believe|know if|know whether|sure|know)",
        r"unsure|wonder(?:ing)?|differential|consider",
        r"(?:risk|chance|fear|possibility|signs|screen|screening) (?:of|for)",
        r"(?:worried|concerned) (?:about|that|it)",
        r"in case|in the event|if|unless|would(?! say| describe| call| rate)|should you",
        r"(?:check|watch|look|looking|screen|test|tested|testing) (?:out )?for",
        r"(?:" + _NOT + r") (?:really|too|very|much|that|particularly|always|necessarily|so|as)",
        r"not sure|can raise|can cause|prevent(?:s|ing)?|avoid",
        r"stopped|quit|former|ex|(?<!was )(?<!were )used to",
        r"(?:" + _NOT + r"|cannot) (?:be )?(?:exclude|rule out|excluded|ruled out)",
    ),
    excluding=words(r"excluded?|rule out|ruled out"),
    doubt_after=words(
        r"(?:is |was )?(?:possible|likely|suspected|probable|unlikely)",
        r"to be (?:ruled out|excluded|confirmed)",
        r"(?:can't|cannot|can not|not|never)(?: been| be)? (?:ruled out|excluded|confirmed)",
        r"\?",
    ),
    stop=words(
        r"but|except|however|although|though|yet|still|because|since|so|then|other than|which",
        r"due to|because of",
        r"apart from|aside from|just|only|instead|when|until|maybe|perhaps|while|whereas",
        r"i|i'm|i've|i'd|he|he's|she|she's|it|it's|they|they're|we|we've|you|you're|there|there's",
        r"and (?:denie[sd]|reports?|reported|complain(?:s|ed)|opted|preferred|chose|agreed)",
        r"and (?:a|an|the|some|my|mild|is|are|was|had|has|have|then|now|sometimes|also|his)",
        r", (?:some|my|mild|mostly|occasional|occasionally|sometimes|with|yes|yeah|also|now|this)",
        r"(?:,|and) (?:her|his|their|its|our|the)",
        r"who|during|despite|by|via|using|regarding|concerning",
        r"to (?:reduce|prevent|avoid|minimi[sz]e|control|treat)",
        r"[;:–—]",
    ),
    noun=words(
        r"no|without|absence of|negative (?:for|to)|free (?:of|from)|nil|zero|none|nor|neither",
        r"den(?:y|ies|ied|ying)|declin(?:es?|ed|ing)|refus(?:es?|ed|ing)",
    ),
    stop_noun=words(
        r"(?:is|are|was|were)(?! (?:" + _EN_SEEN + r"))|has|(?<!having )had|will|would",
        r"show(?:s|ed)|reveal(?:s|ed)|present(?:s|ed)|develop(?:s|ed)|underwent",
        r"report(?:s|ed)|complain(?:s|ed)(?: of)?|demonstrat(?:es|ed)|confirm(?:s|ed)",
        r"indicat(?:es|ed)|yield(?:s|ed)|suggest(?:s|ed)|happened|occurred|referred",
        r"admitted|visited|came|received|started|began|became",
        r"(?<!evidence )for (?:his|her|my|their|your|the)|since (?:the|my|his|her|their)",
        r"after|before|following|due to|secondary to|who|, which",
        r"(?:and|,) (?:normal|slightly|elevated|preserved|intact|positive)",
    ),
    stop_doubt=words(r"but|however|although|though|so|because|then", r"[;:–—]"),
    family=words(
        r"mother(?:'s|s)?|father(?:'s|s)?|mum(?:'s)?|mom(?:'s)?|dad(?:'s)?|parents?|brothers?|sisters?",
        r"siblings?|grand(?:mother|father|ma|pa|parents?|mum|dad|mom)|uncles?|aunt(?:ie|y)?s?",
        r"cousins?|family|relatives?|familial|twin|hereditary|brother's|sister's",
        r"maternal|paternal",
    ),
    other=words(
        r"(?:friend|neighbou?r|colleague|boss|roommate|flatmate)(?:'s|s') \S+",
        r"(?:friend|neighbou?r|colleague)s? (?:mum|mom|mother|dad|father|brother|sister|child)",
        r"husband|wife|partner|boyfriend|girlfriend|friends?|colleagues?|neighbou?rs?",
        r"roommates?|flatmates?|housemates?|coworkers?",
    ),
    not_family=words(
        r"family (?:doctor|physician|medicine|practice|gp|life|friend|planning)",
        r"(?:live|living|lives) with \S+ \S+",
    ),
    reported=words(
        r"(?:says|said|thinks|thought|noticed|told|mentioned|brought|drove|called|made|found)",
    ),
    first_person=words(
        r"i|i'm|i've|i'd|i'll|me|my(?= (?:own|chest|head|back|throat|stomach))|you|you're|patient"
    ),
    third_person=re.compile(r"(?:and )?(?:he|she|they|he's|she's|they're)(?!\S)"),
    question=words(
        r"^" + _LEAD + r"(?:do|does|did|have|has|had|are|is|was|were|can|could|would|will) "
        r"(?:you|he|she|it|they|there|your|the|his|her|that|this|these|those|any|anyone|anybody"
        r"|anything)",
        r"^"
        + _LEAD
        + r"(?:any(?:one|body|thing)?(?! (?:can|could|will|would|may)(?!\S))|what's|who's|how's"
        r"|where's|whereabouts)",
        # "When did it start", not "when I was a child"; "what is it", not "what I mean".
        r"^" + _LEAD + r"(?:what|how|why)(?! (?:i|i'm|i'd|i'll|i've|we|we'll|we'd|we're)(?!\S))",
        r"^" + _LEAD + r"(?:for how long|since when|at what (?:age|time|point)|(?:on|in|to) which"
        r"|which (?:one|side|of|(?:\S+ )?(?:do|does|did|is it|are|was|were|have|has))(?!\S)"
        r"|who (?:is|was|do|did|else|lives|has|will))",
        r"^" + _LEAD + r"(?:when|where) (?:do|does|did|is|are|was|were|have|has|had|exactly|about"
        r"|abouts|would|will|can|in|on)(?!\S)",
        r"^" + _LEAD + r"(?:when|where|which|who)(?= [?.,]|$)",
        r"(?:tell me|describe|remind me|how about|what about)",
        # Without a mark, after other words: "… a cough before, are you having any chest pain".
        r"(?<!so )(?<!nor )(?<!as )(?:are you (?:having|getting|feeling|taking)|(?:do|did) you"
        r" (?:have|get|feel|notice)|have you (?:had|been having|noticed|felt))(?= any(?!\S))",
        # "…, do you smoke"; "in terms of drugs, are you allergic".
        r"(?:,|and|or|but|at all|currently) (?:do you (?:have|get|feel|notice|take|smoke|drink"
        r"|know|think|use|work|live|ever|still|currently)|did you (?:have|notice|feel|get|ever)"
        r"|are you (?:able|allergic|having|getting|feeling|taking|still|currently|on)"
        r"|have you (?:had|got|been|noticed|felt|ever|tried|taken|seen)"
        r"|has (?:he|she) (?:had|been)"
        r"|(?:can|could) you (?:tell|describe|move|feel)"
        r"|how (?:long|often|many|much|old|bad|severe|would you|are|is|do|does|did)"
        r"(?= .*(?:you|it))"
        r"|what (?:kind|sort|type) of)",
        r", (?:is|are|was|were|do|does|did|has|have|can|could|would) (?:it|you|he|she|there|they"
        r"|your)",
        r"(?:and|or|but) (?:is there|are there|does (?:it|he|she)|is it|was it|were you|has it"
        r"|did it)",
        r"(?:is|isn't) (?:that|it) (?:right|correct|ok|okay|so)(?= \.|$)",
        r"^(?=.*(?<!\S)you(?:'re|'ve|r)?(?!\S)).* , (?:right|correct)(?= \.|$)",
    ),
    unmarked=words(
        r"^" + _LEAD + r"(?:you (?:have|had|got) any|you (?:don't|do not|haven't) (?:have|had|got"
        r"|take|smoke|drink|been)|you (?:take|smoke|drink|feel) (?:any|at all)|ever(?! since))",
    ),
    unasked=words(
        r"^" + _LEAD + r"(?:it's|it is|that's|you|you're|you've|you'd|your|there's|there is|i"
        r" (?:should|can|need)|an?|some|(?:he|she|they)(?:'s|'ve|'re)?|his|her|the"
        r"|ever)",
    ),
    presumed=words(
        r"how (?:long|often|many|much|bad|severe|is|are|would)|when|where|which|what kind|describe",
        r"what (?:is|was|does|makes|triggers|brings)|what's",
    ),
    no=re.compile(
        r"(?:(?:um|uh|er|oh|ah|well|so|ok|okay|and|but|,|doctor|erm|hmm|\.) )*"
        r"(?:(?:no|nope|nah|na|negative)(?= [,.;:!?-]|$| no(?!\S)| not| i| he| she| nothing| none"
        r"| never| doctor| it| we| they| there| thank| just| that| my| i'm| i've| it's| that's"
        r"| there's| actually| so)"
        r"|(?:not at all|none|never|nothing|not that|neither|no one|nil)(?!\S)"
        r"|(?:i|he|she|we|they) (?:don't|doesn't|haven't|hasn't|didn't|do not|have not|wasn't)"
        r"(?= [.,!]|$))"
    ),
    yes=re.compile(
        r"(?:(?:um|uh|er|oh|ah|well|so|ok|okay|and|but|,|doctor|erm|hmm|\.) )*"
        r"(?:yes|yeah|yep|yup|sure|correct|definitely|absolutely|exactly|sometimes|often"
        r"|occasionally|(?:i'd say |i would say |probably |maybe |just )?"
        r"(?:a few|some|a normal amount)"
        r"|socially|a bit|a little|i do|i have|i did|i am|he does|he has|she does|she has"
        r"|he is|she is|he did|quite a|mhm|that's right)(?!\S)"
    ),
    weakly=words(
        r"(?:" + _NOT + r") (?:really|particularly|specifically|especially|noticeably)",
        r"(?:" + _NOT + r") (?:really )?(?:think|believe|feel like|notice)",
    ),
    told=re.compile(
        r"(?:(?:um|uh|oh|ah|well|so|,) )*(?:yes|yeah|yep)(?!\S)"
        r"(?!.* (?:you|your|you're|you've|ask|asking|wonder|wondering)(?!\S))"
        r"(?!(?: (?:and|so|but|ok|okay|,))* (?:do|does|did|have|has|had|are|is|was|were|can|could"
        r"|would|will|any|what|when|where|which|who|why|how)(?!\S)).*"
        r"(?<!\S)(?:i|i'm|i've|i'd|my|me|mine)(?!\S)"
    ),
    partly=re.compile(
        r"(?:(?:um|uh|er|oh|ah|well|no|,|\.) )*"
        r"(?:not (?:really|sure|much|particularly|specifically|exactly|always|that i can think)"
        r"|i don't (?:think|know)|maybe|perhaps|possibly|i think|i guess|i'm not sure"
        r"|hard to say)(?!\S)"
    ),
)
