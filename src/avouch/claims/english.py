"""Families of words that say the same in general and scientific prose, and words that turn a statement round."""

FAMILIES = """
show demonstrate reveal indicate display exhibit illustrate evidence document
find observe note detect see discover identify
use utilise utilize employ apply application usage utilisation utilization
cause lead result produce induce trigger elicit provoke
help aid assist facilitate support
need require necessitate
important essential crucial critical key vital central pivotal major main principal significant fundamental primary
chief
begin start commence initiate initiation onset
stop cease discontinue terminate halt end
get obtain acquire gain receive
give administer administration provide
make create generate
contain include comprise consist encompass incorporate
approximately about roughly nearly almost around circa
study trial research investigation work analysis experiment
examine investigate study evaluate assess explore analyse evaluation assessment analyze
patient person people individual subject participant case
illness disease disorder condition syndrome
drug medication medicine medicament agent pharmaceutical
therapy treatment treat therapeutic intervention manage management
big large great sizeable substantial considerable
small little minor
increase raise rise elevate elevation augment enhance grow growth higher greater high
decrease reduce reduction lower decline diminish drop fall fewer low lessen attenuate less
quick rapid fast swift rapidly quickly
sudden suddenly abrupt abruptly
appear seem
frequent common commonly frequently often prevalent widespread
rare uncommon infrequent seldom rarely
different distinct various diverse
similar alike comparable analogous equivalent
efficacy effectiveness efficacious effective effect
safe safety
inhibit inhibition block suppress suppression repress inhibitor blocker
activate stimulate activation stimulation
improve improvement ameliorate better alleviate enhance
worsen aggravate exacerbate deteriorate worse
link associate association relate relation relationship correlate correlation connect connection relationship
bind attach binding
contain harbour harbor carry possess
because due since owing
physician doctor clinician
method approach technique procedure strategy methodology
tool software program application package
develop development design
suggest indicate imply
propose suggest hypothesise hypothesize postulate
believe think consider regard
know recognise recognize recognition
survive survival
entire whole complete
several multiple numerous many
new novel newly
mainly mostly primarily largely predominantly chiefly principally
possible potential possibly potentially
likely probable probably
kind type class form sort category
role function
part component portion element
member family
happen occur arise occurrence
change alter alteration modify modification
contribute involve participate implicate contribution
affect influence impact
purpose aim goal objective
assessed measured determine determined evaluate
measure quantify measurement determine
prevent avoid prevention
protect protective protection
describe report characterise characterize
remain persist stay
target aim
rate frequency incidence
danger hazard risk
ability capability capacity
hospitalise hospitalisation hospitalization
vaccinate vaccination vaccine immunise immunisation immunization
approve approval license licence authorise authorize authorised licensed
recommend advise recommendation
enable allow permit
choose select selection
combine combination
compare comparison
conclude conclusion infer
regulate regulation control modulate modulation
lack absence
number amount count quantity
level concentration
located localised localize situated location
long prolonged
worldwide globally global
confirm verify corroborate validate
adverse undesirable unwanted harmful side
event effect reaction
site location
outcome result consequence
responsible cause
underlie underlying
promising encouraging
well good
approach strategy
degree extent
variant variation
variant mutation
majority most
pathway cascade
feature characteristic hallmark
sign symptom manifestation
synthesis synthetic synthesise synthesize
analysis analytic analytical analyse
hypothesis hypothetical
emphasis emphasise
choice option
ongoing continuing
several various
""".strip().split("\n")
"""Lines of general words that may stand for one another in a paraphrase."""

NAMING = """
gene genetic
cell cellular
cancer carcinoma malignancy malignant cancerous
tumor tumour neoplasm neoplastic
kidney renal nephric
liver hepatic
heart cardiac
lung pulmonary
brain cerebral
stomach gastric
skin cutaneous dermal
bone osseous skeletal
blood haematological hematologic haematologic
muscle muscular
nerve neural neuronal nervous
breast mammary
woman female
man male
infant baby
newborn neonate neonatal
elderly older aged
injury damage lesion trauma
pain ache
fever pyrexia
tiredness fatigue
swelling oedema edema
bleeding haemorrhage hemorrhage
heredity inherited hereditary
mutation mutated mutant
express expression
mutate mutation
phosphorylate phosphorylation
diagnose diagnosis diagnostic
child paediatric pediatric
death mortality die fatality fatal mortal lethal
surgery surgical operation operative
oral orally mouth
yearly annual annually
daily everyday
old age
kill death
adult grown
epilepsy epileptic
fibrosis fibrotic
metastasis metastatic
psychosis psychotic
diabetes diabetic
thrombosis thrombotic
necrosis necrotic
sclerosis sclerotic
anemia anemic anaemia anaemic
leukaemia leukaemic leukemia leukemic
""".strip().split("\n")
"""The same of words that name things: one that stands nowhere in what is cited is missed."""

OPPOSITES = """
increase increasing raise rise rising elevate elevated elevation augment enhance enhanced higher high highest more \
greater greatest larger largest grow growth gain up upregulate upregulation upregulated upward accelerate boost \
exceed most many | decrease decreasing reduce reduced reduction lower lowest low decline declining diminish drop \
fall falling less fewer smaller smallest loss down downregulate downregulation downregulated downward decelerate \
slow attenuate lessen least few shrink
activate activation activator activates stimulate stimulation induce induction promote promotion promoter agonist \
facilitate enable enhance enhancer upregulate trigger cause allow | inhibit inhibition inhibitor inhibits block \
blockade blocker suppress suppression suppressor antagonist prevent prevention repress repression repressor impair \
abolish downregulate silence disrupt hinder hamper
improve improvement improved ameliorate alleviate better benefit beneficial favourable favorable protect \
protective protection advantage relieve | worsen worsening worse aggravate exacerbate deteriorate detrimental \
harmful harm unfavourable unfavorable adverse damage deleterious poor poorer impair impairment disadvantage
before prior preceding precede earlier previously pre prior | after following subsequent later subsequently post
above over exceeding | below under beneath
upper | lower
early earlier | late later
superior | inferior
positive positively | negative negatively
presence present | absence absent
with | without
left | right
anterior | posterior
proximal | distal
major | minor
acute | chronic
gain | loss
sensitive sensitivity | resistant resistance insensitive
safe safely | unsafe dangerous toxic
long longer longest prolong prolonged lengthen lengthened | short shorter shortest shorten shortened
fast faster rapid rapidly quickly | slow slower slowly
common commonly frequent frequently often prevalent usually | rare rarely infrequent infrequently uncommon seldom
strong stronger strongly | weak weaker weakly
maximum maximal | minimum minimal
dominant | recessive
benign | malignant
internal inner | external outer
success successful succeed successfully effective | failure fail unsuccessful ineffective futile
similar same identical | different dissimilar
best | worst
dependent | independent
include included inclusion | exclude excluded exclusion
start begin initiate initiation | stop discontinue cease terminate discontinuation
primary | secondary
mild milder | severe
upstream | downstream
male man men boy | female woman women girl
child paediatric pediatric | adult
single | multiple
simple | complex
partial partially | complete completely
old older elderly | young younger
expand expansion | contract contraction
open | close closed
direct directly | indirect indirectly
active | inactive passive
approve approved | reject rejected withdrawn
support supports | refute refutes contradict
confirm confirmed | refute refuted
agree | disagree
known | unknown
significant | insignificant nonsignificant
sufficient adequate | insufficient inadequate
possible | impossible
likely | unlikely
able | unable
acquired | inherited congenital hereditary
maternal | paternal
systemic | local topical
oral | intravenous
homozygous | heterozygous
systolic | diastolic
cause | prevent
gain | lose
thick thicker | thin thinner
hot warm | cold cool
large larger big | small smaller
wide broad wider | narrow narrower
healthy | diseased ill
deep | shallow
first | last
easy | difficult hard
new | old
natural | artificial synthetic
acid | alkaline
central | peripheral
favour favor | oppose
majority | minority
always | never
accept accepted receive take permit allow allowed permitted indicated recommend recommended | reject rejected refuse \
refused forbid forbidden prohibit prohibited ban banned contraindicate contraindicated disallow disallowed
give given use used start administer | withhold withheld omit omitted
on | off
within between inside | outside
rich | poor
public | private
permanent | temporary transient
reversible | irreversible
sudden suddenly abrupt abruptly | gradual gradually
absolute | relative
elective electively | emergency urgent urgently
routine routinely | urgent urgently
beginning | end
symptomatic | asymptomatic
""".strip().split("\n")
"""Lines of two sides, each with words that turn a statement round when one stands for one of the other."""
