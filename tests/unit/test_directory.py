"""The directory of bodies: who is told in a region, by what contacts, and what it was before (A20, B1)."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from appeals.bodies.service import Directory, DirectoryRefused, NoSuchBody
from appeals.model.bodies_tables import body_contacts, body_events
from appeals.model.body import REGIONS, Body, BodyContact, BodyKind, ChannelKind
from console.identity.tables import EVERY
from recordings.model.access_entry import Actor
from recordings.rows.service import keyed
from tests.evidence_home import EvidenceHome

pytest_plugins = ("tests.postgres",)
pytestmark = pytest.mark.slow
NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)
TODAY = date(2026, 11, 28)
AIGUL = Actor("Айгүл", "administrator", "aigul")
K = BodyKind
EACH_REGION = (
    *(K.COMMISSIONER, K.AKIMAT, K.GUARDIANSHIP, K.INTERNAL_AFFAIRS, K.EDUCATION, K.HEALTH),
    *(K.SOCIAL_PROTECTION, K.CRISIS_CENTRE),
)


def telephone(number: str, order: int = 1, **more) -> BodyContact:
    return BodyContact(0, "school", ChannelKind.TELEPHONE, number, "кезекші", order, **more)


def by(channel: ChannelKind, address: str) -> Body:
    return school(contacts=(replace(telephone(address), channel=channel),))


def school(**more) -> Body:
    values = {"id": "school", "kind": K.LOCAL, "region": "abai", "name_kk": "Мектеп", "name_ru": "Школа"}
    return Body(**{**values, **more})


@pytest.fixture
async def home(url, tmp_path):
    opened = await EvidenceHome(tmp_path / "home", database_url=url).open()
    opened.database = keyed(opened.database, opened.keys.numbers, EVERY)
    yield opened
    await opened.close()


@pytest.fixture
def directory(home):
    return Directory(home.database, home.keys.numbers(), lab=True)


@pytest.fixture
async def seeded(directory):
    await directory.seed(NOW)
    return directory


async def test_a_new_home_is_filled_in_once(directory):
    assert await directory.seed(NOW) > 200
    before = await directory.listed()
    assert (await directory.seed(NOW), await directory.listed()) == (0, before)


async def test_every_region_has_its_bodies_with_names_and_contacts_in_order(seeded):
    every = {one.id: one for one in await seeded.listed()}
    of_region = {(one.kind, one.region) for one in every.values()}
    assert [
        (kind, region) for region in REGIONS for kind in EACH_REGION if (kind, region) not in of_region
    ] == []
    assert [one.id for one in every.values() if one.name_kk == one.name_ru or not one.contacts] == []
    commissioner = every["commissioner_abai"]
    assert commissioner.name_kk == "Абай облысының Бала құқықтары жөніндегі өңірлік уәкілі"
    assert commissioner.name_ru == "Региональный уполномоченный по правам ребёнка области Абай"
    telephones = [one.order for one in commissioner.contacts if one.channel is ChannelKind.TELEPHONE]
    assert telephones == [1, 2]


async def test_only_the_public_short_numbers_of_the_seed_are_no_examples(seeded):
    real = {one.address for body in await seeded.listed() for one in body.contacts if not one.example}
    assert real == {"102", "103", "112"}


async def test_outside_the_lab_nothing_can_leave_by_an_example(seeded, home):
    at_a_site = Directory(home.database, home.keys.numbers(), lab=False)
    for body in await at_a_site.listed():
        assert {one.address for one in at_a_site.reachable(body, TODAY)} <= {"102", "103", "112"}
    [police] = await at_a_site.find(K.INTERNAL_AFFAIRS, "abai", TODAY)
    assert (at_a_site.reachable(police, TODAY), len(seeded.reachable(police, TODAY))) == ([], 4)


async def test_a_kind_is_found_in_its_region_and_nationwide_where_the_region_has_none(seeded):
    async def ids(kind, region):
        return [one.id for one in await seeded.find(kind, region, TODAY)]

    assert await ids(K.COMMISSIONER, "abai") == ["commissioner_abai"]
    assert await ids(K.AMBULANCE, "abai") == ["ambulance"]
    assert await ids(K.NATIONAL_COMMISSIONER, "abai") == ["national_commissioner"]
    assert await ids(K.COMMISSIONER, "nowhere") == []


async def test_who_is_competent_is_the_regions_own_first(seeded):
    found = [one.id for one in await seeded.competent("4", "abai", TODAY)]
    assert found == [
        *("commissioner_abai", "education_abai", "guardianship_abai", "akimat_abai"),
        *("committee", "ministry_education", "ministry_science", "national_commissioner"),
    ]
    for topic in map(str, range(1, 14)):
        assert [one for one in await seeded.competent(topic, "astana", TODAY) if topic in one.topics]


async def test_the_body_above_is_the_next_that_acts(seeded):
    above = await seeded.above("crisis_centre_abai", TODAY)
    assert above.id == "social_protection_abai"
    await seeded.close("social_protection_abai", AIGUL, NOW)
    above = await seeded.above("crisis_centre_abai", TODAY)
    assert above.id == "akimat_abai"
    assert await seeded.above("ministry_justice", TODAY) is None


async def test_contacts_are_those_of_the_day_in_the_order_of_deputies(directory):
    await directory.add(
        school(
            contacts=(
                telephone("+77000000003", 3),
                telephone("+77000000001", 1, valid_until=date(2026, 11, 27)),
                telephone("+77000000002", 2, valid_from=date(2026, 11, 28)),
                telephone("+77000000004", 1, valid_from=date(2026, 11, 29)),
            )
        ),
        AIGUL,
        NOW,
    )

    async def numbers(day):
        [found] = await directory.find(K.LOCAL, "abai", day)
        return [one.address[-1] for one in found.contacts]

    assert await numbers(date(2026, 11, 27)) == ["1", "3"]
    assert await numbers(date(2026, 11, 28)) == ["2", "3"]
    assert await numbers(date(2026, 11, 29)) == ["4", "2", "3"]


async def test_a_body_is_found_on_the_days_it_is_valid_and_a_closed_one_never(directory):
    await directory.add(school(valid_from=TODAY, valid_until=TODAY), AIGUL, NOW)
    days = [date(2026, 11, number) for number in (27, 28, 29)]
    assert [len(await directory.find(K.LOCAL, "abai", day)) for day in days] == [0, 1, 0]
    await directory.close("school", AIGUL, NOW)
    assert await directory.find(K.LOCAL, "abai", TODAY) == []
    assert directory.reachable(await directory.of("school"), TODAY) == []


async def test_every_change_is_kept_with_who_before_and_after(directory):
    await directory.add(school(contacts=(telephone("+77000000001"),)), AIGUL, NOW)
    [contact] = (await directory.of("school")).contacts
    await directory.set_contact(replace(contact, address="+77000000002"), AIGUL, NOW)
    await directory.end_contact("school", contact.id, TODAY, AIGUL, NOW)
    await directory.change("school", lambda body: replace(body, name_ru="Лицей"), AIGUL, NOW)
    await directory.close("school", AIGUL, NOW)
    told = [
        (one.step, one.who, one.contact, *map(read, (one.before, one.after)))
        for one in await directory.history("school")
    ]
    names = [
        (step, who, of, was.get("name_ru"), is_["name_ru"]) for step, who, of, was, is_ in told if of is None
    ]
    assert names == [
        ("added", AIGUL, None, None, "Школа"),
        ("changed", AIGUL, None, "Школа", "Лицей"),
        ("closed", AIGUL, None, "Лицей", "Лицей"),
    ]
    numbers = [
        (step, was.get("address"), is_["address"], is_["valid_until"]) for step, _, of, was, is_ in told if of
    ]
    assert numbers == [
        ("added", None, "+77000000001", None),
        ("changed", "+77000000001", "+77000000002", None),
        ("changed", "+77000000002", "+77000000002", "2026-11-28"),
    ]


def read(text_: str) -> dict:
    return json.loads(text_) if text_ else {}


async def test_addresses_lie_hidden_in_the_tables(directory, home):
    await directory.add(school(contacts=(telephone("+77000000001"),)), AIGUL, NOW)
    async with home.database.connect() as connection:
        rows = [
            *(await connection.execute(select(body_contacts.c.pii_address))).all(),
            *(await connection.execute(select(body_events.c.pii_before, body_events.c.pii_after))).all(),
        ]
    assert [value for row in rows for value in row if not value.startswith("h1:")] == []


async def test_the_history_refuses_to_be_changed(directory, home):
    await directory.add(school(), AIGUL, NOW)
    for deed in ("UPDATE body_events SET person = 'x'", "DELETE FROM body_events"):
        with pytest.raises(DBAPIError, match="only grows"):
            async with home.database.begin() as connection:
                await connection.execute(text(deed))


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (school(id="Мектеп"), "the id 'Мектеп' is not small Latin letters"),
        (school(region="mars"), "there is no region 'mars'"),
        (school(name_kk=" "), "a body has a name in Kazakh and one in Russian"),
        (school(name_ru="Школа "), "a body has a name in Kazakh and one in Russian"),
        (school(name_ru="Шко\nла"), "a body has a name in Kazakh and one in Russian"),
        (school(language="en"), "a body is written to in kk or ru"),
        (school(topics=("4", "14")), "topics are 1 to 13, not 14"),
        (school(above="nobody"), "there is no body 'nobody' to stand above it"),
        (school(above="school"), "it would stand above itself"),
        (school(valid_from=TODAY, valid_until=date(2026, 11, 1)), "it ends before it begins"),
        (school(contacts=(telephone("8 700 000 00 01"),)), "is no number"),
        (school(contacts=(telephone("+7700000000"),)), "is no number"),
        (school(contacts=(telephone("+77000000001", 0),)), "the order is 1 to 99"),
        (school(contacts=(telephone("+70000000001"),)), "is invented: mark it as an example"),
        (by(ChannelKind.EMAIL, "a@b"), "is no e-mail address"),
        (by(ChannelKind.EMAIL, "a@school.example.kz"), "is invented"),
        (by(ChannelKind.EMAIL, "a@b.kz\nBcc: c@d.kz"), "is no e-mail"),
        (by(ChannelKind.WEBHOOK, "http://a.kz/x"), "no https address"),
        (by(ChannelKind.WEBHOOK, "https://10.0.0.1/"), "no https"),
        (by(ChannelKind.WEBHOOK, "https://a@b.kz/"), "no https"),
        (by(ChannelKind.LETTER, " "), "a postal address has words"),
    ],
)
async def test_what_cannot_be_is_refused_whole(directory, body, why):
    with pytest.raises(DirectoryRefused, match=why):
        await directory.add(body, AIGUL, NOW)
    assert await directory.listed() == []


async def test_a_second_body_of_the_same_id_and_an_unknown_one_are_refused(directory):
    await directory.add(school(), AIGUL, NOW)
    with pytest.raises(DirectoryRefused, match="there is a body school already"):
        await directory.add(school(), AIGUL, NOW)
    with pytest.raises(DirectoryRefused, match="nothing is different"):
        await directory.change("school", lambda body: body, AIGUL, NOW)
    with pytest.raises(NoSuchBody, match="there is no body nobody"):
        await directory.of("nobody")
    with pytest.raises(DirectoryRefused, match="school has no contact 99"):
        await directory.end_contact("school", 99, TODAY, AIGUL, NOW)


async def test_bodies_cannot_come_to_stand_above_each_other(directory):
    await directory.add(school(), AIGUL, NOW)
    await directory.add(school(id="lyceum", above="school"), AIGUL, NOW)
    with pytest.raises(DirectoryRefused, match="it would stand above itself, by way of lyceum"):
        await directory.change("school", lambda body: replace(body, above="lyceum"), AIGUL, NOW)


@pytest.mark.parametrize("role", ["consultant", "supervisor", "auditor"])
async def test_only_an_administrator_changes_it(directory, role):
    who = Actor("Біреу", role, "x")
    for deed in (
        directory.add(school(), who, NOW),
        directory.close("school", who, NOW),
        directory.set_contact(telephone("102"), who, NOW),
        directory.import_(b"", who, NOW),
    ):
        with pytest.raises(DirectoryRefused, match=f"Біреу is {role}: only this role"):
            await deed
