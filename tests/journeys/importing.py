"""The office imports the example with a real worker, and undoes it."""

from playwright.sync_api import Page, expect


def import_example(office: Page) -> None:
    """Upload the example, apply it and undo it; the page waits for the worker by itself."""
    office.goto("/massnahmen/import/")
    with office.expect_download() as download:
        office.get_by_role("link", name="Beispiel herunterladen").click()
    main = office.get_by_role("main")
    main.get_by_label("Datei").set_input_files(download.value.path())
    main.get_by_role("button", name="Hochladen und ansehen").click()

    expect(main.get_by_role("heading", name="Was sich ändern würde")).to_be_visible()
    expect(main).to_contain_text("3 neue Maßnahmen")
    main.get_by_role("button", name="Übernehmen", exact=True).click()

    expect(main.get_by_role("heading", name="Betroffene Maßnahmen")).to_be_visible()
    main.get_by_role("link", name="Import rückgängig machen").click()
    main.get_by_role("button", name="Import rückgängig machen").click()

    expect(main).to_contain_text("rückgängig gemacht")
    expect(main.get_by_role("heading", name="Betroffene Maßnahmen")).to_have_count(0)
    expect(main.get_by_role("progressbar")).to_have_count(0)
