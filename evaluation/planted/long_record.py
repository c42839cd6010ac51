"""One invented patient with very many long documents, to measure time and memory."""

from __future__ import annotations

import random
from datetime import date, timedelta

_STORY = (
    "Le patient rapporte une fatigue modérée en fin de journée, sans fièvre ni perte de poids.",
    "L'examen retrouve une auscultation pulmonaire claire et des bruits du cœur réguliers.",
    "La douleur du genou {side} persiste à l'effort, cotée à {n} sur 10, soulagée par le repos.",
    "L'alimentation est équilibrée et l'activité physique reste régulière, environ {n} heures.",
    "Il décrit des épisodes de toux sèche nocturne depuis {n} semaines, sans expectoration.",
    "Le sommeil est correct, avec {n} réveils par nuit, sans ronflement signalé par l'entourage.",
    "L'échographie du {day} ne retrouve pas d'anomalie significative du foie ni des reins.",
    "Nous avons discuté des objectifs tensionnels et de l'observance, jugée satisfaisante.",
    "La cicatrice est propre, sans écoulement ni rougeur, à {n} jours de l'intervention.",
    "Le traitement par {drug} {dose} mg est bien toléré, sans effet indésirable notable.",
)
_DRUGS = ("Amlodipine", "Ramipril", "Bisoprolol", "Metformine", "Atorvastatine", "Furosémide")


def long_record(
    documents: int, *, seed: int = 0, words: int = 1000
) -> tuple[tuple[str, bytes], ...]:
    """(file name, text): each of about ``words`` words, a few days after the one before."""
    rng = random.Random(seed)  # noqa: S311
    day = date(2004, 1, 5)
    found = []
    for number in range(documents):
        day += timedelta(days=rng.randint(3, 11))
        found.append((f"{number:05}-{day.isoformat()}.txt", _document(day, rng, words).encode()))
    return tuple(found)


def _document(day: date, rng: random.Random, words: int) -> str:
    out = [
        f"Compte rendu de consultation du {day:%d/%m/%Y}", "", "Antécédents :",
        "- Hypertension artérielle depuis 2001", "- Appendicectomie en 1988", "", "Traitement :",
    ]  # fmt: skip
    for drug in rng.sample(_DRUGS, 3):
        out.append(f"- {drug} {rng.choice((5, 10, 20))} mg le matin")
    out += ["", "Biologie :"]
    out.append(
        f"Hémoglobine {rng.uniform(10, 15):.1f} g/dL, créatinine {rng.randint(70, 130)} µmol/L"
    )
    out += ["", "Histoire de la maladie :"]
    count = 0
    while count < words:
        sentences = [
            rng.choice(_STORY).format(
                side=rng.choice(("droit", "gauche")), n=rng.randint(2, 9),
                day=f"{day - timedelta(days=rng.randint(1, 20)):%d/%m/%Y}",
                drug=rng.choice(_DRUGS), dose=rng.choice((5, 10, 20)),
            )
            for _ in range(5)
        ]  # fmt: skip
        out.append(" ".join(sentences))
        count += sum(len(one.split()) for one in sentences)
    out += ["", "Conclusion :", f"État stable, contrôle dans {rng.randint(2, 9)} mois."]
    return "\n".join(out)
