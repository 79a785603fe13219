"""What the columns of a list are, by the headers that people write in their languages."""

import pytest

from domain.targets.errors import NoPhoneColumn
from domain.targets.importing.columns import choices_of, guess

PHONES = {
    "English": """Phone, Phone Number, Phone No., Phone #, PHONE_NUMBER, phoneNumber, Tel, Tel.,
        Tel. No, Telephone, Telephone Number, Customer Phone, customerPhone, customer_phone,
        customerphone, Client's Phone, Contact Phone, Contact Number, Primary Phone, Main Phone,
        Second Phone, Secondary Phone, Alternate Phone, Alt. Phone, Other Phone, Additional Phone,
        Phone 1, Phone2, Phone (2), Number, MSISDN""",
    "Hebrew": """טלפון, מספר טלפון, מס' טלפון, מס׳ טלפון, טל', טל. לקוח, טלפון לקוח, טלפון של הלקוח,
        טלפון 2, טלפון נוסף, טלפון שני, טלפון ראשי""",
    "Russian": """Телефон, Номер телефона, № телефона, Тел., Тел, Телефон клиента, Номер,
        Контактный телефон, Основной телефон, Второй телефон, Доп. телефон, Телефон 2,
        Номер телефона клиента, номер_телефона""",
    "Polish": """Telefon, Nr telefonu, Nr tel., Numer telefonu, Tel., Telefon klienta, Numer,
        Telefon kontaktowy, Drugi telefon, Telefon 2, Telefon dodatkowy, numer_telefonu""",
    "German": """Telefon, Telefonnummer, Telefonnr., Tel.-Nr., Tel., Rufnummer, Telefon 2,
        Telefon (Kunde), Telefonnummer des Kunden, Zweite Telefonnummer, Weitere Rufnummer""",
    "French": """Téléphone, Numéro de téléphone, N° de téléphone, Nº tél., Tél., Tel,
        Téléphone du client, Téléphone 2, Deuxième téléphone, Autre téléphone, numero_telephone""",
    "Finnish": """Puhelin, Puhelinnumero, Puhelinnro, Puh., Asiakkaan puhelin, Puhelin 2,
        Toinen puhelin, Toinen puhelinnumero, Ensisijainen puhelinnumero""",
}
TYPED = {
    "mobile": """Mobile, Mobile Phone, Mobile No, Cell, Cell Phone, Customer Mobile, Phone (cell),
        נייד, טלפון נייד, מספר נייד, סלולרי, Мобильный, Мобильный телефон, Моб. тел., Сотовый,
        Komórka, Telefon komórkowy, Nr komórki, Handy, Handynummer, Mobil, Mobilnummer,
        Mobiltelefon, Telefon mobil, Portable, Téléphone portable, Mobile 2, N° de portable,
        Matkapuhelin, Matkapuhelinnumero, Kännykkä, GSM""",
    "home": """Home Phone, Home Number, Phone (home), phoneHome, Landline, טלפון בבית,
        Домашний телефон, Тел. дом., Telefon domowy, Telefon stacjonarny, Telefon privat, Festnetz,
        Téléphone fixe, Tél. domicile, Kotipuhelin""",
    "work": """Work Phone, Office Phone, Business Phone, Phone 2 (work), טלפון בעבודה,
        Рабочий телефон, Раб. тел., Telefon służbowy, Telefon geschäftlich, Telefon (dienstlich),
        Téléphone professionnel, Tél. bureau, Työpuhelin""",
}
OTHERS = {
    "name": """Name, Full Name, Customer Name, Contact Name, Client, שם, שם מלא, שם לקוח, שם הלקוח,
        ФИО, Ф.И.О., Имя, Имя клиента, Клиент, Imię i nazwisko, Nazwa klienta, Klient, Kundenname,
        Kunde, Vollständiger Name, Nom, Nom complet, Nom du client, Nom et prénom, Nimi,
        Asiakkaan nimi, Koko nimi""",
    "priority": """Priority, Prio, עדיפות, Приоритет, Priorytet, Priorität, Priorité,
        Prioriteetti""",
    "timezone": """Time Zone, Timezone, אזור זמן, Часовой пояс, Strefa czasowa, Zeitzone,
        Fuseau horaire, Aikavyöhyke""",
    "caller_id": """Caller ID, CLI, מזהה המתקשר, АОН, Numer dzwoniący, Anrufer-ID,
        Numéro présenté, Soittajan numero""",
}
VARIABLES = """External ID, Customer Number, Client ID, Order No., Phone Model, Phone OK, Notes,
    Contact Date, Last Call, First Name, Home Address, Office, Email, Fax, Emergency Contact Phone,
    Balance, מספר לקוח, תעודת זהות, הערות, כתובת, Номер клиента, Номер договора, Адрес, Город,
    Numer klienta, Nr umowy, Adres, Uwagi, Kundennummer, Vertragsnummer, Adresse, Bemerkung,
    Numéro client, N° de contrat, Domicile, Remarque, Asiakasnumero, Osoite, Kaupunki, Telson"""


def headers(text: str) -> list[str]:
    return [header.strip() for header in text.split(",")]


def meaning(header: str) -> str:
    """What a column is taken for beside a phone of another name."""
    [_, (_, found)] = choices_of(["Phone", header], guess(["Phone", header]))
    return found


@pytest.mark.feature("TGT-01")
@pytest.mark.parametrize("language", PHONES)
def test_a_list_with_the_usual_header_of_a_phone_needs_no_choice(language: str) -> None:
    unknown = []
    for header in headers(PHONES[language]):
        try:
            assert guess([header]).phones == (0,)
        except NoPhoneColumn:
            unknown.append(header)

    assert unknown == []
    assert {meaning(header) for header in headers(PHONES[language])} == {"phone"}


@pytest.mark.feature("TGT-12")
@pytest.mark.parametrize("type", TYPED)
def test_headers_say_which_type_a_number_is_of(type: str) -> None:
    taken = {header: meaning(header) for header in headers(TYPED[type])}

    assert taken == dict.fromkeys(taken, f"phone:{type}")


@pytest.mark.feature("TGT-01")
@pytest.mark.parametrize("wanted", OTHERS)
def test_the_other_columns_are_known_by_their_usual_headers(wanted: str) -> None:
    taken = {header: meaning(header) for header in headers(OTHERS[wanted])}

    assert taken == dict.fromkeys(taken, wanted)


@pytest.mark.feature("TGT-01")
def test_what_is_none_of_these_is_shown_to_the_agent() -> None:
    taken = {header: meaning(header) for header in headers(VARIABLES)}

    assert taken == {header: f"variable:{header}" for header in taken}


@pytest.mark.parametrize(
    "header", ["Phone Hours", "phone_hours", "Phone Calling Hours", "phonecallingwindow"]
)
def test_the_hours_of_a_phone_are_no_phone(header: str) -> None:
    assert meaning(header) == "phone_hours"
