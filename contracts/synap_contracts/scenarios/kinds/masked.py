"""Texts that are masked as personal data, secrets or profanity. All of them are invented."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from synap_contracts.scenarios.kinds.kind import Kind, around, filled, one_of, some_of

if TYPE_CHECKING:
    from random import Random

_CARDS: Final = ("4999999999999999", "5199999999999999", "379999999999999", "6011999999999999", "3599999999999999")
_BASE: Final = 10


def luhn_digit(digits: str) -> str:
    """Return the check digit that makes a card number valid."""
    doubled = (int(each) * (2 - place % 2) for place, each in enumerate(reversed(digits)))
    return str(-sum(number // _BASE + number % _BASE for number in doubled) % _BASE)


def _card(random: Random) -> str:
    prefix = random.choice(_CARDS)
    digits = prefix.rstrip("9") + "".join(random.choice("0123456789") for _ in prefix[len(prefix.rstrip("9")) : -1])
    digits += luhn_digit(digits)
    space = random.choice(("", "", " ", "-"))
    groups = (4, 6, 5) if len(digits) == 15 else (4, 4, 4, 4)  # noqa: PLR2004 - three networks group like this
    ends = [sum(groups[:n]) for n in range(len(groups) + 1)]
    return space.join(digits[start:end] for start, end in pairwise(ends))


_W = {number: "¤" * number for number in (16, 20, 24, 32, 36, 43)}

# fmt: off
MASKED: Final = (
    Kind("email addresses", (*filled("ann.b99@mail.example", "Ann+a@A-b.co.uk", "X@X.io"), *around("<¤@a.example>",
        "mailto:¤@a.example"))),
    Kind("card numbers", some_of(_card, 10)),
    Kind("card details", filled("exp 12/29 cvv 999", "CVC: 999", "PIN 9999")),
    Kind("phone numbers", filled("+49 170 9999999", "(999) 555-9999", "999-555-9999", "+1 999 555 9999",
        "tel:+44999999999", "0170/9999999", "00 49 999 99999")),
    Kind("phone numbers alone", filled("+499999999999", "+1-999-555-9999", "9995559999", "01709999999"), apart=True),
    Kind("bank accounts", filled("DE99999999999999999999", "GB99XXXX99999999999999", "DE99 9999 9999 9999 9999 99",
        "routing 999999999")),
    Kind("identity numbers", filled("999-99-9999", "SSN 999999999", "XX999999X", "passport X9999999", "999.999.999-99",
        "9999 9999 9999")),
    Kind("IPv4 addresses", filled("192.168.9.9", "10.9.9.9", "203.0.113.9:8080")),
    Kind("IPv6 and MAC addresses", filled("2001:db8:§§§§:§§§§:§§§§:§§§§:§§§§:§§§§", "fe80::§§§", "::1",
        "aa:bb:cc:§§:§§:§§", "[::1]:80")),
    Kind("tokens of services", filled(f"ghp_{_W[36]}", f"AKIAXXXXXXXX{'9' * 8}", f"xoxb-999999999999-{_W[24]}",
        f"sk-{_W[32]}", f"sk_live_{_W[24]}", f"glpat-{_W[20]}", f"AIza{_W[32]}¤¤¤", f"hf_{_W[32]}", f"npm_{_W[36]}",
        f"sk-ant-{_W[43]}")),
    Kind("web tokens", filled(f"eyJ{_W[16]}.eyJ{_W[24]}.{_W[43]}", f"Bearer {_W[32]}", f"Basic {_W[16]}==",
        f"Authorization: Bearer {_W[20]}")),
    Kind("private keys", filled(f"-----BEGIN PRIVATE KEY-----\n{_W[43]}\n-----END PRIVATE KEY-----",
        f"-----BEGIN RSA PRIVATE KEY-----\n{_W[36]}\n-----END RSA PRIVATE KEY-----", f"ssh-rsa AAAA{_W[32]} a@b")),
    Kind("passwords", filled("password: ¤¤¤9999", "password=¤¤¤", "pwd=¤¤¤9", "api_key: ¤¤¤¤¤¤", "secret = '¤¤¤¤'",
        "the password is ¤¤¤9", "token=¤¤¤¤", "PASSWORD: ¤¤¤¤")),
    Kind("URLs with credentials", filled("https://ann:¤¤¤9@a.example/b", "postgres://u:¤¤¤¤@h:5432/d",
        "https://a.example/?token=¤¤¤¤&key=¤¤¤")),
    Kind("identifiers", filled("§§§§§§§§-§§§§-4§§§-a§§§-§§§§§§§§§§§§", "§" * 32, "§" * 40, "§" * 64,
        "0x§§§§§§§§§§§§§§§§§§§§§§§§§§§§§§§§§§§§§§§§")),
    Kind("long numbers", filled("9" * 13, "9" * 10, "9" * 19, "9" * 6, "99999", "#9999999")),
    Kind("profanity", one_of("damn", "Shit", "hell", "crap", "BASTARD", "ass", "bloody", "fuck", "f*ck", "bitch",
        "Scheiße", "merde", "idiot")),
    Kind("names and addresses", one_of("Ann Smith", "Mr. John Doe", "my name is Ann", "12 Main Street", "90210",
        "SW1A 1AA", "Berlin", "Google")),
    Kind("dates of birth", filled("1999-09-09", "09/09/1999", "born 9 May 1999", "DOB: 09.09.1999")),
    Kind("handles and paths", around("@¤", "#¤", "/home/¤/a", "C:\\Users\\¤", "<@U123>", "u/¤", "¤:¤",
        "file:///home/¤")),
    Kind("coordinates and money", filled("52.5999, 13.4999", "$9,999.99", "999 EUR", "€99", "bc1q¤¤¤¤¤¤¤¤¤¤¤¤¤¤¤¤¤¤¤¤",
        "99°99'99\"N")),
)
# fmt: on
"""What is masked."""
