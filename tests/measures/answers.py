"""Fill in the page on which a lead answers for its measures."""

from tests.confirming import hidden_fields
from tests.measures.builders import report_values


def typed(measure, **changes) -> dict:
    values = report_values(**changes) | {"as_of_on": changes.get("as_of_on", "01.03.2026")}
    return {f"m{measure.pk}-{name}": value for name, value in values.items()}


def shown_by(page) -> dict:
    """Return what a browser sends of a page on which nothing was entered."""
    data = {}
    for card in page.context["cards"]:
        for name in card.form.model_fields if card.form else ():
            data[card.form.add_prefix(name)] = card.form[name].value() or ""
        data[f"m{card.key}-as_of_on"] = "01.03.2026"
    return data


def sent(client, url, *filled, **buttons):
    """Send the page as a browser does, with `filled` fields and the pressed button."""
    page = client.get(url)
    data = hidden_fields(page)
    data |= shown_by(page)
    for fields in filled:
        data |= fields
    return client.post(url, data | buttons, follow=True)
