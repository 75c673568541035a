"""Words of medicine that look like names and are none."""

from __future__ import annotations

DRUGS = (
    "aspirin ibuprofen paracetamol acetaminophen metformin insulin lisinopril ramipril amlodipine atenolol "
    "metoprolol bisoprolol losartan valsartan furosemide spironolactone warfarin heparin apixaban rivaroxaban "
    "clopidogrel digoxin atorvastatin simvastatin rosuvastatin omeprazole pantoprazole famotidine levothyroxine "
    "prednisone dexamethasone hydrocortisone albuterol salbutamol fluticasone salmeterol montelukast cetirizine "
    "loratadine amoxicillin azithromycin ciprofloxacin doxycycline cephalexin vancomycin fluconazole acyclovir "
    "gabapentin pregabalin sertraline fluoxetine citalopram venlafaxine bupropion quetiapine olanzapine lithium "
    "diazepam lorazepam zolpidem morphine oxycodone tramadol fentanyl naloxone ondansetron metoclopramide "
    "allopurinol colchicine methotrexate adalimumab rituximab tamoxifen sildenafil finasteride tamsulosin "
    "alendronate estradiol testosterone epinephrine Tylenol Advil Motrin Lipitor Lasix Plavix Coumadin Xarelto "
    "Eliquis Synthroid Zoloft Prozac Lexapro Cymbalta Ambien Xanax Valium Ativan Klonopin Neurontin Lyrica Percocet "
    "Vicodin Ultram Norvasc Diovan Cozaar Coreg Toprol Zocor Crestor Nexium Prilosec Protonix Pepcid Zantac Flonase "
    "Advair Singulair Zyrtec Claritin Benadryl Augmentin Keflex Bactrim Cipro Levaquin Flagyl Lantus Humalog "
    "Januvia Glucophage Mobic Celebrex Humira Enbrel Viagra Cialis Flomax Fosamax Premarin Allegra Keppra Elavil "
    "Aleve Sinemet Zyprexa Invega Mavik Tarka Macrobid Naprosyn Flexeril Lortab Mylanta Pedialyte Cetaphil Taxol "
    "Botox Lamisil Chantix Unithroid Singulair Symbicort Spiriva Dulera Breo Trelegy Ozempic Wegovy Trulicity "
    "Victoza Jardiance Farxiga Invokana Entresto Brilinta Pradaxa Lovenox Zetia Vytorin Tricor Niaspan Cardizem "
    "Procardia Aldactone Bumex Demadex Hyzaar Benicar Micardis Avapro Altace Vasotec Zestril Prinivil Lotensin "
    "Tenormin Inderal Bystolic Dilantin Tegretol Trileptal Topamax Requip Mirapex Aricept Namenda Imitrex Maxalt "
    "Topamax Fioricet Soma Skelaxin Zanaflex Norco Dilaudid Duragesic Suboxone Vivitrol Remeron Effexor Pristiq "
    "Paxil Celexa Wellbutrin Buspar Restoril Lunesta Adderall Ritalin Concerta Strattera Vyvanse Geodon Haldol "
    "Reglan Compazine Carafate Bentyl Miralax Colace Senokot Dulcolax Imodium Rocephin Zithromax Biaxin Vantin "
    "Omnicef Zosyn Unasyn Diflucan Valtrex Tamiflu Aristocort Medrol Decadron Kenalog Synvisc Orencia Remicade "
    "Plaquenil Rheumatrex Boniva Actonel Prolia Evista Femara Arimidex Herceptin Gleevec Neupogen Epogen "
    "Microgestin Yaz Mirena Nuvaring Depakote Lamictal Seroquel Abilify Risperdal Zofran Phenergan Robitussin "
    "Mucinex"
).split()
STEMS = (
    "pril olol sartan statin prazole tidine mab tinib cillin mycin floxacin azole vir dipine triptan setron gliptin "
    "gliflozin parin xaban caine pam lam barbital sone terol lukast oxetine ipramine cycline fibrate dronate "
    "thiazide"
).split()
DISEASES = (
    "hypertension|diabetes mellitus|type 2 diabetes|asthma|COPD|congestive heart failure|coronary artery disease|"
    "atrial fibrillation|hypothyroidism|depression|anxiety|osteoarthritis|rheumatoid arthritis|gout|anemia|"
    "chronic kidney disease|stroke|epilepsy|migraine|Parkinson's disease|Alzheimer's disease|Crohn's disease|"
    "Hodgkin lymphoma|Down syndrome|Marfan syndrome|Graves disease|Cushing syndrome|Huntington's disease|"
    "Raynaud's phenomenon|Bell's palsy|Kawasaki disease|Lyme disease|Guillain-Barré syndrome|Turner syndrome|"
    "Barrett's esophagus|Hashimoto's thyroiditis|Wilson disease|Paget's disease|Sjögren's syndrome|"
    "Addison's disease|Tourette syndrome|Ehlers-Danlos syndrome|Charcot-Marie-Tooth disease|breast cancer|"
    "lung cancer|melanoma|leukemia|hepatitis C|HIV infection|West Nile virus|pneumonia|sepsis|GERD|"
    "irritable bowel syndrome|cirrhosis|psoriasis|eczema|cystic fibrosis|sickle cell disease|obesity|sleep apnea|"
    "osteoporosis|glaucoma|multiple sclerosis|lupus|endometriosis|Duchenne muscular dystrophy|Prader-Willi syndrome|"
    "Noonan syndrome|Fabry disease|Gaucher disease|Behçet's disease|Ebola|Zika virus"
).split("|")
SYMPTOMS = (
    "chest pain|shortness of breath|cough|fever|chills|nausea|vomiting|diarrhea|abdominal pain|back pain|headache|"
    "dizziness|fatigue|weight loss|night sweats|rash|itching|joint pain|swelling|blurry vision|numbness|weakness|"
    "palpitations|constipation|dysuria|hematuria|insomnia|sore throat|runny nose|ear pain|bleeding|bruising|syncope|"
    "seizures|tremor|hearing loss|hair loss|knee pain|shoulder pain|edema|wheezing|loss of appetite|muscle aches"
).split("|")
TESTS = (
    "hemoglobin|hematocrit|platelets|creatinine|glucose|sodium|potassium|calcium|TSH|HbA1c|A1c|LDL|HDL|ALT|AST|"
    "bilirubin|albumin|white blood cell count|troponin|BNP|CRP|ESR|INR|PSA|ferritin|vitamin D|lipid panel|"
    "echocardiogram|EKG|chest x-ray|MRI|CT scan|ultrasound|colonoscopy|mammogram|urinalysis|blood pressure|pulse|"
    "heart rate|O2 saturation"
).split("|")
PROCEDURES = (
    "appendectomy|cholecystectomy|hysterectomy|tonsillectomy|knee replacement|hip arthroplasty|"
    "cardiac catheterization|coronary artery bypass|colonoscopy|biopsy|Cesarean section|Whipple procedure|"
    "Roux-en-Y gastric bypass|Nissen fundoplication|Foley catheter placement|Swan-Ganz catheterization|laparoscopy|"
    "arthroscopy|MRI of the brain|CT of the abdomen|X-ray of the left knee|EEG|stent placement|Mohs surgery|"
    "Hickman line insertion"
).split("|")
EPONYMS = (
    "Babinski sign|Murphy's sign|McMurray's test|Lachman test|Phalen's sign|Tinel's sign|Romberg test|Homans sign|"
    "Glasgow Coma Scale|Apgar score|Mini-Mental State Examination|Gleason score|Child-Pugh class|Ranson criteria|"
    "Bonferroni correction|Kaplan-Meier curve|Cox regression|Student's t test|Fisher's exact test|Mann-Whitney test|"
    "Wilcoxon test|Pearson correlation|Gram stain|Pap smear|Coombs test|Western blot|Doppler ultrasound|"
    "Holter monitor|Snellen chart|Likert scale|Cochrane review|Hamilton Depression Rating Scale|Barthel index|"
    "Braden scale|Wood's lamp|Schirmer test|Weber and Rinne tests|Epstein-Barr virus|Helicobacter pylori|"
    "Escherichia coli|Staphylococcus aureus|Golgi apparatus|Purkinje fibers|Achilles tendon|Eustachian tube|"
    "Fallopian tubes|Baker's cyst|Colles fracture"
).split("|")
GENES = ("BRCA1 TP53 EGFR KRAS CYP2D6 APOE HLA-B MTHFR CFTR DMD HTT PTEN ALK JAK2 MYC FMR1 VKORC1 NOTCH1 SOD1").split()
HEADINGS = (
    "history physical examination assessment plan impression recommendations findings medications allergies vitals "
    "lungs heart abdomen extremities skin neck neurological psychiatric musculoskeletal cardiovascular respiratory "
    "gastrointestinal constitutional general exam labs imaging results procedure diagnosis discharge summary "
    "admission subjective objective chief complaint review systems past medical social family surgical patient "
    "doctor nurse medical reasoning instructions agreements follow attempted consent diet activity condition "
    "disposition hospital course indication technique comparison contrast conclusion background methods discussion "
    "introduction dose warning table figure section appendix contents version status owner approved draft policy "
    "guideline procedure scope purpose guest doctor caucasian african american hispanic asian white black christian "
    "muslim jewish spanish english"
).split()
NATIONS = (
    "American British English Scottish Welsh Irish French German Spanish Italian Portuguese Dutch Belgian Swiss "
    "Austrian Polish Czech Slovak Hungarian Romanian Bulgarian Greek Turkish Russian Ukrainian Swedish Danish "
    "Norwegian Finnish Icelandic Estonian Latvian Lithuanian Croatian Serbian Bosnian Slovenian Albanian Macedonian "
    "Georgian Armenian Chinese Japanese Korean Vietnamese Thai Indonesian Malaysian Filipino Indian Pakistani "
    "Bangladeshi Nepalese Iranian Iraqi Syrian Lebanese Israeli Egyptian Moroccan Tunisian Algerian Nigerian "
    "Ghanaian Kenyan Ethiopian South African Brazilian Argentinian Chilean Peruvian Colombian Mexican Cuban "
    "Canadian Australian European African Asian Latin"
).split()

ROOTS = (
    "hemato cardio neuro gastro hepato nephro osteo arthro myo dermo pulmo broncho rhino oto ophthalmo cysto uro "
    "pyelo chole entero colo procto encephalo angio phlebo lympho spleno thyro adeno adreno pancreato laryngo "
    "tracheo pharyngo chondro tendo spondylo cranio veno athero thrombo leuko erythro cyto histo onco carcino fibro "
    "lipo glyco hypo hyper brady tachy dys poly oligo an peri endo epi sub supra infra inter intra retro ante post "
    "pre anti hemi para meta micro macro mega pseudo immuno sero haemo"
).split()
ENDINGS = (
    "itis osis emia uria pathy plasty ectomy otomy ostomy scopy graphy gram logy logist algia dynia rrhea rrhage "
    "rrhagia megaly penia philia phobia plegia paresis trophy plasia sclerosis stenosis lysis genesis oma cele "
    "ectasis malacia ptosis spasm tonia pnea phagia phasia opia opsia derma chezia cyte blast al ic ary oid ous eal "
    "iform genic tropic static lytic"
).split()
SPOKEN = (
    "rhonchi rales erythema melena egophony umbilicus macula labia nevi hallux varus valgus malleolus flexion "
    "extension palpation supination pronation dorsiflexion abduction nontender afebrile kinda gotcha sorta lotta "
    "okey nah nope yep yup uhm hmm bye mommy daddy grandma grandpa boyfriend girlfriend followup xray labs checkup "
    "rehab meds vitals dragon dax epipen placebo lumbar cervical thoracic sacral genitourinary gait orif dcis cva "
    "chf copd mrsa cad ckd tia uti mva sle gfr egd rom lad afp ldh psa cbc bmp cmp"
).split()
