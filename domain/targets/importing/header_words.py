"""The words that headers of lists are made of, in the languages of those who write them. Pure.

English, Hebrew, Russian, Polish, German, French, Finnish, and some Spanish, Portuguese and Italian.
"""

import re
import unicodedata

from domain.targets.contact_numbers import NumberType

# Letters that have no accent to Unicode, but do to people who type without.
_ALSO_PLAIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i"})
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WORD = re.compile(r"[^\W\d_]+|\d+")


def unaccented(text: str) -> str:
    """The text in small letters, without accents."""
    marked = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(letter for letter in marked if not unicodedata.combining(letter))
    return plain.translate(_ALSO_PLAIN)


def words_of(header: str) -> list[str]:
    """The words and numbers of a header like "Tel. (2)" or customerPhone."""
    return _WORD.findall(unaccented(_CAMEL.sub(" ", header)))


def plain_header(header: str) -> str:
    """A header without case, blanks, punctuation and accents."""
    return re.sub(r"[\W_]+", "", unaccented(header))


_FEW_ACCENTS = str.maketrans("ąćęłńóśźżáéíúñ", "acelnoszzaeiun")


def formerly_plain_header(header: str) -> str:
    """As `plain_header` was when the first column choices were kept: fewer accents were taken off.

    Those choices are found by it for good, as a digest cannot be made anew.
    """
    return re.sub(r"[\W_]+", "", header.casefold().translate(_FEW_ACCENTS))


def _plain(headers: str) -> frozenset[str]:
    return frozenset(plain_header(header) for header in headers.split())


# Words that make a header a phone's, whatever of _BESIDE stands beside them.
_PHONE_WORDS = {
    NumberType.OTHER: _plain(
        """phone phones phonenumber phoneno phonenum telephone telephonenumber tel telno telnr
        msisdn טלפון טל телефон телефона телефоны тел telefon telefony telefonu telefonnummer
        telefonnr rufnummer fon téléphone tél telephon teléfono telefono telefone tlf puhelin
        puhelinnumero puhelinnro puh"""
    ),
    NumberType.MOBILE: _plain(
        """mobile mobiles mobilephone mobilenumber mobileno cell cellphone cellular gsm נייד סלולרי
        мобильный мобильного мобильник моб сотовый komórka komórki komórkowy komórkowego mobil
        mobiltelefon mobilnummer mobilnr handy handynummer handynr portable movil móvil celular
        cellulare matkapuhelin matkapuhelinnumero kännykkä kännykkänumero"""
    ),
    NumberType.HOME: _plain("homephone landline festnetz kotipuhelin kotinumero"),
    NumberType.WORK: _plain("workphone officephone businessphone työpuhelin työnumero"),
}
# Words that say which number it is, beside those above.
_TYPE_WORDS = {
    NumberType.HOME: _plain(
        """home private בבית בית домашний домашнего дом domowy domowego stacjonarny stacjonarnego
        privat fixe domicile casa koti"""
    ),
    NumberType.WORK: _plain(
        """work office business בעבודה עבודה במשרד рабочий рабочего раб służbowy służbowego firmowy
        praca geschäftlich dienstlich büro arbeit bureau travail professionnel pro trabajo työ"""
    ),
}
_BESIDE = _plain(
    """number numbers no nr num n o the of s customer client contact person primary main default
    first second secondary third alternate alternative alt additional extra other another
    מספר מס של לקוח הלקוח איש קשר ראשי ראשון שני שלישי נוסף אחר
    номер номера no клиента клиент контактный контакта абонента основной первый второй третий
    дополнительный доп другой
    numer numeru klienta klient kontaktowy kontakt kontaktu do główny pierwszy drugi trzeci
    dodatkowy inny
    nummer kunde kunden des haupt erste zweite zweites dritte weitere weiteres andere alternativ
    numéro numéros de du la le client contact principal premier deuxième second seconde troisième
    secondaire autre
    numero cliente del principale secondo altro otro segundo
    nro asiakas asiakkaan yhteys ensisijainen ensimmäinen toinen kolmas toissijainen muu lisä"""
)
_ALONE = {
    # As a whole: beside them is too much else that they could be of.
    NumberType.OTHER: _plain("number contactnumber номер numer"),
    NumberType.HOME: _plain("homenumber privatephone домашний domowy"),
    NumberType.WORK: _plain("worknumber officenumber рабочий służbowy"),
}
# The template's other green columns, as people and other programs call them.
SYSTEM_WORDS = {
    "name": _plain(
        """name fullname customername customer contact contactname contactperson client clientname
        person personname שם שםמלא שםהלקוח שםלקוח לקוח שםאישקשר имя фио фамилияимя полноеимя клиент
        имяклиента фиоклиента контактноелицо nazwa nazwaklienta imię imięinazwisko imięnazwisko
        klient imięklienta kunde kundenname vollständigername vorundnachname ansprechpartner nom
        nomcomplet nomduclient nomclient nometprénom prénometnom nombre nombrecompleto cliente nome
        nomecompleto nimi kokonimi asiakas asiakkaannimi yhteyshenkilö"""
    ),
    "caller_id": _plain(
        """callerid callernumber cli ani caller outgoingnumber מזההמתקשר מזהההמתקשר מספרמתקשר
        מזההשיחה аон номерзвонящего исходящийномер numerdzwoniący numerprezentowany
        numerwychodzący anruferid absenderrufnummer identifiantappelant numéroaffiché numéroprésenté
        soittajannumero lähtevänumero"""
    ),
    "priority": _plain(
        """priority prio עדיפות приоритет priorytet priorität prioridad priorité priorità
        prioriteetti tärkeys"""
    ),
    "timezone": _plain(
        """timezone tz אזורזמן часовойпояс strefaczasowa zeitzone fuseauhoraire zonahoraria
        fusoorario aikavyöhyke"""
    ),
}


def phone_type(header: str) -> NumberType | None:
    """The type of a phone column, by its header; None: it is no phone's."""
    whole = plain_header(header).rstrip("0123456789")
    for type, alone in _ALONE.items():
        if whole in alone:
            return type
    found: set[NumberType] = set()
    is_phone = False
    for word in _parts(header):
        types = [type for type, words in _PHONE_WORDS.items() if word in words]
        if types:
            is_phone = True
        else:
            types = [type for type, words in _TYPE_WORDS.items() if word in words]
            if not types and not word.isdecimal() and word not in _BESIDE:
                return None
        found.update(types)
    if not is_phone:
        return None
    return next((type for type in _MOST_SPECIAL_FIRST if type in found), NumberType.OTHER)


def _parts(header: str) -> list[str]:
    """Its words; one that is not known, but put together of known ones, as these."""
    parts: list[str] = []
    for word in words_of(header):
        inside = [] if word in _KNOWN else _COMPOUND.findall(word)
        parts += inside if "".join(inside) == word else [word]
    return parts


_KNOWN = _BESIDE.union(*_PHONE_WORDS.values(), *_TYPE_WORDS.values())
# Longest first; words of one or two letters would make a phone of too much.
_COMPOUND = re.compile("|".join(sorted((w for w in _KNOWN if len(w) > 2), key=len, reverse=True)))
_MOST_SPECIAL_FIRST = (NumberType.MOBILE, NumberType.HOME, NumberType.WORK)
