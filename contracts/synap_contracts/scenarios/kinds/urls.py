"""URLs: each form of each of their parts, next to ordinary others."""

from __future__ import annotations

from typing import Final

# fmt: off
_HOSTS: Final = (
    "www.a.example", "A.Example", "a.example.", "münchen.example", "xn--mnchen-3ya.example", "127.0.0.1", "[::1]",
    "localhost", "m.a.example", "youtu.be", "sub.a-b.co.uk", "2130706433", "0x7f.1", "ａ.example", "bit.ly",
    "amp.a.example", "你好.example",
)
_PORTS: Final = (("http", "80"), ("https", "443"), ("https", "8080"), ("https", ""), ("ftp", "21"), ("http", "0080"))
_PATHS: Final = (
    "", "/", "//", "/b", "/b/", "/./b", "/b/.", "/b/../c", "/..", "/b//c", "/index.html", "/index.php", "/default.aspx",
    "/%7eb", "/%7Eb", "/b%2fc", "/b%2Fc", "/b%20c", "/b+c", "/é", "/%C3%A9", "/%c3%a9", "/B", "/b;c=1",
    "/b;jsessionid=1", "/~b", "/%2e", "/b,c", "/b.", "/(b)", "/'b'", "/%", "/%zz", "/b|c", "/@b", "/%25", "/b:c", "/*",
    "/b\\c", "/amp/b", "/watch?v=a",
)
_QUERIES: Final = (
    "", "b=2&a=1", "a=1&a=2", "utm_source=b", "utm_medium=b&c=d", "c=d&utm_campaign=b", "ref=b", "fbclid=1", "gclid=1",
    "msclkid=1", "mc_cid=1", "igshid=1", "si=b", "PHPSESSID=1", "sid=1", "a=", "a", "=a", "&", "a=1&", "&a=1",
    "a=1&&b=2", "a=b&amp;c=d", "a=%c3%a9", "a=é", "a[]=1", "a[b]=1", "a=1;b=2", "q=a+b", "q=a%20b", "q=a%2Bb",
    "A=1&a=2", "token=b", "_=1", "a=b/c", "a=%26", "source=b", "a?b",
)
URLS: Final = (
    *(f"{scheme}://a.example/b" for scheme in ("http", "https", "HTTP", "Https", "ftp", "sftp", "ws", "wss", "file",
    "git")),
    *(f"https://{user}@a.example/b" for user in ("ann", "ann:b", ":b", "a%40b")),
    *(f"https://{host}/b" for host in _HOSTS),
    *(f"https://{host}" for host in _HOSTS),
    *(f"{scheme}://a.example:{port}{path}" for scheme, port in _PORTS for path in ("", "/", "/b")),
    *(f"https://a.example{path}" for path in _PATHS),
    *(f"https://a.example/b?{query}" for query in _QUERIES),
    *(f"https://a.example/b#{fragment}" for fragment in ("", "b", "!/b", ":~:text=b", "a=b", "%62", "?b")),
    *("www.a.example/b", "//a.example/b", "a.example", "mailto:Ann@A.Example", "tel:+1", "javascript:a", "urn:isbn:1",
    "http:a", "s3://a/b", "magnet:?xt=a", "about:blank", "chrome://a", "ssh://git@a.example/b", "sms:+1", "data:,a",
    "ipfs://a"),
    *("https:///b", "https://a.example/b.", "(https://a.example/b)", "https://a.example/b,", "https:\\\\a.example\\b"),
)
# fmt: on
