"""What exports call the domains of SDTM, in the names of files and sheets."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_CALLED = {
    "AE": "ADVERSE AES",
    "CM": "CONMED CONMEDS CONCOMITANT MEDICATION MEDICATIONS",
    "DM": "DEMOGRAPHIC DEMOGRAPHICS DEMOGRAPHY SUBJECTS PATIENTS",
    "DS": "DISPOSITION",
    "EG": "ECG",
    "EX": "DOSING EXPOSURE INFUSION INFUSIONS",
    "LB": "LAB LABS LABORATORIES LABORATORY",
    "MH": "HISTORY",
    "QS": "QUESTIONNAIRE QUESTIONNAIRES",
    "RS": "RESPONSE RESPONSES",
    "SV": "VISIT VISITS",
    "VS": "VITAL VITALS",
}
DOMAIN_WORDS: Mapping[str, str] = MappingProxyType(
    {word: domain for domain, words in _CALLED.items() for word in words.split()}
)
