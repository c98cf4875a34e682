"""Who and what the demo's stories are about. All of them are made up."""

FIRST_NAMES = (
    *("Adrian", "Aileen", "Alma", "Andrew", "Angelica", "Antonio", "Arlene", "Arnel"),
    *("Benjie", "Bernadette", "Camille", "Carlo", "Cecilia", "Cesar", "Charmaine"),
    *("Cristina", "Danilo", "Dennis", "Divina", "Edgar", "Eduardo", "Elena", "Emilio"),
    *("Erwin", "Estrella", "Ferdinand", "Gina", "Glenda", "Grace", "Hazel", "Imelda"),
    *("Jasmine", "Jerome", "Jocelyn", "Joel", "Jonathan", "Josefina", "Juancho"),
    *("Katrina", "Kevin", "Kristine", "Leandro", "Liezl", "Lorna", "Luzviminda"),
    *("Marites", "Marvin", "Melvin", "Michelle", "Nestor", "Nicole", "Noel", "Oscar"),
    *("Patricia", "Ramil", "Rhea", "Rodel", "Rogelio", "Ronaldo", "Rowena", "Sheila"),
    *("Stephanie", "Teresita", "Tomas", "Trisha", "Victor", "Vilma", "Wilfredo"),
)

LAST_NAMES = (
    *("Abad", "Aguilar", "Alcantara", "Aquino", "Bautista", "Bernardo", "Buenaventura"),
    *("Cabrera", "Castillo", "Chua", "Corpuz", "Cordero", "Dela Cruz", "De Guzman"),
    *("Dizon", "Domingo", "Enriquez", "Espinosa", "Evangelista", "Fajardo", "Ferrer"),
    *("Galang", "Gonzales", "Gutierrez", "Hernandez", "Ilagan", "Jimenez", "Kho"),
    *("Lacson", "Legaspi", "Lim", "Lopez", "Macapagal", "Magno", "Manalo", "Marquez"),
    *("Mercado", "Morales", "Natividad", "Ocampo", "Ong", "Padilla", "Pangilinan"),
    *("Pascual", "Quinto", "Rivera", "Rosales", "Salazar", "Samson", "Santiago"),
    *("Sarmiento", "Soriano", "Sy", "Tan", "Tolentino", "Torres", "Uy", "Valdez"),
    *("Villanueva", "Yap", "Zamora"),
)

#: Which vehicle is asked for how often: its name, brand and price.
VEHICLES = {
    "Vios 1.3 G CVT": ("TOY", 1_050_000, 17),
    "Wigo G CVT": ("TOY", 735_000, 13),
    "Innova E": ("TOY", 1_300_000, 11),
    "Hilux Conquest 4x2 AT": ("TOY", 1_543_000, 12),
    "City RS": ("HON", 1_150_000, 10),
    "BR-V VX": ("HON", 1_390_000, 8),
    "CR-V V Turbo": ("HON", 2_190_000, 5),
    "Xpander GLS": ("MIT", 1_255_000, 14),
    "Montero Sport GLS": ("MIT", 1_798_000, 7),
    "Mirage G4 GLX": ("MIT", 898_000, 6),
}

#: Where how many customers live: the dealership's code, its city and its brands.
DEALERSHIPS = {
    "MKT": ("Makati", ("TOY", "HON"), 9),
    "QC": ("Quezon City", ("TOY",), 8),
    "CEB": ("Cebu City", ("HON", "MIT"), 7),
    "DVO": ("Davao City", ("TOY", "MIT"), 6),
    "BAG": ("Baguio", ("MIT",), 3),
    "ILO": ("Iloilo City", ("HON",), 3),
}

#: Why leads of each brand are lost, and how often.
LOST_REASONS = {
    "TOY": {"unavailable": 8, "price": 7, "financing": 8, "competitor": 4, "timing": 4},
    "HON": {"price": 10, "competitor": 7, "timing": 5, "financing": 5},
    "MIT": {"competitor": 9, "price": 6, "financing": 6, "timing": 6, "unavailable": 2},
}

COLOURS = ("white", "red", "silver", "grey", "black", "bronze")

FAMILY = ("the spouse", "the parents", "a brother", "a sister", "the family")

#: What customers write; of the distributor's form, nothing.
QUESTIONS = (
    "How much is the down payment for five years?",
    "Is the {colour} one available this month?",
    "Do you take my old car in part exchange? It is a {year} model.",
    "Please send a quotation, cash price.",
    "Can I have a test drive on Saturday?",
    "What is the monthly amortization with 20% down?",
    "Looking for a family car with seven seats. Which promo do you have?",
    "Is there a discount for government employees?",
    "Still on sale? Please call after five.",
    "Unit for our small business, maybe two. Who can I talk to?",
    "",
    "",
)

#: The first conversation with a customer.
FIRST_TALKS = (
    "Wants {colour}, decides together with {family}.",
    "Budget up to {budget} thousand down, five years.",
    "Trades in a {year} sedan, asks what it is worth.",
    "First car. Asks how long the bank takes.",
    "Compares with two other brands, price matters most.",
    "Needs it before the end of next month.",
    "Drives 60 km a day, asks about consumption.",
    "Saw the promo online. Explained what is included.",
    "Already has a bank approval.",
    "Asked for photos of the {colour} one.",
    "Wants to know about the warranty and the first services.",
    "Pays in cash if the discount is right.",
    "Works abroad, comes home in three weeks.",
    "Replaces the {year} one that {family} drives.",
)

#: Further ones, before there is an offer.
TALKS = (
    "Talked it over with {family}, still interested.",
    "Sent the brochure again, the first one went to spam.",
    "Payslips are complete, the bank form is not.",
    "Asks whether {colour} takes longer.",
    "Has a buyer for the {year} car, wants to wait for it.",
    "Prefers a visit on a weekend.",
    "Explained the difference between the variants.",
    "Would take the demo unit if it is cheaper.",
    "Busy, asked to be called again.",
    "Insurance is the open question.",
)

#: What an offer is talked about.
OFFERS = (
    "Went through the quotation line by line.",
    "Asks for another {discount} thousand off.",
    "Wants floor mats and tint included.",
    "Bank approved, waits for the release of the unit.",
    "Four years instead of five, sent the new computation.",
    "The trade-in was valued lower than expected.",
    "Agrees if it is {colour}.",
    "Will bring the reservation fee.",
    "{discount} thousand discount cleared with the branch.",
    "Checks the contract with {family}.",
)

#: Why it came to nothing, by the reason.
FAREWELLS = {
    "price": "Found it {discount} thousand cheaper elsewhere.",
    "competitor": "Bought from another brand, had a test drive there.",
    "timing": "Waits for the bonus at the end of the year.",
    "unavailable": "Does not want to wait for {colour}.",
    "financing": "The bank declined.",
    "other": "",
}

VOICEMAILS = ("", "Left our number.", "Left a message about the quotation.")

STRANGERS = (
    "A bakery.",
    "Never asked for a car.",
    "The number is somebody else's now.",
)

#: What was promised to a customer, with a time.
PROMISES = (
    "Call after work",
    "Tell the monthly amortization",
    "Has talked to {family}",
    "Availability of {colour}",
    "Trade-in value of the {year} car",
    "Answer of the bank",
)

#: What a supervisor says of a call.
REVIEWS = (
    "Good questions. Say the dealership's name before your own.",
    "Knew the variants well. Ask for the visit before you offer the brochure.",
    "Friendly, and let the customer talk. Name a day and a time for the visit.",
    "The price came too early. Find out first what the car is for.",
    "Clear next step, and the summary says all of it.",
    "Offer two times for the visit, instead of asking whether there is one.",
)

#: What agents plan besides calls: the type of the activity, and the summary.
ERRANDS = (
    ("email", "Send the brochure"),
    ("email", "Send the quotation"),
    ("email", "Send the bank form"),
    ("todo", "Ask the branch for the discount"),
    ("todo", "Check the stock"),
)
