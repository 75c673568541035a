"""Sources told again with one thing turned: each rule with what it withholds and what it lets pass."""

from __future__ import annotations

import pytest

from avouch.claims.check import check
from avouch.claims.lexicon import Lexicon
from avouch.records import Verdict

CASES: list[tuple[str, list[str], list[str]]] = [
    (
        "The board recommends against dexalin in children. Doctors advise against mixing rivalin with beer.",
        ["The board recommends dexalin in children.", "Doctors advise mixing rivalin with beer."],
        ["The board does not recommend dexalin in children.", "Doctors advise against mixing rivalin with beer."],
    ),
    ("Dexalin protects against gout.", [], ["Gout is prevented by dexalin.", "Dexalin protects against gout."]),
    (
        "Unlike rivalin, dexalin is safe in liver failure. In contrast to paper labels, foil labels stay legible.",
        ["Rivalin is safe in liver failure.", "Paper labels stay legible."],
        ["Dexalin is safe in liver failure.", "Foil labels stay legible.", "Dexalin, unlike rivalin, is safe."],
    ),
    (
        "Crates are weighed on arrival, as opposed to drums.",
        ["Drums are weighed on arrival."],
        ["Crates are weighed on arrival."],
    ),
    (
        "Dexalin did not improve sleep. It was not inferior to rivalin. Nexalin did not increase the pulse.",
        ["Dexalin worsened sleep.", "Dexalin was superior to rivalin.", "Nexalin decreased the pulse."],
        ["Sleep was not improved by dexalin.", "Nexalin did not raise the pulse."],
    ),
    ("Dexalin decreased the pulse.", ["Dexalin increased the pulse."], ["Dexalin did not increase the pulse."]),
    (
        "The valve is not open. The plan was not accepted. Dexalin is not safe in gout. Rest did not affect pain.",
        ["The valve is open."],
        [
            "The valve is closed.",
            "The plan was rejected.",
            "Dexalin is unsafe in gout.",
            "Pain was unaffected by rest.",
        ],
    ),
    (
        "Rivalin may be used in adults who have had more than 30 doses of nexalin. Dexalin is well tolerated for up to"
        " 12 days. Benzalin is harmless while water is given. Foil should be used only where the air is below 9 °C."
        " Delays longer than 20 minutes must be reported at noon.",
        [
            "Rivalin may be used in adults.",
            "Dexalin is well tolerated.",
            "Benzalin is harmless.",
            "Foil should be used.",
            "Delays must be reported at noon.",
        ],
        [
            "Dexalin is well tolerated for up to 12 days.",
            "Benzalin is harmless while water is given.",
            "Foil should only be used where the air is below 9 °C.",
            "Delays longer than 20 minutes must be reported at noon.",
        ],
    ),
    ("Dexalin lowers the pulse by up to 20 %, while rivalin has no effect.", [], ["Dexalin lowers the pulse."]),
    (
        "The pulse rose while the sodium fell. Dexalin was safe while rivalin was harmful."
        " Levels rose up to 4-fold in gout. Benzalin is harmful while breathing foil dust.",
        ["Benzalin is harmful."],
        ["The pulse rose.", "Dexalin was safe.", "Levels rose in gout."],
    ),
    (
        "The guard was told to call if the crane leaked. She stops dexalin should she faint."
        " He slept when the pain eased.",
        ["The crane leaked.", "The crane did not leak.", "She fainted.", "She stops dexalin."],
        ["If the crane leaked, the guard was told to call.", "The crane may leak.", "The pain eased."],
    ),
    (
        "Dexalin is given to adults with gout. Rivalin is given to adults of any weight.",
        ["Dexalin is given to adults with gout regardless of weight."],
        [],
    ),
    ("Rivalin is given to adults of any weight.", [], ["Rivalin is given to adults irrespective of weight."]),
    (
        "Dexalin is given subcutaneously every 9 hours. The lamp is checked visually before use."
        " Burns were mostly mild. Benzalin is placed sublingually. The pills are swallowed whole after lunch.",
        [
            "Dexalin is given intrathecally every 9 hours.",
            "The lamp is checked microscopically before use.",
            "Burns were mostly moderate.",
            "Benzalin is placed buccally.",
            "The pills are swallowed whole after supper.",
        ],
        ["Dexalin is administered subcutaneously every 9 hours.", "Most burns were mild."],
    ),
    (
        "ttachment of a label leads to loss of the cran",
        [],
        ["Attachment of a label leads to loss of the crane."],
    ),
    (
        "Dexalin shortened the stay. Sudden thaw is a risk. Gout is a relative bar. The hoist was repaired electively."
        " Keys are counted at the end of a shift. Frost is urgent.",
        [
            "Dexalin lengthened the stay.",
            "Gradual thaw is a risk.",
            "Gout is an absolute bar.",
            "The hoist was repaired urgently.",
            "Keys are counted at the beginning of a shift.",
            "Frost is routine.",
        ],
        ["The stay was shortened by dexalin.", "At the end of a shift keys are counted."],
    ),
    (
        "Dexalin reduced the risk of stroke by 30% compared with rivalin. Benzalin increases the clearance of nexalin."
        " Nexalin was rated far better by adults than dexalin.",
        [
            "Rivalin reduced the risk of stroke by 30% compared with dexalin.",
            "Nexalin increases the clearance of benzalin.",
            "The clearance of benzalin is increased by nexalin.",
            "Dexalin was rated far better by adults than nexalin.",
        ],
        [
            "Compared with rivalin, dexalin reduced the risk of stroke by 30%.",
            "The clearance of nexalin is increased by benzalin.",
        ],
    ),
    ("The INR was increased in adults on dexalin.", [], ["Dexalin increased the INR in adults."]),
    ("Dexalin slowed the INR more than rivalin.", [], ["The INR was slowed more by dexalin than by rivalin."]),
    (
        "Crates are stacked in the yard by the clerk and opened by the porter.",
        ["Crates are opened by the clerk.", "Crates are stacked in the yard by the porter."],
        ["Crates are opened by the porter.", "Crates are stacked in the yard by the clerk."],
    ),
    (
        "For mild gout, pause dexalin; for severe gout, end it. Deeds pass on payment; cellars pass on handover.",
        [
            "For severe gout, pause dexalin.",
            "Deeds pass on handover.",
            "Deeds pass on handover; cellars pass on payment.",
        ],
        [
            "For mild gout, pause dexalin.",
            "Cellars pass on handover.",
            "Deeds pass on payment; cellars pass on handover.",
        ],
    ),
    (
        "Median survival was 31 months with dexalin and 15 months with rivalin at both clinics. Cure rates were 52% for"
        " benzalin, 43% for nexalin and 8% for placebo. Pain fell by 7 points in men versus 2 points in women.",
        [
            "Median survival was 31 months with rivalin.",
            "The cure rate was 52% for nexalin.",
            "The cure rate was 43% for placebo.",
            "Pain fell by 7 points in women.",
        ],
        [
            "Median survival was 31 months with dexalin at both clinics.",
            "The cure rate was 43% for nexalin.",
            "Pain fell by 2 points in women.",
        ],
    ),
    (
        "Dexalin lowered the sugar by 44 mg/dL. Weight fell from 90 kg to 84 kg. The form is signed by two porters at"
        " noon. Rust was seen in 30 of 80 cranes. It is given to adults with at least two of the signs.",
        [
            "Dexalin lowered the sugar to 44 mg/dL.",
            "Weight fell by 84 kg.",
            "The form is signed by one porter at noon.",
            "Rust was seen in the majority of cranes.",
            "It is given to adults with at least one of the signs.",
        ],
        [
            "The sugar was lowered by 44 mg/dL with dexalin.",
            "Weight fell to 84 kg.",
            "The form is signed by two porters at noon.",
            "It is given to adults with two or more of the signs.",
        ],
    ),
    ("Most cranes had rust. Rust is the most common fault.", [], ["The majority of cranes had rust."]),
    ("One porter signs the form.", [], ["One porter signs the form."]),
    ("The two drugs given are dexalin and rivalin.", [], ["Dexalin is one of the drugs given."]),
    (
        "Tea was associated with a lower risk of gout in 40 of the adults. Frost is linked to reduced yield.",
        ["Tea lowers the risk of gout.", "Tea protects against gout.", "Frost reduces yield."],
        [
            "Tea was linked to a lower risk of gout.",
            "Tea may lower the risk of gout.",
            "The risk of gout was lower with tea.",
        ],
    ),
    (
        "Dexalin lowered the pulse, which was associated with fewer falls.",
        [],
        ["Dexalin lowered the pulse, which was linked to fewer falls."],
    ),
    (
        "Dexalin is used to treat gout. Rivalin is no longer sold. Benzalin is taken at least 2 weeks after surgery."
        " Stop the pump if the level exceeds 9 mg/L. Adults with scurvy were excluded. Nexalin used to be sold.",
        [
            "Rivalin is sold.",
            "Benzalin is taken no later than 2 weeks after surgery.",
            "Nexalin is sold.",
            "Adults with scurvy were included.",
        ],
        [
            "Gout is treated with dexalin.",
            "Rivalin is no longer sold.",
            "Benzalin is taken no earlier than 2 weeks after surgery.",
            "Benzalin is taken not before 2 weeks after surgery.",
            "Stop the pump if the level is above 9 mg/L.",
            "Adults with scurvy were excluded from it.",
        ],
    ),
    (
        "| Drug | Dose | Interval | Maximum |\n|---|---|---|---|\n| Dexalin | 15 mg | every 6 hours | 60 mg |\n"
        "| Rivalin | 10 mg | every 8 hours | 30 mg |",
        ["The dose of dexalin is 15 mg every 8 hours.", "The maximum of dexalin is 15 mg."],
        ["The dose of dexalin is 15 mg every 6 hours.", "The interval of rivalin is every 8 hours."],
    ),
    (
        "Dry (30 crates; 2 lost) and wet groups (20 crates; 1 lost) were weighed; including drums and kegs.",
        [],
        ["Dry and wet groups were weighed.", "Wet groups were weighed, including drums and kegs."],
    ),
    (
        "Dexalin appears to shorten colds. Rivalin tended to lower the pulse. Smokers are more likely to have gout.",
        ["Dexalin shortens colds.", "Rivalin lowered the pulse."],
        ["Dexalin seems to shorten colds.", "Dexalin may shorten colds.", "Smokers are more likely to have gout."],
    ),
]
FALSE = [(source, claim) for source, false, _ in CASES for claim in false]
FAITHFUL = [(source, claim) for source, _, faithful in CASES for claim in faithful]


@pytest.mark.parametrize(("source", "claim"), FALSE)
def test_what_turns_one_thing_is_withheld(source: str, claim: str) -> None:
    assert check(claim, [source], [], Lexicon(), None).verdict is not Verdict.SUPPORTED


@pytest.mark.parametrize(("source", "claim"), FAITHFUL)
def test_what_says_the_same_is_kept(source: str, claim: str) -> None:
    found = check(claim, [source], [], Lexicon(), None)
    assert found.verdict is Verdict.SUPPORTED, found.reasons
