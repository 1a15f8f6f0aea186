//! The municipality: one store for all, a card for each case, the authority of all.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use mynumber::applet::pin::{
    FourDigitPin, SecurityCode, SignaturePassword, VerificationNumberA, VerificationNumberB,
};
use mynumber::applet::{Date, FileId};
use mynumber::crypto::UnixTime;
use mynumber::crypto::certificate::Purpose;
use mynumber::crypto::revocation::Reason as Revocation;
use mynumber::desk::Chip;
use mynumber::driver::Card as Driven;
use mynumber::issuance::application::{
    Channel, Contact, ContactName, Device, Email, Entry, Form, FormId, FormKind, Photo, Registrant,
    parse_date,
};
use mynumber::issuance::audit::Clerk;
use mynumber::issuance::batch::{self, Order};
use mynumber::issuance::desk::after::Certifying;
use mynumber::issuance::desk::pins::{Asked, NewPins, Plan};
use mynumber::issuance::desk::prepare::{Delivered, Expected, Pictures};
use mynumber::issuance::desk::stage::{Received, Stage};
use mynumber::issuance::desk::substitutes::Flags;
use mynumber::issuance::desk::{At, Desk};
use mynumber::issuance::issuer::{AssumedIssuer, IssuerMasterKey};
use mynumber::issuance::lifecycle::Actor;
use mynumber::issuance::receipt::{Condition, Delivery, Encoding, IssuanceList, Serial};
use mynumber::issuance::store::{By, Sqlite, Store};
use mynumber::issuance::{personalise_as_delivered, photo};
use mynumber::transport::InProcess;
use mynumber::virtual_card::{FileContents, MemoryStorage, Storage, VirtualCard};
use mynumber::{Slot, testing};
use tempfile::TempDir;
use testkit::virtual_card;

use crate::people::{Kind, PASSWORD, Resident};

/// When the second cards are made: in the three months before the first end.
pub(crate) const SECOND: i64 = 100;
/// The day on which everything is looked at.
pub(crate) const LAST: i64 = 200;

pub(crate) fn date(text: &str) -> Date {
    Date::parse(text.as_bytes()).unwrap()
}

/// Some days after the first cards were made.
pub(crate) fn day(days: i64) -> UnixTime {
    UnixTime::from_seconds(testing::ISSUED.seconds() + days * 86_400)
}

pub(crate) fn by(actor: Actor, days: i64) -> By {
    By { clerk: Clerk::parse("desk-1").unwrap(), actor, at: day(days) }
}

/// What a certificate on a card is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Worth {
    /// There is none, or nothing opens its key.
    Nothing,
    InForce,
    Revoked(Revocation),
    /// Its last day has passed.
    Expired,
}

/// A card, and what its holder knows.
pub(crate) struct Card {
    pub(crate) kind: Kind,
    pub(crate) storage: MemoryStorage,
    pub(crate) slot: Slot,
    /// What the chip says.
    pub(crate) person: mynumber::issuance::Person,
    pub(crate) password: Option<String>,
    /// User authentication, juki, input assist.
    pub(crate) four: Option<[String; 3]>,
    pub(crate) signature: Worth,
    pub(crate) user_authentication: Worth,
}

impl Card {
    fn new(resident: &Resident, bytes: &[u8]) -> Self {
        let storage = MemoryStorage::holding(bytes);
        Self {
            kind: resident.kind,
            slot: open(storage.clone()),
            storage,
            person: resident.person.clone(),
            password: None,
            four: None,
            signature: Worth::Nothing,
            user_authentication: Worth::Nothing,
        }
    }

    /// The card for programs outside: what they do leaves no trace.
    pub(crate) fn copy(&self) -> Slot {
        open(MemoryStorage::holding(&self.storage.clone().read().unwrap()))
    }

    fn certificate(&self, file: FileId) -> Option<Vec<u8>> {
        match self.slot.card().image().files.get(&file) {
            Some(FileContents::Bytes(bytes)) => Some(bytes.clone()),
            _ => None,
        }
    }

    /// What the authority's records say of the card.
    fn delivered(&self) -> Vec<Delivered> {
        [
            (Purpose::Signature, FileId::SignatureCertificate),
            (Purpose::UserAuthentication, FileId::UserAuthenticationCertificate),
        ]
        .into_iter()
        .filter_map(|(purpose, file)| Some(Delivered::parse(purpose, &self.certificate(file)?).unwrap()))
        .collect()
    }
}

fn open(storage: MemoryStorage) -> Slot {
    Slot::new(VirtualCard::open(storage, mynumber::system_random()).unwrap())
}

pub(crate) struct Town {
    pub(crate) store: Sqlite,
    pub(crate) folder: TempDir,
    /// By the number of the case.
    pub(crate) cards: BTreeMap<u64, Card>,
    /// Second cards that wait, by the number of the resident.
    made: BTreeMap<u64, Vec<u8>>,
    master: Arc<IssuerMasterKey>,
}

impl Town {
    /// Makes all cards, on all cores.
    pub(crate) fn new(residents: &[Resident]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["store", "cards"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        let master = Arc::new(IssuerMasterKey::generate(&mut virtual_card::rng()));
        let path = |number: u64, which: &str| folder.path().join(format!("cards/{number}-{which}.card"));
        let mut orders = Vec::new();
        for resident in residents {
            orders.push(Order { file: path(resident.number, "first"), person: resident.person.clone() });
            if resident.kind.has_successor() {
                let person = resident.successor().person;
                orders.push(Order { file: path(resident.number, "second"), person });
            }
        }
        let ordered = u64::try_from(orders.len()).unwrap();
        let seconds: Vec<String> = residents.iter().map(|one| one.successor().person.serial).collect();
        let summary = batch::personalise(
            orders.into_iter(),
            std::thread::available_parallelism().unwrap(),
            &mut mynumber::system_random(),
            |person, rng| {
                let at = if seconds.contains(&person.serial) { day(SECOND) } else { day(0) };
                personalise_as_delivered(testing::authority(), person, &master, at, rng)
            },
            |_| ControlFlow::Continue(()),
        );
        assert_eq!(summary.made, ordered, "{summary:?}");
        let read = |number, which| std::fs::read(path(number, which)).unwrap();
        let mut made = BTreeMap::new();
        let mut cards = BTreeMap::new();
        for resident in residents {
            cards.insert(resident.number, Card::new(resident, &read(resident.number, "first")));
            if resident.kind.has_successor() {
                made.insert(resident.number, read(resident.number, "second"));
            }
        }
        let store = Sqlite::open(&folder.path().join("store/cases.db")).unwrap();
        Self { store, cards, made, master, folder }
    }

    /// The application, as it is entered; its number is the resident's.
    pub(crate) fn apply(&mut self, resident: &Resident) {
        let form = match resident.kind {
            Kind::HandWritten => Form::hand_written(resident.person.my_number.as_str()).unwrap(),
            _ => Form::Printed { kind: FormKind::MunicipalityQr, id: form_id(resident.number) },
        };
        let number = self.register(resident, form, 0);
        assert_eq!(number, resident.number);
        if resident.kind == Kind::HandWritten {
            // The issuer gave it an id.
            let version = self.store.case(number).unwrap().version;
            let desk = by(Actor::Municipality, 1);
            self.store.enter_form(number, version, &form_id(number), &desk).unwrap();
        }
    }

    fn register(&mut self, resident: &Resident, form: Form, days: i64) -> u64 {
        let today = mynumber::issuance::validity::date_in_japan(day(days)).unwrap();
        let name = ContactName::parse("検証　代理").unwrap();
        let represented = matches!(resident.kind, Kind::Under15 | Kind::Ward);
        let email = format!("resident{}@example.invalid", resident.number);
        let entry = Entry {
            channel: resident.channel,
            form,
            on_form: resident.record.clone(),
            today: resident.record.clone(),
            birth_date: parse_date(&resident.birth).unwrap(),
            registrant: if represented {
                Registrant::Representative { name: name.clone() }
            } else {
                Registrant::Applicant
            },
            under_guardianship: resident.is(Kind::Ward),
            contact: resident
                .channel
                .needs_contact()
                .then(|| Contact { name, email: Email::parse_twice(&email, &email).unwrap() }),
            device: Device::Same,
            photo: if resident.channel == Channel::Post {
                Photo::Paper(photo::Paper::check(450, 350, today, today).unwrap())
            } else {
                Photo::Digital(photo::Digital::check(&picture(), today, today).unwrap())
            },
            wishes: resident.wishes,
            terms_accepted: true,
        };
        let confirmed = entry.check(today).unwrap().confirm();
        self.store.register(confirmed, &by(Actor::Municipality, days)).unwrap().number
    }

    /// The box of first cards: one row, one card, one notice for each.
    pub(crate) fn receive(&mut self, residents: &[Resident]) {
        let rows: Vec<(FormId, &Resident)> =
            residents.iter().map(|resident| (form_id(resident.number), resident)).collect();
        self.receive_rows(&rows, 20);
    }

    fn receive_rows(&mut self, rows: &[(FormId, &Resident)], days: i64) {
        let mut list = "申請書ID,製造番号,氏名\n".to_owned();
        let mut arrived = Delivery::new();
        for (form, Resident { person, .. }) in rows {
            list.push_str(&format!("{},{},{}\n", form.as_str(), person.serial, person.name));
            let serial = Serial::parse(&person.serial).unwrap();
            arrived.card(serial, Condition::Good);
            arrived.notice(serial);
        }
        let list = IssuanceList::parse(list.as_bytes(), Encoding::Utf8).unwrap();
        self.store.receive(&arrived.compare(&list).unwrap(), &by(Actor::Municipality, days)).unwrap();
    }

    /// A second application, and its card: up to the notice. Gives the number of the new case.
    pub(crate) fn second(&mut self, resident: &Resident, form: Form) -> u64 {
        let (id, next) = (form.id().unwrap().clone(), resident.successor());
        let number = self.register(&next, form, SECOND);
        self.cards.insert(number, Card::new(&next, &self.made[&resident.number]));
        self.receive_rows(&[(id, &next)], SECOND);
        let renewed = (resident.kind == Kind::Renewed).then(|| resident.person.end_of_stay.unwrap());
        self.prepare_as(number, &next, renewed, SECOND + 1);
        let version = self.store.case(number).unwrap().version;
        self.store
            .send_notice(number, version, date("20270401"), &by(Actor::Municipality, SECOND + 1))
            .unwrap();
        number
    }

    /// The chip read, proved and compared with the record; the wishes carried out.
    pub(crate) fn prepare(&mut self, resident: &Resident) {
        self.prepare_as(resident.number, resident, None, 25);
    }

    fn prepare_as(&mut self, number: u64, resident: &Resident, renewed: Option<Date>, days: i64) {
        let (case, record) = (self.store.case(number).unwrap(), self.store.resident(number).unwrap());
        let chip = self.read(number);
        let flags = [&resident.person.name_substitutes, &resident.person.address_substitutes];
        let [name, address] = flags.map(|flags| Flags::parse(flags).unwrap());
        let expected = Expected {
            case: &case,
            resident: &record,
            name_substitutes: &name,
            address_substitutes: &address,
            number: Some(&resident.person.my_number),
            municipality: resident.person.municipality.code,
            renewed,
            pictures: Pictures::AGREE,
        };
        let today = mynumber::issuance::validity::date_in_japan(day(days)).unwrap();
        let matched = chip.contents.compare(&expected, today).unwrap();
        let delivered = self.cards[&number].delivered();
        let at: At<Received> = self.at(number);
        self.desk(number, &by(Actor::Municipality, days), |desk| at.prepare(&matched, &delivered, desk))
            .unwrap();
        let has_signature = self.read(number).contents.has_signature;
        assert_eq!(has_signature, resident.wishes.signature, "destroyed when it is not wanted");
        let card = self.cards.get_mut(&number).unwrap();
        if has_signature {
            card.signature = Worth::InForce;
        }
        card.user_authentication = match resident.wishes.user_authentication {
            true => Worth::InForce,
            false => Worth::Revoked(Revocation::CessationOfOperation),
        };
    }

    /// Notices go out at a rate; who is fetched by nobody has the same deadline as everybody.
    pub(crate) fn send_notices(&mut self, residents: &[Resident]) {
        for Resident { number, .. } in residents {
            let version = self.store.case(*number).unwrap().version;
            self.store.send_notice(*number, version, date("20270131"), &by(Actor::Municipality, 30)).unwrap();
        }
    }

    pub(crate) fn at<S: Stage>(&mut self, number: u64) -> At<S> {
        At::open(&mut self.store, number).unwrap()
    }

    /// A terminal with the card of the case in it.
    pub(crate) fn desk<R>(&mut self, number: u64, by: &By, work: impl FnOnce(&mut Desk<'_>) -> R) -> R {
        let wire = InProcess::new(self.cards[&number].slot.clone());
        let mut issuer = AssumedIssuer::new(wire, Arc::clone(&self.master), mynumber::system_random());
        work(&mut Desk { store: &mut self.store, issuer: &mut issuer, by })
    }

    /// The chip read and proved in both applications, with the numbers that are printed on the card.
    pub(crate) fn read(&self, number: u64) -> Chip {
        let card = &self.cards[&number];
        let code = SecurityCode::parse(&card.person.security_code).unwrap();
        let number_a = VerificationNumberA::from(&card.person.my_number);
        let mut random = mynumber::system_random();
        let mut refused = None;
        for year in [2036, 2035, 2037, 2031, 2030, 2028, 2027] {
            let number_b = VerificationNumberB::compose(card.person.birth_date, year, &code).unwrap();
            let mut driven = Driven::new(InProcess::new(card.copy()));
            let roots = testing::authorities();
            match mynumber::desk::read(&mut driven, &number_b, Some(&number_a), roots, day(LAST), &mut random)
            {
                Ok(chip) => return chip,
                Err(error) => refused = Some(error),
            }
        }
        panic!("{:?}, case {number}: {refused:?}", card.kind)
    }

    /// What the authority needs to write and to certify, for what the card is to say.
    pub(crate) fn certifying<R>(
        person: &mynumber::issuance::Person,
        work: impl FnOnce(&mut Certifying<'_>) -> R,
    ) -> R {
        let flags = [&person.name_substitutes, &person.address_substitutes];
        let [name, address] = flags.map(|flags| Flags::parse(flags).unwrap());
        work(&mut Certifying {
            authority: testing::authority(),
            rng: &mut mynumber::system_random(),
            municipality: &person.municipality,
            my_number: &person.my_number,
            security_code: &person.security_code,
            name: (&person.name, &name),
            address: (&person.address, &address),
        })
    }

    /// What the holder types, and remembers: all that the plan asks.
    pub(crate) fn choose(&mut self, number: u64, plan: Plan) -> NewPins {
        let password = format!("{PASSWORD}{number:04}");
        let all = [5, 6, 7].map(|first| format!("{first}{:03}", 100 + number));
        let pins = three(&all);
        let card = self.cards.get_mut(&number).unwrap();
        card.four = Some(all);
        if !plan.asks(Asked::Signature) {
            return pins;
        }
        let pins = pins.signature(self::password(&password));
        card.password = Some(password);
        pins
    }
}

pub(crate) fn three([user_authentication, juki, input_assist]: &[String; 3]) -> NewPins {
    NewPins::default()
        .user_authentication(four(user_authentication))
        .juki(four(juki))
        .input_assist(four(input_assist))
}

pub(crate) fn four(text: &str) -> FourDigitPin {
    FourDigitPin::parse(text).unwrap()
}

pub(crate) fn password(text: &str) -> SignaturePassword {
    SignaturePassword::parse(text).unwrap()
}

fn form_id(number: u64) -> FormId {
    FormId::parse(&format!("{number:023}")).unwrap()
}

/// A photo that holds to the rules, made once.
fn picture() -> Vec<u8> {
    use jpeg_encoder::{ColorType, Encoder};
    use std::sync::OnceLock;
    static PICTURE: OnceLock<Vec<u8>> = OnceLock::new();
    let make = || {
        let pixels: Vec<u8> = (0..480_usize * 600 * 3)
            .map(|at| u8::try_from((at * 31 + at / 977 * 57) % 251).unwrap())
            .collect();
        let mut file = Vec::new();
        Encoder::new(&mut file, 90).encode(&pixels, 480, 600, ColorType::Rgb).unwrap();
        file
    };
    PICTURE.get_or_init(make).clone()
}
