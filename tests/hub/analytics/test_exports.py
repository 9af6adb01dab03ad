"""What is exported is what the JSON says: every number to the last digit, in files that spreadsheets may open."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from litestar.testing import TestClient
from pypdf import PdfReader

from hub.analytics import records, service
from hub.analytics.export import AT_ONCE, Table, as_csv, harmless
from hub.analytics.paper import as_pdf
from hub.analytics.records import RoomFigures, UtilizationReport
from hub.analytics.scope import Scope
from hub.analytics.typefaces import TEXT, _faces
from hub.analytics.wording import LANGUAGES, wording
from hub.app import create_app
from hub.settings import Settings
from tests.fakes import FakeClock
from tests.hub.analytics.worked import a_week
from tests.hub.rest import Rest

REPORTS = {
    "kpis": "",
    "utilization": "",
    "ghosting": "",
    "ghosting by department": "&by=department",
    "capacity": "",
    "heatmap": "",
    "trends": "&metric=ghostRate&bucket=day",
    "comparison": "",
    "peak": "",
}
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")


@pytest.fixture(scope="module")
def desk(new_database, tmp_path_factory):
    """The hub after a week in which much has happened."""
    with new_database("sqlite") as url:
        settings = Settings(data_dir=tmp_path_factory.mktemp("hub"), database_url=url, broker_url="none")
        clock = FakeClock()
        with TestClient(create_app(settings, clock=clock)) as client:
            rest = Rest(client, clock)
            rest.week = a_week(rest)
            rest.week["range"] = f"from={rest.week['from']}&to={rest.week['to']}"
            yield rest


def asked(desk, report, form=None, **more):
    name = report.split()[0]
    query = desk.week["range"] + REPORTS[report]
    if name == "comparison":
        query += "".join(f"&roomId={one}" for one in desk.week["rooms"])
    path = f"/analytics/{name}" + (f"/export?{query}&format={form}" if form else f"?{query}")
    return desk.get(path, who="lena", **more)


def raw(desk, report):
    """The JSON's items, with its numbers as they are written there."""
    answer = asked(desk, report)
    assert answer.status_code == 200, answer.text
    return json.loads(answer.text, parse_float=str, parse_int=str, parse_constant=str)


def flat(value):
    return {None: "", True: "true", False: "false"}.get(value, value)


@pytest.mark.parametrize("report", REPORTS)
def test_csv_has_every_number_of_the_json_as_it_is_written_there(desk, report):
    items = raw(desk, report)["items"]
    answer = asked(desk, report, "csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["x-total-rows"] == str(len(items))
    head, *rows = csv.reader(io.StringIO(answer.content.decode(), newline=""))
    assert [dict(zip(head, row, strict=True)) for row in rows] == [
        {name: flat(value) for name, value in item.items()} for item in items
    ]
    assert items


@pytest.mark.parametrize("report", ["kpis", "ghosting", "heatmap", "trends"])
def test_pdf_has_every_number_of_the_json_its_definitions_and_a_number_on_each_page(desk, report):
    found = raw(desk, report)
    answer = asked(desk, report, "pdf")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages]
    whole = "\n".join(pages)
    there = NUMBER.findall(whole)
    for item in (*found["items"], *found.get("previousItems", ()), *found.get("offenders", ())):
        numbers = {
            value
            for name, value in item.items()
            if isinstance(value, str) and NUMBER.fullmatch(value) and not name.endswith("Id")
        }
        assert numbers - {item.get("weekday"), item.get("hour")} <= set(there), item
    told = re.sub(r"\s+", " ", whole)
    assert [name for name, sentence in found["definitions"].items() if sentence not in told] == []
    assert [f"Page {number} of {len(pages)}" in page for number, page in enumerate(pages, 1)] == [True] * len(
        pages
    )


def test_who_may_not_see_a_report_may_not_have_it_as_a_file(desk):
    query = desk.week["range"]
    for form in ("csv", "pdf"):
        assert desk.get(f"/analytics/kpis/export?{query}&format={form}").status_code == 403


def test_who_leads_a_department_exports_that_department_alone(desk):
    tomas = desk.house.tomas
    desk.patch(f"/users/{tomas.id}", json={"leadsDepartment": True}, who="ada")
    desk.patch("/settings", json={"departmentLeads": True}, who="ada")
    path = f"/analytics/utilization/export?{desk.week['range']}&format=csv"
    own, everybodys = desk.get(path, who="tomas"), desk.get(path, who="lena")
    theirs = desk.get(path + f"&department={tomas.department}", who="lena")
    assert own.content == theirs.content != everybodys.content
    assert desk.get(path + "&department=Research", who="tomas").status_code == 403


def test_no_private_title_is_in_any_file(desk):
    pdf = PdfReader(io.BytesIO(asked(desk, "ghosting", "pdf").content))
    on_paper = "".join(page.extract_text() for page in pdf.pages)
    in_tables = "".join(asked(desk, report, "csv").text for report in REPORTS)
    assert "Sandbox" in on_paper
    assert "Sandbox" in in_tables
    assert desk.week["secret"] not in on_paper + in_tables


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "  ="])
def test_what_a_spreadsheet_takes_for_a_formula_is_made_harmless(begin):
    name = begin + "HYPERLINK(1)"
    found = Table(("roomName", "booked"), [[name, "-1.5"]], [[True, False]])
    (_, row) = csv.reader(io.StringIO(b"".join(as_csv(found)).decode(), newline=""))
    assert row == ["'" + name, "-1.5"]


def test_quotes_commas_and_line_breaks_come_back_as_they_were():
    names = ['The "Blue" room', "Hall, north", "two\r\nlines", "a\nb", "Straße 東京", ""]
    found = Table(("roomName",), [[name] for name in names], [[True]] * len(names))
    whole = b"".join(as_csv(found))
    assert [row[0] if row else "" for row in csv.reader(io.StringIO(whole.decode(), newline=""))][1:] == names
    assert whole.startswith(b'roomName\r\n"The ""Blue"" room"\r\n"Hall, north"\r\n')


def test_csv_comes_in_pieces():
    found = Table(("seats",), [["1"]] * (3 * AT_ONCE), [[False]] * (3 * AT_ONCE))
    assert [piece.count(b"\r\n") for piece in as_csv(found)] == [1, AT_ONCE, AT_ONCE, AT_ONCE]


def test_words_that_are_no_formula_stay_as_they_are():
    assert [harmless(words) for words in ("Story Corner", "3-2", "", "a=b")] == [
        "Story Corner",
        "3-2",
        "",
        "a=b",
    ]


SCRIPTS = {"東京": "CJK", "غرفة": "Arabic", "חדר": "Hebrew", "ห้อง": "Thai", "Αθήνα": "", "Ёж": "", "Łódź": ""}


def test_a_room_is_called_by_its_name_in_any_script(desk):
    if len(_faces()) < 13:
        pytest.skip("This machine has no Noto fonts; tools/fonts.py installs them")
    now = desk.clock.now()
    scope = Scope(from_day=now.date(), to_day=now.date() + timedelta(days=7))
    made = desk.client.blocking_portal.call(
        desk.client.app.state.hub.database.report, lambda session: service.utilization(session, scope, now)
    )
    one = made.items[0]
    rooms = [_named(one, name) for name in SCRIPTS]
    made = UtilizationReport(
        **{field: getattr(made, field) for field in made.__struct_fields__} | {"items": rooms}
    )
    pdf = PdfReader(io.BytesIO(as_pdf([made])))
    fonts = {str(font) for page in pdf.pages for font in _fonts(page)}
    for script in SCRIPTS.values():
        assert any(f"NotoSans{script}" in font for font in fonts) or not script, (script, fonts)
    text = re.sub(r"[\s\x00]", "", pdf.pages[0].extract_text())
    assert {"東京", "Αθήνα", "Ёж", "Łódź"} - {name for name in SCRIPTS if name in text} == set(), text


def _named(one, name):
    return RoomFigures(
        **{field: getattr(one, field) for field in one.__struct_fields__} | {"room_name": name}
    )


def _fonts(page):
    for font in page["/Resources"]["/Font"].values():
        yield font.get_object()["/BaseFont"]


def test_numbers_are_called_on_paper_as_in_the_web_app():
    messages = Path(__file__).parents[3] / "web/src/messages"
    assert tuple(sorted(path.name for path in messages.iterdir())) == LANGUAGES
    for language in LANGUAGES:
        web = json.loads((messages / language / "analytics.json").read_text())
        ours = wording(language)
        assert {name: ours.fields.get(name[2:]) for name in web if name.startswith("m_")} == {
            name: told for name, told in web.items() if name.startswith("m_")
        }
        assert {f"report_{name}": told for name, told in ours.titles.items()} == {
            name: told for name, told in web.items() if name.startswith("report_")
        }
        assert ours.words.keys() == wording("en").words.keys()
        places = {name: set(re.findall(r"\{(\w+)\}", told)) for name, told in ours.words.items()}
        assert places == {n: set(re.findall(r"\{(\w+)\}", t)) for n, t in wording("en").words.items()}


def test_every_column_has_a_name_in_every_language():
    kinds = (
        records.Kpis, records.RoomFigures, records.GhostFigures, records.RoomCapacity, records.HourCell,
        records.TrendPoint, records.PeakDay, records.Offender, records.SeriesOffender,
    )  # fmt: skip
    unnamed = ("Id", "floorName", "buildingName", "removed")
    names = {name for kind in kinds for name in kind.__struct_encode_fields__ if not name.endswith(unnamed)}
    for language in LANGUAGES:
        assert names - wording(language).fields.keys() == set(), language
    assert _faces()[0].name == TEXT
