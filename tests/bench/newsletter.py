"""A newsletter as shops send them: HTML and text, long lines, letters beyond ASCII, ten fields of the recipient."""

FIELDS = ["name", "city", "shop", "product", "price", "saved", "points", "agent", "until", "code"]
NAMES = ["Jürgen", "Zoë", "Anna", "Łukasz", "Анна", "François", "Mary", "Søren"]
CITIES = ["Köln", "São Paulo", "Bristol", "Łódź", "Казань", "Orléans", "Leeds", "Århus"]

# Tables within tables, styles in every cell, all of it on one line: what the editors of newsletters produce.
CARD = ('<tr><td align="center" valign="top" style="padding:12px 24px;font-family:Helvetica,Arial,sans-serif;'
        'font-size:15px;line-height:22px;color:#333333"><a href="https://shop.example/p/{number}?utm_source=newsletter'
        '&amp;utm_medium=email" style="color:#0a7cff;text-decoration:none"><img src="https://cdn.shop.example/i/{number}'
        '.jpg" width="552" height="310" alt="Größe {number}" style="display:block;border:0"></a><p style="margin:8px 0">'
        'Für Sie ausgesucht: “The autumn chair no. {number}” – now only 1{number} €, café included.{field}</p></td></tr>')
LINE = ("Für Sie ausgesucht: “The autumn chair no. {number}” – now only 1{number} €, café included, "
        "https://shop.example/p/{number}?utm_source=newsletter{field}\n")


def _filled(piece, size, fields):
    """As many numbered pieces as make up `size` bytes, with the fields spread over the first of them."""
    made, number, bytes_so_far = [], 0, 0
    while bytes_so_far < size or number < len(fields):
        field = " {{" + fields[number] + "}}" if number < len(fields) else ""
        made.append(piece.format(number=100 + number, field=field))
        bytes_so_far += len(made[-1].encode())
        number += 1
    return "".join(made)


def html(size):
    head = '<!DOCTYPE html><html lang="de"><head><meta charset="utf-8"></head><body><p>Hello {{name}}!</p><table>'
    return head + _filled(CARD, size, FIELDS) + "</table></body></html>"


def text(size):
    return "Hello {{name}} from {{city}},\n\n" + _filled(LINE, size, FIELDS)


def fields_of(size):
    """What a campaign of letters of `size` bytes (three quarters HTML) is made with."""
    return {"name": "Autumn", "subject": "{{name}}, alles ist 20 % günstiger", "html": html(size * 3 // 4),
            "text": text(size // 4), "unsubscribe_url": "https://shop.example/u/{{code}}"}


COLUMNS = ["email", *FIELDS]


def row(index):
    return (f"user{index}@example{index % 50}.com", NAMES[index % 8], CITIES[index % 8], f"Shop {index % 97}",
            f"Stuhl Größe {index % 41}", f"{index % 400} €", f"{index % 60} %", str(index), f"Jörg {index % 12}",
            f"{1 + index % 28}. Oktober", f"{index:08x}")
