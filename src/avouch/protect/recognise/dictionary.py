"""What a list of words tells: countries, peoples and faiths, forms of address; streets in the English manner."""

from __future__ import annotations

import re
from collections.abc import Iterator

from avouch.protect.entity import Entity, Kind

COUNTRIES = (
    "Afghanistan|Albania|Algeria|Andorra|Angola|Antigua and Barbuda|Argentina|Armenia|Australia|Austria|Azerbaijan|"
    "Bahamas|Bahrain|Bangladesh|Barbados|Belarus|Belgium|Belize|Benin|Bhutan|Bolivia|Bosnia and Herzegovina|"
    "Botswana|Brazil|Brunei|Bulgaria|Burkina Faso|Burundi|Cambodia|Cameroon|Canada|Cape Verde|Chile|China|Colombia|"
    "Comoros|Congo|Costa Rica|Croatia|Cuba|Cyprus|Czech Republic|Czechia|Denmark|Djibouti|Dominican Republic|"
    "Ecuador|Egypt|El Salvador|Eritrea|Estonia|Eswatini|Ethiopia|Fiji|Finland|France|Gabon|Gambia|Germany|Ghana|"
    "Greece|Greenland|Grenada|Guatemala|Guinea|Guyana|Haiti|Honduras|Hong Kong|Hungary|Iceland|India|Indonesia|Iran|"
    "Iraq|Ireland|Israel|Italy|Ivory Coast|Jamaica|Japan|Kazakhstan|Kenya|Kiribati|Kosovo|Kuwait|Kyrgyzstan|Laos|"
    "Latvia|Lebanon|Lesotho|Liberia|Libya|Liechtenstein|Lithuania|Luxembourg|Madagascar|Malawi|Malaysia|Maldives|"
    "Mali|Malta|Mauritania|Mauritius|Mexico|Moldova|Monaco|Mongolia|Montenegro|Morocco|Mozambique|Myanmar|Namibia|"
    "Nauru|Nepal|Netherlands|New Zealand|Nicaragua|Nigeria|North Korea|North Macedonia|Norway|Oman|Pakistan|Palau|"
    "Palestine|Panama|Papua New Guinea|Paraguay|Peru|Philippines|Poland|Portugal|Qatar|Romania|Russia|Rwanda|Samoa|"
    "San Marino|Saudi Arabia|Senegal|Serbia|Seychelles|Sierra Leone|Singapore|Slovakia|Slovenia|Somalia|"
    "South Africa|South Korea|South Sudan|Spain|Sri Lanka|Sudan|Suriname|Sweden|Switzerland|Syria|Taiwan|Tajikistan|"
    "Tanzania|Thailand|Timor-Leste|Togo|Tonga|Trinidad and Tobago|Tunisia|Turkey|Turkmenistan|Tuvalu|Uganda|Ukraine|"
    "United Arab Emirates|United Kingdom|United States|Uruguay|USA|Uzbekistan|Vanuatu|Venezuela|Vietnam|Yemen|"
    "Zambia|Zimbabwe|England|Scotland|Wales|Northern Ireland"
)
PEOPLES = (
    "Afghan|African American|African|Albanian|Algerian|American|Angolan|Argentin(?:e|ian)|Armenian|Asian|Australian|"
    "Austrian|Azerbaijani|Bangladeshi|Basque|Belarusian|Belgian|Bolivian|Bosnian|Brazilian|British|Bulgarian|"
    "Cambodian|Cameroonian|Canadian|Catalan|Caucasian|Chechen|Chilean|Chinese|Colombian|Congolese|Costa Rican|"
    "Croatian|Cuban|Cypriot|Czech|Danish|Dutch|Ecuadorian|Egyptian|English|Eritrean|Estonian|Ethiopian|European|"
    "Filipino|Finnish|French|Georgian|German|Ghanaian|Greek|Greenlandic|Guatemalan|Haitian|Hispanic|Hungarian|"
    "Icelandic|Indian|Indonesian|Iranian|Iraqi|Irish|Israeli|Italian|Jamaican|Japanese|Jordanian|Kazakh|Kenyan|"
    "Korean|Kurdish|Kuwaiti|Latin American|Latino|Latina|Latvian|Lebanese|Libyan|Lithuanian|Macedonian|Malaysian|"
    "Maltese|Mexican|Moldovan|Mongolian|Moroccan|Native American|Nepalese|Nepali|Nigerian|Norwegian|Pakistani|"
    "Palestinian|Peruvian|Polish|Portuguese|Puerto Rican|Romanian|Russian|Rwandan|Saudi|Scottish|Serbian|"
    "Singaporean|Slovak|Slovene|Slovenian|Somali|South African|Spanish|Sri Lankan|Sudanese|Swedish|Swiss|Syrian|"
    "Taiwanese|Tanzanian|Thai|Tunisian|Turkish|Ugandan|Ukrainian|Uruguayan|Venezuelan|Vietnamese|Welsh|Yemeni|"
    "Zambian|Zimbabwean|Buddhist|Catholic|Christian|Evangelical|Hindu|Jain|Jewish|Mormon|Muslim|Orthodox|Protestant|"
    "Shia|Sikh|Sunni|Republican|Democrat|Communist|Socialist"
)
_COUNTRY = re.compile(rf"(?<!\w)(?:{COUNTRIES})(?!\w)")
_PEOPLE = re.compile(rf"(?<!\w)(?:{PEOPLES})s?(?!\w)")
_TITLE = re.compile(
    r"(?<!\w)(?:(?:mr|mrs|ms|dr|prof)\.(?!\w)|(?:Mr|Mrs|Ms|Miss|Dr|Prof|Professor|Sir|Madam)(?=[ \n]+[^\W\d_]))", re.I
)
_STREET = re.compile(
    r"(?<![\w.])\d{1,6}[A-Za-z]?(?:[-/]\d{1,5})?,? (?:[NSEW]\.? |North |South |East |West )?"
    r"(?:[A-Z][\w'’.-]{1,24} |\d{1,3}(?:st|nd|rd|th) ){1,4}"
    r"(?:Street|Road|Avenue|Lane|Drive|Close|Way|Boulevard|Court|Place|Square|Terrace|Crescent|Highway|Parkway|Row|Gardens|Mews|"
    r"Grove|Circle|Trail|Nagar|Marg|St|Rd|Ave|Ln|Dr|Blvd|Ct|Pl|Hwy|Pkwy)(?!\w)\.?"
    r"(?:,? (?:Apt|Apartment|Suite|Ste|Unit|Flat|Floor|Room|#)\.? ?#?[\w-]{1,6})?"
    r"|(?<!\w)P\.? ?O\.? Box \d{1,6}(?!\w)"
)


def listed(text: str) -> Iterator[Entity]:
    """Countries (PLACE), peoples, faiths and parties (GROUP), forms of address (TITLE), English street addresses."""
    for form, kind, score, by in (
        (_COUNTRY, Kind.PLACE, 0.6, "dictionary"),
        (_PEOPLE, Kind.GROUP, 0.5, "dictionary"),
        (_TITLE, Kind.TITLE, 0.5, "dictionary"),
        (_STREET, Kind.ADDRESS, 0.75, "pattern"),
    ):
        yield from (Entity(kind, *hit.span(), score, by) for hit in form.finditer(text))
