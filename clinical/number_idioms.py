"""Figures of speech and names that hold a number and count nothing: *à quatre pattes*, *CURB-65*.

They are common turns of both languages; a turn that is not here is read as the number it says. None
may stand inside a dose or a range: *take five* is not here, nor *quatre à quatre*, which
*trente-quatre à quatre cents* holds.
"""

from __future__ import annotations

import re

_FRENCH = r"""
    \bcheveux\sen\squatre
    | \b(?:s['’]est\smise?|[mts]e\s(?:mets?|mett?(?:re|ent|ait|ra|rait)?|suis\smise?))\sen\squatre
    | \bsaigner\saux\squatre\sveines | \bquatre\sfers\sen | \bles\scent\spas
    | \btrente[\s-]sixi[eè]me\sdessous | \bun\sde\sces\squatre\b
    | \btrente[\s-]six\s(?:chandelles|solutions|fa[çc]ons|mille\squestions)
    | \bdonne\sen\smille | \bdeux\stemps[\s,]*trois\smouvements
    | \bles\strois[\s-]huit\b | \ben\strois-huit\b | \bdix\sde\sretrouv[ée]e?s?
    | \b[àa]\squatre\spattes | \b[àa]\squatre\s[ée]pingles
    | \b(?:mes|ses|vos|leurs|aux)\squatre\svolont[ée]s
    | \b(?:escaliers?|marches)\squatre\s[àa]\squatre\b(?![\s-](?:vingt|cent))
    | \bles\squatre\scents\scoups | \bcent\sfois\ssur\sle\sm[ée]tier
    | \bentre\squatre[\s-](?:yeux|murs) | \baux\squatre\scoins
    | \b[mtslv]\w{1,3}\squatre\sv[ée]rit[ée]s | \bpar\squatre\schemins
    | \b(?:mille|cent)\s(?:mercis?|excuses|fois\smerci)
    | \bmidi\s[àa]\squatorze\sheures | \bdeux\stu\sl['’]auras | \bdeux\savis\squ['’]un
    | \bmoral\s[àa]\sz[ée]ro(?!\s(?:sur|/)|\s?/) | \bdeux\spoids[\s,]*deux\smesures
    | \bd['’]une\spierre\sdeux\scoups | \bjamais\sdeux\ssans\strois
"""
_ENGLISH = r"""
    \bcloud\snine\b | \bforty\swinks\b | \bsix\sof\sone\sand\shalf\sa\sdozen\sof\sthe\sother\b
    | \b(?:in|of)\stwo\sminds\b | (?<=\ba\s)nine[\s-]to[\s-]five\b | \bat\ssixes\sand\ssevens\b
    | \btwenty[\s-]twenty\shindsight\b | \bsecond\sto\snone\b | \bback\sto\ssquare\sone\b
    | \bput\stwo\sand\stwo\stogether\b | \ba\smillion\stimes\b | \bwhole\snine\syards\b
    | \bthank(?:s|\syou)\sa\smillion\b | \btwo\speas\sin\sa\spod\b
    | \bgr[ae]y\shairs?\b | \btwo\sheads\sare\sbetter | \bcatch[\s-](?:22|twenty[\s-]two)\b
    | \btold\s\w+\sa\s(?:thousand|hundred)\stimes\b | \btwo\swrongs\b | \btwo\sbirds\swith\b
"""
_NAMES = r"""
    \bcurb[\s-]?65\b | \bcha2ds2(?:[\s-]?vasc)?\b | \bsars[\s-]cov[\s-]2\b
    | \b(?:translocation\s|t\()\d{1,2};\d{1,2}
"""
IDIOMS = {
    language: re.compile(f"{idioms} | {_NAMES}", re.VERBOSE | re.IGNORECASE)
    for language, idioms in (("fr", _FRENCH), ("en", _ENGLISH))
}
"""By language."""
