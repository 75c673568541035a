"""False claims made of true words, and faithful ones like them: each rule with both sides."""

from __future__ import annotations

import time

import pytest

from avouch.claims.check import Asked, check, check_all
from avouch.claims.lexicon import Lexicon
from avouch.records import Verdict

NONE = Lexicon()
SOURCES = {
    "drugs": "Dexalin causes gout. Rivalin prevents gout. Nexalin causes scurvy.",
    "depots": "The crane is greased in the east yard. The lorry is washed in the west yard.",
    "both": "The porter checks the crate and the clerk stamps the form. Lunch is at noon.",
    "dates": "The rule was adopted on 4 May 2021 and is revised on 9 July 2025.",
    "shift": "The early train departs at 05:45 and the late train departs at 21:15.",
    "table": "| Drug | Adult dose | Child dose |\n|---|---|---|\n| Dexalin | 9 mg | 3 mg |\n"
    "| Rivalin | 60 mg | 20 mg |",
    "list": "Never give the following drugs to people with gout:\n\n- dexalin\n- rivalin",
    "leans": "Dexalin is kept in the fridge. It is discarded after 20 days.",
    "these": "Dexalin is stopped in adults with severe gout. Rivalin is used in these adults.",
    "moved": "Samples are moved from Lund to Turku after 4 days.",
    "order": "The nurse weighs the child before the doctor writes the order.",
    "handed": "Drivers hand the key to the porter.",
    "either": "Both urine and plasma are sampled at noon.",
    "must": "The pilot must check the valve. The mate may check the pump.",
    "switch": "The pump is switched on before the test.",
    "avoid": "Dexalin should be avoided in adults with gout.",
    "barred": "Dexalin is contraindicated in pregnancy.",
    "banned": "Smoking is prohibited in the paint store.",
    "refuse": "Depots refuse leaking drums at the gate.",
    "bar": "The latch prevents the lid from opening during the wash.",
    "ill": "People with gout are too ill to walk.",
    "neither": "Neither dexalin nor rivalin is given to children.",
    "myth": "It is a myth that dexalin cures gout.",
    "sure": "Swelling is not necessarily a sign of gout.",
    "weigh": "Each crate weighs at most 70 kg. A van carries at least 6 crates.",
    "if": "If the sodium is above 150 mmol/L, give dexalin 5 ml slowly.",
    "unless": "Give dexalin unless the sodium is below 130 mmol/L.",
    "past": "Formerly the dose of dexalin was 30 mg.",
    "plan": "It is planned to build a second depot in Turku.",
    "said": "Mr Example said that all adults should take dexalin.",
    "ask": "Can dexalin be given to children? The clinic has a leaflet.",
    "mice": "In mice, dexalin cured gout within 9 days.",
    "range": "The target of the sodium is 135 to 145 mmol/L.",
    "days": "Dexalin is given for 8 days. It is taken on alternate days for 5 weeks.",
    "half": "Give half a tablet of dexalin at night. The dose is repeated once after 3 hours.",
    "onein": "One in 20 adults faints after dexalin.",
    "ratio": "The cleaner is diluted 1:20 with water.",
    "fee": "The fee is $40 per crate and week.",
    "iu": "The level of dexalin is 3 mIU/L.",
    "cold": "The store for dexalin is kept at -20 °C. The hall is kept at 7 °C.",
    "trend": "In scurvy sodium ↓ and calcium ↑ are seen.",
    "nitrous": "Nitrous oxide is given for pain.",
    "payer": "The consignee pays the duty to the port.",
    "boss": "The employer keeps the record for 30 years.",
    "who": "Orders need approval by the manager.",
}  # fmt: skip
FALSE = [
    ("drugs", "Rivalin causes gout."),
    ("drugs", "Dexalin causes scurvy."),
    ("depots", "The crane is greased in the west yard."),
    ("both", "The porter stamps the form."),
    ("both", "The clerk checks the crate and the porter stamps the form."),
    ("dates", "The rule was adopted on 9 July 2025."),
    ("dates", "The rule was adopted on 4 July 2021."),
    ("dates", "The rule was adopted in July 2025."),
    ("shift", "The early train departs at 21:15."),
    ("shift", "The late train departs at 9:15 am."),
    ("table", "The adult dose of dexalin is 3 mg."),
    ("table", "The adult dose of rivalin is 9 mg."),
    ("list", "Give dexalin to people with gout."),
    ("these", "Rivalin is stopped in adults with severe gout."),
    ("moved", "Samples are moved from Turku to Lund after 4 days."),
    ("moved", "Samples are moved to Lund after 4 days."),
    ("order", "The doctor writes the order before the nurse weighs the child."),
    ("handed", "The porter hands the key to drivers."),
    ("either", "Urine or plasma are sampled at noon."),
    ("must", "The pilot may check the valve."),
    ("must", "The mate must check the pump."),
    ("switch", "The pump is switched off before the test."),
    ("avoid", "Dexalin should be used in adults with gout."),
    ("barred", "Dexalin is used in pregnancy."),
    ("banned", "Smoking is allowed in the paint store."),
    ("refuse", "Depots accept leaking drums at the gate."),
    ("bar", "The lid is opening during the wash."),
    ("ill", "People with gout walk."),
    ("neither", "Dexalin is given to children."),
    ("myth", "Dexalin cures gout."),
    ("sure", "Swelling is a sign of gout."),
    ("if", "Give dexalin 5 ml slowly."),
    ("unless", "Give dexalin if the sodium is below 130 mmol/L."),
    ("unless", "Give dexalin."),
    ("past", "The dose of dexalin is now 30 mg."),
    ("plan", "There is a second depot in Turku."),
    ("said", "All adults should take dexalin."),
    ("ask", "Dexalin can be given to children."),
    ("mice", "Dexalin cured gout within 9 days."),
    ("range", "The target of the sodium is 135 mmol/L."),
    ("range", "The target of the sodium is 135 or 145 mmol/L."),
    ("days", "Dexalin is given daily."),
    ("days", "Dexalin is given weekly."),
    ("half", "The dose is repeated twice after 3 hours."),
    ("onein", "20 adults faint after dexalin."),
    ("ratio", "The cleaner is diluted 20:1 with water."),
    ("fee", "The fee is €40 per crate and week."),
    ("fee", "The fee is $40 per crate and month."),
    ("iu", "The level of dexalin is 3 MIU/L."),
    ("cold", "The store for dexalin is kept at 20 °C."),
    ("cold", "The hall is kept at ‒7 °C."),
    ("cold", "The hall is kept at －7 °C."),
    ("cold", "The hall is kept at ≠ 7 °C."),
    ("cold", "The hall is kept at ⑥ °C."),
    ("cold", "❌ The hall is kept at 7 °C."),
    ("cold", "T̶h̶e hall is kept at 7 °C."),
    ("cold", "The hall is kept at 7٠ °C."),
    ("cold", "The hall is kept at 五 °C."),
    ("trend", "In scurvy sodium ↑ and calcium ↓ are seen."),
    ("nitrous", "Nitric oxide is given for pain."),
    ("payer", "The consignor pays the duty to the port."),
    ("boss", "The employee keeps the record for 30 years."),
    ("who", "Orders need approval by the doctor."),
]
FAITHFUL = [
    ("drugs", "Gout is caused by dexalin."),
    ("drugs", "Dexalin causes gout, and rivalin prevents gout."),
    ("depots", "In the east yard the crane is greased."),
    ("both", "The crate is checked by the porter."),
    ("both", "The porter checks the crate and the clerk stamps the form."),
    ("dates", "The rule was adopted in May 2021."),
    ("dates", "The rule was adopted on 2021-05-04."),
    ("dates", "The rule is revised on July 9, 2025."),
    ("shift", "The late train departs at 9:15 pm."),
    ("table", "The adult dose of dexalin is 9 mg."),
    ("table", "The child dose of rivalin is 20 mg."),
    ("list", "Dexalin must never be given to people with gout."),
    ("leans", "Dexalin is discarded after 20 days."),
    ("these", "Rivalin is used in adults with severe gout."),
    ("moved", "After 4 days samples are moved from Lund to Turku."),
    ("order", "Before the doctor writes the order, the nurse weighs the child."),
    ("handed", "The key is handed to the porter by drivers."),
    ("either", "Plasma and urine are sampled at noon."),
    ("must", "The valve must be checked by the pilot."),
    ("avoid", "Adults with gout should not take dexalin."),
    ("avoid", "Avoid dexalin in adults with gout."),
    ("barred", "Dexalin must not be used in pregnancy."),
    ("banned", "Smoking is not allowed in the paint store."),
    ("neither", "Dexalin is not given to children."),
    ("myth", "Dexalin does not cure gout."),
    ("weigh", "A crate may not weigh more than 70 kg."),
    ("weigh", "A van carries 6 or more crates."),
    ("if", "Give dexalin 5 ml slowly if the sodium is above 150 mmol/L."),
    ("unless", "Dexalin is not given if the sodium is below 130 mmol/L."),
    ("past", "Formerly the dose of dexalin was 30 mg."),
    ("plan", "A second depot is planned in Turku."),
    ("mice", "Dexalin cured gout in mice within 9 days."),
    ("range", "The target of the sodium is 135–145 mmol/L."),
    ("days", "Dexalin is taken every other day for 5 weeks."),
    ("onein", "One in 20 adults faints after taking dexalin."),
    ("cold", "The hall is kept at 7 degrees Celsius."),
    ("cold", "The store for dexalin is kept at minus 20 °C."),
    ("cold", "The store for dexalin is kept at −20 °C."),
    ("trend", "In scurvy, calcium ↑ and sodium ↓ are seen."),
]


@pytest.mark.parametrize(("key", "claim"), FALSE)
def test_a_lie_of_true_words_is_withheld(key: str, claim: str) -> None:
    assert check(claim, [SOURCES[key]], [], NONE, None).verdict is not Verdict.SUPPORTED


@pytest.mark.parametrize(("key", "claim"), FAITHFUL)
def test_a_faithful_one_like_it_is_kept(key: str, claim: str) -> None:
    found = check(claim, [SOURCES[key]], [], NONE, None)
    assert found.verdict is Verdict.SUPPORTED, found.reasons


@pytest.mark.parametrize("word", ["dose ", "dose 5 mg ", "not ", "from A to B ", "if dexalin and dexalin "])
def test_forty_long_claims_take_less_than_a_second(word: str) -> None:
    case = "The dose of dexalin is {} mg from A to B in case {}."
    spans = tuple(" ".join(case.format(i, k) for i in range(8)) for k in range(9))
    check_all([Asked("The dose is 7 mg/L.", spans)], NONE, None)  # what is read at the first unit
    for size in (900, 1_490, 4_000):
        asked = [Asked(f"{i} {word * 1_000}"[:size], spans) for i in range(40)]
        started = time.process_time()
        told = check_all(asked, NONE, None)
        assert size < 1_000 or all(one.verdict is not Verdict.SUPPORTED for one in told)
        assert time.process_time() - started < 2  # on a busy machine; .3 s on a free one
