"""Figures of speech and names that hold a number and count nothing: *à quatre pattes*, *CURB-65*.

They are common turns of both languages; a turn that is not here is read as the number it says.
"""

from __future__ import annotations

import re

_FRENCH = r"""
    (?:cheveux|se\smett?(?:re|ent|ait|ra|rait)?|me\smets?|te\smets|s['’]est\smis(?:e)?|plier|pli[ée]e?s?|mis(?:e)?)\sen\squatre
    | \bse\smet\sen\squatre | \bsaigner\saux\squatre\sveines | \bdes\squatre\sfers
    | \bles\scent\spas | \btrente[\s-]sixi[eè]me\sdessous | \bun\sde\sces\squatre\b
    | \btrente[\s-]six\s(?:chandelles|solutions|fa[çc]ons|mille\squestions)
    | \bdonne\sen\smille | \bdeux\stemps[\s,]*trois\smouvements | \b(?:les|en)\strois[\s-]huit\b
    | \bdix\sde\sretrouv[ée]e?s? | \bquatre\spattes | \bquatre\s(?:à\squatre|heures?\sdu\sgo[uû]ter)
    | \btir[ée]e?\sà\squatre\s[ée]pingles | \b(?:mes|ses|vos|leurs|aux)\squatre\svolont[ée]s
    | \bles\squatre\scents\scoups | \bcent\sfois\ssur\sle\sm[ée]tier | \bun\speu\stous\sles\squatre
    | \bentre\squatre[\s-](?:yeux|murs) | \baux\squatre\scoins | \bdire\sses\squatre\sv[ée]rit[ée]s
    | \b(?:mille|cent)\s(?:mercis?|excuses|fois\smerci) | \bmille[\s-]feuilles?
    | \ble\sdix[\s-]huit[\s-]trous
    | \b(?:les|des|aux|vos|mes|ses)\sdeux\s(?:yeux|oreilles|narines|mains|pieds|jambes|bras|genoux
        |c[ôo]t[ée]s|mollets|seins|reins|poumons|[ée]paules|hanches|chevilles|poignets|oreilles)\b
"""
_ENGLISH = r"""
    \bcloud\snine\b | \bforty\swinks\b | \bsix\sof\sone\b | \bhalf\sa\sdozen\sof\sthe\sother\b
    | \b(?:in|of)\stwo\sminds\b | \bnine[\s-]to[\s-]five\b | \bat\ssixes\sand\ssevens\b
    | \btwenty[\s-]twenty\shindsight\b | \bsecond\sto\snone\b | \bback\sto\ssquare\sone\b
    | \btwo[\s-]faced\b | \bput\stwo\sand\stwo\stogether\b | \ba\smillion\stimes\b
    | \bthank(?:s|\syou)\sa\smillion\b | \ba\shundred\spercent\ssure\b | \bon\sall\sfours\b
    | \bthe\swhole\snine\syards\b | \bdressed\sto\sthe\snines\b | \btwo\speas\sin\sa\spod\b
    | \ba\scat\shas\snine\slives\b | \bone\sin\sa\smillion\b | \bfeel\slike\sa\smillion\b
    | \bgr[ae]y\shairs?\b
    | \bhigh\sfive\b | \bgive\s(?:it|me)\sfive\b | \btake\sfive\b | \b(?:the\s)?terrible\stwos\b
"""
_NAMES = r"""
    \bcurb[\s-]?65\b | \bcha2ds2(?:[\s-]?vasc)?\b | \bsars[\s-]cov[\s-]2\b
"""
IDIOMS = re.compile(f"{_FRENCH} | {_ENGLISH} | {_NAMES}", re.VERBOSE | re.IGNORECASE)
