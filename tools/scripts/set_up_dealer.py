# Run in Odoo's shell: a dealer who sells cars, and the call centre's account.
VEHICLES = (
    ("TOY-VIOS-G", "Toyota Vios 1.3 G CVT", 1050000),
    ("TOY-WIGO-G", "Toyota Wigo G CVT", 735000),
    ("TOY-INNOVA-E", "Toyota Innova E", 1300000),
    ("TOY-HILUX-C", "Toyota Hilux Conquest 4x2 AT", 1543000),
    ("HON-CITY-RS", "Honda City RS", 1150000),
    ("HON-BRV-VX", "Honda BR-V VX", 1390000),
    ("HON-CRV-V", "Honda CR-V V Turbo", 2190000),
    ("MIT-XPANDER-GLS", "Mitsubishi Xpander GLS", 1255000),
    ("MIT-MONTERO-GLS", "Mitsubishi Montero Sport GLS", 1798000),
    ("MIT-MIRAGE-GLX", "Mitsubishi Mirage G4 GLX", 898000),
)
env.company.name = "Dealer"  # noqa: F821
env["product.product"].create(  # noqa: F821
    [
        {"default_code": code, "name": name, "list_price": price}
        for code, name, price in VEHICLES
    ]
)
env.cr.commit()  # noqa: F821
