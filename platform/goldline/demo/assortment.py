"""What the made-up retailer carries, as plain data: families, styles, colours, sizes, brands.

Words and price ranges only. How they combine into models and variants is ``catalogue``.
"""

from __future__ import annotations

from dataclasses import dataclass

MODELS = 300
SIMPLE, CONFIGURABLE, GROUPED, GIFTCARD, FIXED_BUNDLE, DYNAMIC_BUNDLE, STORE_ONLY = range(7)


@dataclass(frozen=True)
class Family:
    """A family of articles: its place in both catalogues, its price range in euros, its sizes."""

    rayon: str
    famille: str
    sous_famille: str
    noun: str
    low: int
    high: int
    sizes: str
    code: str


FAMILIES = [
    Family("FEMME", "ROBES", "MIDI", "Robe", 59, 189, "women", "ROBE"),
    Family("FEMME", "CHEMISIERS", "", "Chemisier", 49, 119, "women", "CHSF"),
    Family("FEMME", "MAILLE", "CACHEMIRE", "Pull", 69, 249, "letters", "PULF"),
    Family("FEMME", "PANTALONS", "JEANS", "Jean", 59, 129, "women", "JEAF"),
    Family("FEMME", "JUPES", "", "Jupe", 45, 110, "women", "JUPE"),
    Family("FEMME", "MANTEAUX", "LAINE", "Manteau", 179, 1290, "women", "MANF"),
    Family("HOMME", "CHEMISES", "OXFORD", "Chemise", 49, 119, "collars", "CHEM"),
    Family("HOMME", "MAILLE", "CACHEMIRE", "Pull col roulé", 69, 259, "letters", "PULH"),
    Family("HOMME", "PANTALONS", "CHINOS", "Pantalon", 59, 139, "waists", "PANT"),
    Family("HOMME", "VESTES", "", "Veste", 149, 390, "letters", "VEST"),
    Family("ENFANT", "MAILLE", "", "Gilet", 25, 59, "ages", "GILE"),
    Family("ENFANT", "PANTALONS", "", "Salopette", 29, 69, "ages", "SALO"),
    Family("ACCESSOIRES", "SACS", "CUIR", "Sac", 59, 420, "one", "SACS"),
    Family("ACCESSOIRES", "CEINTURES", "", "Ceinture", 29, 79, "one", "CEIN"),
    Family("ACCESSOIRES", "FOULARDS", "SOIE", "Foulard", 25, 129, "one", "FOUL"),
    Family("ACCESSOIRES", "BIJOUX", "", "Bracelet", 19, 99, "one", "BIJO"),
    Family("MAISON", "BOUGIES", "", "Bougie", 19, 49, "one", "BOUG"),
    Family("LIBRAIRIE", "MODE", "", "Livre", 12, 45, "book", "LIVR"),
]

RAYONS = ["FEMME", "HOMME", "ENFANT", "ACCESSOIRES", "MAISON", "LIBRAIRIE"]
WEB_RAYONS = {
    "FEMME": "Femme",
    "HOMME": "Homme",
    "ENFANT": "Enfant",
    "ACCESSOIRES": "Accessoires",
    "MAISON": "Maison",
    "LIBRAIRIE": "Librairie",
}

STYLES = [
    "Colette",
    '"Été indien"',
    "Cœur de Nîmes",
    "en lin lavé",
    "« L'Œillet »",
    "rayé; bleu nuit",
    "Ondée",
    "Bois-Joli",
    "à nœud",
    "Garance",
    "façon sœur aînée",
    "Saint-Malo",
    "100 % laine",
    'dit "Le Parisien"',
    "Bergère",
    "Marinière; édition 2",
    "Voyage",
    "Belle-Île",
    "Prix rond 1 €",
    "Manufacture",
]

COLOURS = [
    ("NOI", "Noir"),
    ("BLC", "Blanc"),
    ("BLE", "Bleu ciel"),
    ("CAM", "Camel"),
    ("MAR", "Marine"),
    ("ECR", "Écru"),
    ("ROU", "Rouge"),
    ("VER", "Vert sauge"),
]

SIZES = {
    "women": ["34", "36", "38", "40", "42", "44"],
    "letters": ["XS", "S", "M", "L", "XL"],
    "collars": ["38", "39", "40", "41", "42", "43"],
    "waists": ["38/32", "40/32", "42/34", "44/34"],
    "ages": ["2 ans", "4 ans", "6 ans", "8 ans"],
    "one": ["TU"],
    "book": [""],
}

BRANDS = ["Maison Linotte", "Atelier Œillet", "Brume & Fils", "Kerdalo", "Les Sœurs Aubin", "Grand Large"]
SEASONS = ["PERM", "AH25", "PE26", "PERM", "AH26"]
SUPPLIERS = ["F01", "F02", "F03", "F04"]
