"""Words without content of their own, folded (no accents, lower case)."""

from __future__ import annotations

_FRENCH = """
a ai aie aient aies ait alors apres as assez au
aucun aucune aujourd'hui auquel aura aurai auraient aurais aurait auras aurez aurons auront aussi
autre autres aux auxquelles auxquels avaient avais avait avant avec avez aviez avions avoir avons
ayant bah beaucoup ben bien bon bonjour bonsoir bref c c' car ce ceci cela celle celles celui
cependant ces cet cette ceux chaque chez ci comme comment d d' d'accord accord dans de deja depuis
des desormais deux-memes donc dont du elle elles en encore enfin ensuite entre environ es est et
etaient etais etait etant ete etes etiez etions etre eu euh eue eues eurent eus eut eux fait faire
fais faites faut fois font hein hm hum ici il ils j j' jamais je jusque juste l l' la laquelle le
lequel les lesquelles lesquels leur leurs lors lorsque lui m m' ma madame mademoiselle mais malgre
me meme memes merci mes mien mienne moi moins mon monsieur mouais n n' ne ni non nos notre nous on
ont or ou ouais oui par parce parfait parfois pas pendant peu peut peux plus plutot pour pourquoi
pouvez puis puisque qu qu' quand que quel quelle quelles quelque quelques quels qui quoi rien s s'
sa sans sauf se sera serai seraient serais serait seras serez seront ses si sien soi soient sois
soit sommes son sont sous suis sur t t' ta tant te tel telle tes toi ton toujours tous tout toute
toutes tres trop tu un une va vais vas vers veux veut voici voila voir vos votre vous voyez
vraiment y docteur jusqu' lorsqu' puisqu' quoiqu' quelqu' ok okay faudra avoir-vous veuillez
"""

_ENGLISH = """
a about actually after again ah all alright also am an and any anything are aren't as at be
because been before being both but by can can't could couldn't did didn't do does doesn't doing
don't done down during each either else er erm even ever few for from further get gets getting go
goes going good got great had hadn't has hasn't have haven't having he he's her here hers herself
hi hello him himself his hm how however i i'd i'll i'm i've if in into is isn't it it's its itself
just kind kinda know let let's like lot madam many may maybe me mean might mm more morning most mr
mrs ms much must my myself no nor not now of off oh ok okay on once one's only onto or other our
ours out over own perhaps please quite rather really right same shall she she's should shouldn't
since sir so some something sort such sure than thank thanks that that's the their theirs them
then there there's these they they're they've this those though through to too uh um under until
up upon us very was wasn't we we'll we're we've well were weren't what what's when where whether
which while who whom why will with within without won't would wouldn't yeah yep yes yet you you'd
you'll you're you've your yours yourself doctor
"""

STOPWORDS: dict[str, frozenset[str]] = {
    "fr": frozenset(_FRENCH.split()),
    "en": frozenset(_ENGLISH.split()),
}
"""Language → folded words."""
