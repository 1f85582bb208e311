"""Texts that are masked as personal data, secrets or profanity. All of them are invented."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from synap_contracts.scenarios.kinds.kind import Kind, around, filled, one_of

if TYPE_CHECKING:
    from random import Random

_CARDS: Final = (
    *("4999999999999999", "5199999999999999", "379999999999999", "6011999999999999", "3599999999999999"),
    *("4999999999999", "36999999999999", "6299999999999999", "5018999999999999", "2221999999999999"),
)
_BASE: Final = 10


def luhn_digit(digits: str) -> str:
    """Return the check digit that makes a card number valid."""
    doubled = (int(each) * (2 - place % 2) for place, each in enumerate(reversed(digits)))
    return str(-sum(number // _BASE + number % _BASE for number in doubled) % _BASE)


def _card(random: Random, prefix: str) -> str:
    digits = prefix.rstrip("9") + "".join(random.choice("0123456789") for _ in prefix[len(prefix.rstrip("9")) : -1])
    digits += luhn_digit(digits)
    space = random.choice(("", "", " ", "-"))
    groups = (4, 6, 5) if len(digits) == 15 else (4, 4, 4, 4)  # noqa: PLR2004 - three networks group like this
    ends = [sum(groups[:n]) for n in range(len(groups) + 1)]
    return space.join(digits[start:end] for start, end in pairwise(ends))


# fmt: off
_HARMFUL: Final = (
    "kill", "kill yourself", "suicide", "murder", "bomb", "gun", "weapon", "shoot", "die", "hate", "nazi",
    "terrorist", "sex", "porn", "nude", "xxx", "penis", "whore", "slut", "drugs", "cocaine", "weed", "meth", "viagra",
    "casino", "wtf", "omg", "stupid", "dumb", "moron", "loser", "shut up", "bollocks", "bugger", "wanker", "piss",
    "dick", "cock", "sh1t", "s h i t", "f**k", "a$$", "fucking", "bullshit", "asshole", "hack", "free money",
    "click here", "Scunthorpe", "arse", "wank", "douche", "screw you", "freak", "boobs", "tits", "rape", "abuse",
    "racist", "scam", "fraud", "cancer", "jesus", "god", "gay", "trump", "politics", "covid", "vaccine", "abortion",
    "bitcoin", "crypto", "lottery", "vpn",
)
_W = {number: "¤" * number for number in (16, 20, 24, 32, 36, 43)}

MASKED: Final = (
    Kind("email addresses", (*filled("ann.b99@mail.example", "Ann+a@A-b.co.uk", "X@X.io"), *around("<¤@a.example>",
        "mailto:¤@a.example", "¤ (at) a.example", "¤ [at] a [dot] example", "git@a.example:b/c", '"¤ ¤"@a.example'))),
    Kind("card numbers", tuple(partial(_card, prefix=prefix) for prefix in _CARDS)),
    Kind("card details", filled("exp 12/29 cvv 999", "CVC: 999", "PIN 9999")),
    Kind("phone numbers", filled("+49 170 9999999", "(999) 555-9999", "999-555-9999", "+1 999 555 9999",
        "tel:+44999999999", "0170/9999999", "00 49 999 99999",
        "07999 999999", "09 99 99 99 99", "+49 (0)170 9999999", "+1 (999) 555-9999", "555-9999 ext. 99", "999.555.9999",
        "1-800-555-9999", "(09) 9999 9999", "+91 99999 99999", "999 9999 9999", "phone: 9999999", "fax 9999999")),
    Kind("phone numbers alone", filled("+499999999999", "+1-999-555-9999", "9995559999", "01709999999"), apart=True),
    Kind("bank accounts", filled("DE99999999999999999999", "GB99XXXX99999999999999", "DE99 9999 9999 9999 9999 99",
        "routing 999999999")),
    Kind("identity numbers", filled("999-99-9999", "SSN 999999999", "XX999999X", "passport X9999999", "999.999.999-99",
        "9999 9999 9999", "99-9999999", "XX 99 99 99 A", "X99999999", "MRN 999999", "999 999 9999", "1HGXX99X9XX999999",
        "XXXXX9999X", "99999999X", "X-9999999-X", "9 99 99 99 999 999 99", "999999-9999", "license XX9999", "XX99 XXX",
        "99.999.999/9999-99", "NPI 9999999999", "999-999-999", "99-99-99", "XXXX999999HXXXXX99", "89" + "9" * 17,
        "9" * 15, "account 99999999", "acct# 9999999", "BIC XXXXDE99", "XXXXDE99XXX", "DL: X9999999", "employee 99999",
        "case 99-9999", "invoice 9999", "IMEI 999999999999999", "ID: XXX999999", "XXXXXX99XXX")),
    Kind("IPv4 addresses", filled("192.168.9.9", "10.9.9.9", "203.0.113.9:8080", "10.0.0.0/8", "172.16.9.9",
        "9.9.9.9", "10.9.9.9-99")),
    Kind("IPv6 and MAC addresses", filled("2001:db8:§§§§:§§§§:§§§§:§§§§:§§§§:§§§§", "fe80::§§§", "::1",
        "aa:bb:cc:§§:§§:§§", "AA-BB-CC-§§-§§-§§", "§§§§.§§§§.§§§§", "::ffff:10.9.9.9", "2001:db8::/32", "[::1]:80")),
    Kind("tokens of services", filled(f"ghp_{_W[36]}", f"AKIAXXXXXXXX{'9' * 8}", f"xoxb-999999999999-{_W[24]}",
        f"sk-{_W[32]}", f"sk_live_{_W[24]}", f"glpat-{_W[20]}", f"AIza{_W[32]}¤¤¤", f"hf_{_W[32]}", f"npm_{_W[36]}",
        f"sk-ant-{_W[43]}", f"sk-proj-{_W[43]}", f"pk_live_{_W[24]}", f"rk_live_{_W[24]}", f"github_pat_{_W[36]}",
        f"gho_{_W[36]}", f"ghs_{_W[36]}", f"xoxp-{_W[36]}", f"hooks.slack.com/services/{_W[24]}",
        f"SG.{_W[20]}.{_W[43]}", "AC" + "§" * 32, "key-" + "§" * 32, "ASIAXXXXXXXXXXXX9999", f"AccountKey={_W[43]}==",
        f"dop_v1_{'§' * 64}",
        f"pypi-{_W[43]}", f"9999999999:{_W[32]}¤¤¤", f"{_W[24]}.¤¤¤¤¤¤.{_W[24]}¤¤¤", f"ya29.{_W[36]}", f"EAA{_W[36]}",
        f"shpat_{'§' * 32}", f"dckr_pat_{_W[24]}", f"sq0atp-{_W[20]}", f"r8_{_W[36]}", f"gsk_{_W[43]}",
        f"AGE-SECRET-KEY-{_W[43]}",
        f"1/{_W[43]}", f"amzn.mws.{_W[36]}", f"PMAK-{_W[24]}", f"figd_{_W[36]}", f"lin_api_{_W[36]}",
        f"tvly-{_W[32]}")),
    Kind("web tokens", filled(f"eyJ{_W[16]}.eyJ{_W[24]}.{_W[43]}", f"Bearer {_W[32]}", f"Basic {_W[16]}==",
        f"Authorization: Bearer {_W[20]}")),
    Kind("private keys", filled(f"-----BEGIN PRIVATE KEY-----\n{_W[43]}\n-----END PRIVATE KEY-----",
        f"-----BEGIN RSA PRIVATE KEY-----\n{_W[36]}\n-----END RSA PRIVATE KEY-----", f"ssh-rsa AAAA{_W[32]} a@b",
        *(f"-----BEGIN {name}-----\n{_W[36]}\n-----END {name}-----" for name in ("CERTIFICATE", "EC PRIVATE KEY",
        "OPENSSH PRIVATE KEY", "PGP MESSAGE", "PGP PRIVATE KEY BLOCK", "ENCRYPTED PRIVATE KEY", "PUBLIC KEY")))),
    Kind("passwords", filled("password: ¤¤¤9999", "password=¤¤¤", "pwd=¤¤¤9", "api_key: ¤¤¤¤¤¤", "secret = '¤¤¤¤'",
        "the password is ¤¤¤9", "token=¤¤¤¤", "PASSWORD: ¤¤¤¤")),
    Kind("URLs with credentials", filled("https://ann:¤¤¤9@a.example/b", "postgres://u:¤¤¤¤@h:5432/d",
        "https://a.example/?token=¤¤¤¤&key=¤¤¤")),
    Kind("identifiers", filled("§§§§§§§§-§§§§-4§§§-a§§§-§§§§§§§§§§§§", "§" * 32, "§" * 40, "§" * 64,
        "0x§§§§§§§§§§§§§§§§§§§§§§§§§§§§§§§§§§§§§§§§")),
    Kind("long numbers", filled("9" * 13, "9" * 10, "9" * 19, "9" * 6, "99999", "#9999999")),
    Kind("profanity", one_of("damn", "Shit", "hell", "crap", "BASTARD", "ass", "bloody", "fuck", "f*ck", "bitch",
        "Scheiße", "merde", "idiot", *_HARMFUL)),
    Kind("names and addresses", one_of("Ann Smith", "Mr. John Doe", "my name is Ann", "12 Main Street", "90210",
        "90210-1234", "Dr. Who", "I am 42 years old", "salary: 50k", "$50k", "USD 5000", "United States", "Jane",
        "Ms. Doe", "Apt. 4b", "P.O. Box 12", "K1A 0B6", "10115 Berlin", "Dear Ann,", "ANN SMITH", "José García",
        "O'Brien", "Microsoft", "London, UK", "Paris", "SW1A 1AA", "Berlin", "Google")),
    Kind("dates of birth", filled("1999-09-09", "09/09/1999", "born 9 May 1999", "DOB: 09.09.1999")),
    Kind("handles and paths", around("@¤", "#¤", "/home/¤/a", "C:\\Users\\¤", "<@U123>", "u/¤", "¤:¤",
        "file:///home/¤")),
    Kind("coordinates and money", filled("52.5999, 13.4999", "$9,999.99", "999 EUR", "€99", "bc1q¤¤¤¤¤¤¤¤¤¤¤¤¤¤¤¤¤¤¤¤",
        "99°99'99\"N")),
)
# fmt: on
"""What is masked."""
