"""Encodings that SAS names, and that its files declare in one byte of their header.

The codes are those of the SAS page "Encodings for SAS Data Sets", completed by what readers of SAS files
have met. Where SAS writes more characters than the encoding of that name holds, Python's larger one is
taken: cp932 for shift-jis, gb18030 for euc-cn.
"""

from __future__ import annotations

from dataclasses import dataclass

# Code in the header, SAS's name, and Python's codec; "-" where Python has none.
_TABLE = """
 20 utf-8       utf-8          51 pcoem874    cp874           76 aukrainian      mac_cyrillic
 28 us-ascii    ascii          52 pcoem921    -              118 ms-950          cp950
 29 latin1      iso8859-1      53 pcoem922    -              119 euc-tw          -
 30 latin2      iso8859-2      54 pcoem1129   -              123 big5            big5
 31 latin3      iso8859-3      55 msdos720    cp720          125 euc-cn          gb18030
 32 latin4      iso8859-4      56 msdos737    cp737          126 ms-936          gbk
 33 cyrillic    iso8859-5      57 msdos775    cp775          128 ibm-1381        -
 34 arabic      iso8859-6      58 pcoem860    cp860          134 euc-jp          euc_jp
 35 greek       iso8859-7      59 pcoem863    cp863          136 ms-932          cp932
 36 hebrew      iso8859-8      60 wlatin2     cp1250         137 ibm-942         -
 37 latin5      iso8859-9      61 wcyrillic   cp1251         138 shift-jis       cp932
 38 latin6      iso8859-10     62 wlatin1     cp1252         140 euc-kr          euc_kr
 39 thai        iso8859-11     63 wgreek      cp1253         141 ms-949          cp949
 40 latin9      iso8859-15     64 wturkish    cp1254         142 ibm-949         cp949
 41 pcoem437    cp437          65 whebrew     cp1255         163 aiceland        mac_iceland
 42 pcoem850    cp850          66 warabic     cp1256         167 iso-2022-jp     iso2022_jp
 43 pcoem852    cp852          67 wbaltic     cp1257         168 iso-2022-kr     iso2022_kr
 44 pcoem857    cp857          68 wvietnamese cp1258         169 iso-2022-cn     -
 45 pcoem858    cp858          69 aroman      mac_roman      172 iso-2022-cn-ext -
 46 pcoem862    cp862          70 aarabic     mac_arabic     205 gb18030         gb18030
 47 pcoem864    cp864          71 ahebrew     -              227 latin8          iso8859-14
 48 pcoem865    cp865          72 agreek      mac_greek      242 latin7          iso8859-13
 49 pcoem866    cp866          73 athai       -              245 acroatian       mac_croatian
 50 pcoem869    cp869          75 aturkish    mac_turkish    246 acyrillic       mac_cyrillic
                                                             247 aromania        mac_romanian
                                                             248 sjis-x0213      shift_jisx0213
"""
_CODES_OF_NONE = frozenset((0, 204))
"""Not stated, and "any": the text was in the encoding of the session, whichever it was."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """What a SAS file declares.

    Attributes
    ----------
    code : int
        The byte in its header.
    name : str
        SAS's name; empty where the code is not known.
    codec : str or None
        Python's; None where it has none.
    """

    code: int
    name: str
    codec: str | None

    def __str__(self) -> str:
        return f"{self.name} ({self.code})" if self.name else f"({self.code})"


def _table() -> dict[int, Encoding]:
    words = iter(_TABLE.split())
    return {
        int(code): Encoding(int(code), name, None if codec == "-" else codec)
        for code, name, codec in zip(words, words, words, strict=True)
    }


ENCODINGS = _table()
"""By code."""

CODECS = {each.name: each.codec for each in ENCODINGS.values() if each.codec}
"""Python's codec by SAS's name."""


def declared(code: int) -> Encoding | None:
    """What the header's code means; None where the file leaves its encoding open."""
    return None if code in _CODES_OF_NONE else ENCODINGS.get(code, Encoding(code, "", None))
