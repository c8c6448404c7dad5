"""Spanish names by number: person 7 is always the same, and a name leads back to its people.

Every (first name, surname, surname) has one number, so a search by name needs no table of people.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple
from unicodedata import combining, normalize

__all__ = ["PersonName", "ascii_fold", "people_named", "person_name"]

# fmt: off
_FIRST = (
    "Adrián", "Aitana", "Alba", "Alejandro", "Álvaro", "Ana", "Andrea", "Antonio", "Beatriz", "Carlos",
    "Carmen", "Carolina", "Claudia", "Cristina", "Daniel", "David", "Diego", "Elena", "Emilio", "Enrique",
    "Esther", "Eva", "Fernando", "Francisco", "Gonzalo", "Hugo", "Inés", "Irene", "Isabel", "Iván",
    "Javier", "Jorge", "José", "Juan", "Julia", "Laura", "Lucía", "Luis", "Manuel", "Marcos",
    "María", "Marina", "Marta", "Miguel", "Mónica", "Natalia", "Nuria", "Óscar", "Pablo", "Patricia",
    "Paula", "Pedro", "Pilar", "Rafael", "Raquel", "Raúl", "Rocío", "Rosa", "Rubén", "Sara",
    "Sergio", "Silvia", "Sofía", "Teresa", "Víctor", "Yolanda", "Íñigo",
)
_SURNAMES = (
    "Aguilar", "Alonso", "Álvarez", "Arias", "Benítez", "Blanco", "Bravo", "Caballero", "Cabrera", "Calvo",
    "Campos", "Cano", "Castillo", "Castro", "Crespo", "Cruz", "Delgado", "Díaz", "Díez", "Domínguez",
    "Durán", "Esteban", "Fernández", "Ferrer", "Flores", "Fuentes", "Gallardo", "Gallego", "García", "Garrido",
    "Gil", "Giménez", "Gómez", "González", "Guerrero", "Gutiérrez", "Hernández", "Herrera", "Herrero", "Hidalgo",
    "Ibáñez", "Iglesias", "Jiménez", "León", "López", "Lorenzo", "Lozano", "Marín", "Martín", "Martínez",
    "Medina", "Méndez", "Molina", "Montero", "Mora", "Morales", "Moreno", "Moya", "Muñoz", "Navarro",
    "Nieto", "Núñez", "Ortega", "Ortiz", "Pascual", "Pastor", "Peña", "Pérez", "Prieto", "Ramírez",
    "Ramos", "Reyes", "Rodríguez", "Romero", "Rubio", "Ruiz", "Sáez", "Sánchez", "Santana", "Santiago",
    "Santos", "Sanz", "Serrano", "Soler", "Soto", "Suárez", "Torres", "Vargas", "Vázquez",
)
# fmt: on
_COMBINATIONS = len(_FIRST) * len(_SURNAMES) ** 2
# consecutive people must not share a surname: numbers are spread by a step prime to the combinations
_STEP = 300_007
_STEP_BACK = pow(_STEP, -1, _COMBINATIONS)


class PersonName(NamedTuple):
    """A first name and two surnames."""

    first: str
    last: str

    @property
    def display(self) -> str:
        """The name as Webex shows it."""
        return f"{self.first} {self.last}"


def person_name(index: int, seed: int) -> PersonName:
    """Return the name of person *index*; names repeat after about half a million people."""
    number = (index + seed) * _STEP % _COMBINATIONS
    rest, second = divmod(number, len(_SURNAMES))
    first, surname = divmod(rest, len(_SURNAMES))
    return PersonName(_FIRST[first], f"{_SURNAMES[surname]} {_SURNAMES[second]}")


def people_named(prefix: str, *, seed: int, people: int) -> Iterator[int]:
    """Yield the index of everybody whose display name starts with *prefix*, letter case aside."""
    wanted = prefix.casefold()
    for first, surname in product(range(len(_FIRST)), range(len(_SURNAMES))):
        start = f"{_FIRST[first]} {_SURNAMES[surname]} ".casefold()
        if not (start.startswith(wanted) or wanted.startswith(start)):
            continue
        for second, name in enumerate(_SURNAMES):
            if (start + name.casefold()).startswith(wanted):
                number = (first * len(_SURNAMES) + surname) * len(_SURNAMES) + second
                yield from range((number * _STEP_BACK - seed) % _COMBINATIONS, people, _COMBINATIONS)


def ascii_fold(text: str) -> str:
    """Return *text* in lower case without accents or spaces, as it stands in an e-mail address."""
    letters = normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not combining(letter) and letter != " ")
