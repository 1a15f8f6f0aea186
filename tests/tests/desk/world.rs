//! A municipality for tests: one store, one card, one clerk.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock};

use mynumber::applet::pin::{
    FourDigitPin, SecurityCode, SignaturePassword, VerificationNumberA, VerificationNumberB,
};
use mynumber::applet::{Date, PinId};
use mynumber::crypto::UnixTime;
use mynumber::crypto::certificate::Purpose;
use mynumber::desk::Chip;
use mynumber::driver::Card;
use mynumber::issuance::application::{
    Channel, Entry, Form, FormId, FormKind, Particulars, Photo, Registrant, Wishes,
};
use mynumber::issuance::audit::Clerk;
use mynumber::issuance::desk::after::Certifying;
use mynumber::issuance::desk::counter::{AtDelivery, Comes, Identity, Likeness, Presented, Represented};
use mynumber::issuance::desk::pins::NewPins;
use mynumber::issuance::desk::prepare::{Delivered, Expected, Matched, Pictures};
use mynumber::issuance::desk::stage::{AtCounter, Identified, Noticed, Prepared, Received, Stage};
use mynumber::issuance::desk::substitutes::Flags;
use mynumber::issuance::desk::{At, Desk};
use mynumber::issuance::issuer::{AssumedIssuer, IssuerMasterKey};
use mynumber::issuance::lifecycle::Actor;
use mynumber::issuance::person::{Municipality, Person, built_in};
use mynumber::issuance::receipt::{Condition, Delivery, Encoding, IssuanceList, Serial};
use mynumber::issuance::store::{By, Document, Paper, Sqlite, Store};
use mynumber::issuance::{personalise_as_delivered, photo};
use mynumber::transport::{InProcess, Transport};
use mynumber::virtual_card::{FileContents, MemoryStorage, Storage, VirtualCard};
use mynumber::{Slot, testing};
use tempfile::TempDir;
use testkit::virtual_card;

/// PINs that stand nowhere else, so that they can be searched for.
pub(crate) const PASSWORD: &str = "QX7HOLDER2K";
pub(crate) const FOUR: [&str; 3] = ["4826", "3371", "9157"];
/// Others, entered after an interruption.
pub(crate) const OTHER_PASSWORD: &str = "ZW4RESUME8J";
pub(crate) const OTHER_FOUR: [&str; 3] = ["6284", "7713", "5931"];

pub(crate) fn date(text: &str) -> Date {
    Date::parse(text.as_bytes()).unwrap()
}

/// Some days after the cards were made.
pub(crate) fn by(actor: Actor, days: i64) -> By {
    let at = UnixTime::from_seconds(testing::ISSUED.seconds() + days * 86_400);
    By { clerk: Clerk::parse("desk-1").unwrap(), actor, at }
}

pub(crate) fn desk() -> By {
    by(Actor::Municipality, 30)
}

pub(crate) fn master() -> Arc<IssuerMasterKey> {
    static MASTER: OnceLock<Arc<IssuerMasterKey>> = OnceLock::new();
    Arc::clone(MASTER.get_or_init(|| Arc::new(IssuerMasterKey::generate(&mut virtual_card::rng()))))
}

/// The card of a built-in person as it comes to the municipality; made once.
pub(crate) fn delivered(person: &str) -> MemoryStorage {
    static MADE: Mutex<BTreeMap<String, Vec<u8>>> = Mutex::new(BTreeMap::new());
    let mut made = MADE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let bytes = made.entry(person.to_owned()).or_insert_with(|| {
        let mut random = mynumber::system_random();
        let who = built_in::find(person).unwrap();
        let image =
            personalise_as_delivered(testing::authority(), &who, &master(), testing::ISSUED, &mut random);
        let storage = MemoryStorage::default();
        VirtualCard::new(image.unwrap(), storage.clone(), random).unwrap();
        storage.clone().read().unwrap().to_vec()
    });
    MemoryStorage::holding(bytes)
}

pub(crate) fn open(storage: MemoryStorage) -> Slot {
    Slot::new(VirtualCard::open(storage, mynumber::system_random()).unwrap())
}

/// The same card without private keys, which no PIN needs: made in a moment, for tests that take hundreds.
pub(crate) fn light(storage: &MemoryStorage) -> MemoryStorage {
    let light = MemoryStorage::holding(&storage.clone().read().unwrap());
    open(light.clone()).card().rewrite(|image| image.keys.clear()).unwrap();
    light
}

/// A clean copy of what a card holds now, to look at without leaving a trace.
pub(crate) fn copy(storage: &MemoryStorage) -> Slot {
    open(MemoryStorage::holding(&storage.clone().read().unwrap()))
}

/// VERIFY from outside: whether this value is right.
pub(crate) fn is_right(storage: &MemoryStorage, pin: PinId, value: &[u8]) -> bool {
    let row = pin.row();
    let aid = row.application.row().aid.0;
    let slot = copy(storage);
    let mut card = slot.card();
    let select = [&[0x00, 0xA4, 0x04, 0x0C, u8::try_from(aid.len()).unwrap()], aid].concat();
    assert_eq!(card.respond(&select).unwrap(), [0x90, 0x00]);
    let head = [0x00, 0x20, 0x00, 0x80 | row.ef.short().unwrap(), u8::try_from(value.len()).unwrap()];
    card.respond(&[&head, value].concat()).unwrap() == [0x90, 0x00]
}

pub(crate) fn tries(storage: &MemoryStorage, pin: PinId) -> u8 {
    copy(storage).card().tries_left(pin).unwrap()
}

pub(crate) fn four(text: &str) -> FourDigitPin {
    FourDigitPin::parse(text).unwrap()
}

pub(crate) fn password(text: &str) -> SignaturePassword {
    SignaturePassword::parse(text).unwrap()
}

pub(crate) fn three_pins([user_authentication, juki, input_assist]: [&str; 3]) -> NewPins {
    NewPins::default()
        .user_authentication(four(user_authentication))
        .juki(four(juki))
        .input_assist(four(input_assist))
}

pub(crate) fn pins() -> NewPins {
    three_pins(FOUR).signature(password(PASSWORD))
}

pub(crate) fn other_pins() -> NewPins {
    three_pins(OTHER_FOUR).signature(password(OTHER_PASSWORD))
}

pub(crate) const REFERENCES: [PinId; 5] =
    [PinId::Signature, PinId::UserAuthentication, PinId::Juki, PinId::Common, PinId::InputAssist];

/// Which references have the value of these, in the order of [`REFERENCES`].
pub(crate) fn set_as(storage: &MemoryStorage, password: &str, [user, juki, input]: [&str; 3]) -> [bool; 5] {
    let values = [password, user, juki, juki, input];
    let mut found = [false; 5];
    for ((found, pin), value) in found.iter_mut().zip(REFERENCES).zip(values) {
        *found = is_right(storage, pin, value.as_bytes());
    }
    found
}

pub(crate) fn is_set(storage: &MemoryStorage) -> bool {
    set_as(storage, PASSWORD, FOUR) == [true; 5]
}

pub(crate) fn is_set_as_other(storage: &MemoryStorage) -> bool {
    set_as(storage, OTHER_PASSWORD, OTHER_FOUR) == [true; 5]
}

pub(crate) fn is_blank(storage: &MemoryStorage) -> bool {
    REFERENCES.iter().all(|pin| tries(storage, *pin) == 0)
}

pub(crate) struct World {
    pub(crate) store: Sqlite,
    pub(crate) storage: MemoryStorage,
    pub(crate) slot: Slot,
    pub(crate) person: Person,
    pub(crate) folder: TempDir,
}

pub(crate) fn particulars(person: &Person) -> Particulars {
    Particulars {
        name: person.name.clone(),
        address: person.address.clone(),
        birth_date: person.birth_date,
        sex: person.sex,
        end_of_stay: person.end_of_stay,
    }
}

impl World {
    /// A person's card came and was received; wishes for the signature and the user-authentication certificate.
    pub(crate) fn received(id: &str, signature: bool, user_authentication: bool) -> Self {
        let person = built_in::find(id).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut store = Sqlite::open(&folder.path().join("cases.db")).unwrap();
        register(&mut store, &person, 1, Wishes { signature, user_authentication, braille_name: false });
        let storage = delivered(id);
        Self { store, slot: open(storage.clone()), storage, person, folder }
    }

    pub(crate) fn prepared(id: &str, signature: bool, user_authentication: bool) -> Self {
        let mut world = Self::received(id, signature, user_authentication);
        let matched = world.matched();
        let delivered = world.delivered();
        let case: At<Received> = world.at();
        world.with_desk(|desk| case.prepare(&matched, &delivered, desk)).unwrap();
        world
    }

    /// The applicant was identified.
    pub(crate) fn identified(id: &str) -> Self {
        let mut world = Self::prepared(id, true, true);
        world.come_to_counter();
        world
    }

    pub(crate) fn come_to_counter(&mut self) {
        let case: At<Prepared> = self.at();
        let (number, version) = (case.number(), case.case().version);
        self.store.send_notice(number, version, date("20270131"), &desk()).unwrap();
        let case: At<Noticed> = self.at();
        let counter: At<AtCounter> = case.open_counter(&mut self.store, &desk()).unwrap();
        let identity = counter.check(&presented(), &AT_DELIVERY).unwrap();
        counter.identify(&identity, &mut self.store, &desk()).unwrap();
    }

    pub(crate) fn handed_over(id: &str) -> Self {
        let mut world = Self::identified(id);
        world.deliver(&pins());
        world
    }

    pub(crate) fn deliver(&mut self, pins: &NewPins) {
        let case: At<Identified> = self.at();
        let set = self.with_desk(|desk| case.set_pins(pins, desk)).unwrap();
        set.hand_over(&mut self.store, &desk()).unwrap();
    }

    pub(crate) fn at<S: Stage>(&mut self) -> At<S> {
        At::open(&mut self.store, 1).unwrap()
    }

    pub(crate) fn issuer(&self) -> AssumedIssuer<InProcess<Slot>> {
        issuer(InProcess::new(self.slot.clone()))
    }

    pub(crate) fn with_desk<R>(&mut self, work: impl FnOnce(&mut Desk<'_>) -> R) -> R {
        self.with_desk_at(&desk(), work)
    }

    pub(crate) fn with_desk_at<R>(&mut self, by: &By, work: impl FnOnce(&mut Desk<'_>) -> R) -> R {
        let mut issuer = self.issuer();
        work(&mut Desk { store: &mut self.store, issuer: &mut issuer, by })
    }

    pub(crate) fn identity(&mut self) -> Identity {
        let case = self.store.case(1).unwrap();
        presented().check(&case).unwrap()
    }

    pub(crate) fn number_b(&self, expiry: u16) -> VerificationNumberB {
        let code = SecurityCode::parse(&self.person.security_code).unwrap();
        VerificationNumberB::compose(self.person.birth_date, expiry, &code).unwrap()
    }

    /// The card read and proved from outside.
    pub(crate) fn read(&self) -> Chip {
        let number_a = VerificationNumberA::from(&self.person.my_number);
        let mut random = mynumber::system_random();
        for expiry in 2028..2040 {
            let mut card = Card::new(InProcess::new(copy(&self.storage)));
            let b = self.number_b(expiry);
            let read = mynumber::desk::read(
                &mut card,
                &b,
                Some(&number_a),
                testing::authorities(),
                desk().at,
                &mut random,
            );
            if let Ok(chip) = read {
                return chip;
            }
        }
        panic!("the card is not proved under any year")
    }

    pub(crate) fn matched(&mut self) -> Matched {
        let (case, resident) = (self.store.case(1).unwrap(), self.store.resident(1).unwrap());
        let chip = self.read();
        let expected = Expected {
            case: &case,
            resident: &resident,
            name_substitutes: &Flags::parse(&self.person.name_substitutes).unwrap(),
            address_substitutes: &Flags::none(&resident.address),
            number: Some(&self.person.my_number),
            municipality: self.person.municipality.code,
            renewed: None,
            pictures: Pictures::AGREE,
        };
        chip.contents.compare(&expected, date("20261031")).unwrap()
    }

    /// What the authority knows of the card: taken from its image, as the authority's records would say it.
    pub(crate) fn delivered(&self) -> Vec<Delivered> {
        [Purpose::Signature, Purpose::UserAuthentication]
            .into_iter()
            .filter_map(|purpose| Some(Delivered::parse(purpose, &self.certificate(purpose)?).unwrap()))
            .collect()
    }

    /// The certificate that the card holds.
    pub(crate) fn certificate(&self, purpose: Purpose) -> Option<Vec<u8>> {
        use mynumber::applet::FileId;
        let file = match purpose {
            Purpose::Signature => FileId::SignatureCertificate,
            _ => FileId::UserAuthenticationCertificate,
        };
        let slot = copy(&self.storage);
        let card = slot.card();
        match card.image().files.get(&file) {
            Some(FileContents::Bytes(bytes)) => Some(bytes.clone()),
            _ => None,
        }
    }

    /// Nothing of the PINs stands in the files of the store.
    pub(crate) fn assert_no_pin_is_kept(&self) {
        for file in std::fs::read_dir(self.folder.path()).unwrap() {
            let path: PathBuf = file.unwrap().path();
            let bytes = std::fs::read(&path).unwrap();
            for pin in [PASSWORD, OTHER_PASSWORD].into_iter().chain(FOUR).chain(OTHER_FOUR) {
                let found = bytes.windows(pin.len()).any(|part| part == pin.as_bytes());
                assert!(!found, "a PIN stands in {path:?}");
            }
        }
    }
}

pub(crate) fn issuer<T: Transport>(transport: T) -> AssumedIssuer<T> {
    AssumedIssuer::new(transport, master(), mynumber::system_random())
}

/// Registers an application and receives its card.
pub(crate) fn register(store: &mut dyn Store, person: &Person, number: u64, wishes: Wishes) {
    let form = format!("{number:023}");
    let today = date("20261001");
    let is_child = person.birth_date > date("20111001");
    let name = mynumber::issuance::application::ContactName::parse("試験　一郎").unwrap();
    let entry = Entry {
        channel: Channel::Post,
        form: Form::Printed { kind: FormKind::NotificationCard, id: FormId::parse(&form).unwrap() },
        on_form: particulars(person),
        today: particulars(person),
        birth_date: person.birth_date,
        registrant: if is_child { Registrant::Representative { name } } else { Registrant::Applicant },
        under_guardianship: false,
        contact: None,
        device: mynumber::issuance::application::Device::Same,
        photo: Photo::Paper(photo::Paper::check(450, 350, date("20260901"), today).unwrap()),
        wishes,
        terms_accepted: true,
    };
    store.register(entry.check(today).unwrap().confirm(), &by(Actor::Municipality, 0)).unwrap();
    let list = format!("form_id,serial,name\n{form},{},{}\n", person.serial, person.name);
    let list = IssuanceList::parse(list.as_bytes(), Encoding::Utf8).unwrap();
    let serial = Serial::parse(&person.serial).unwrap();
    let mut arrived = Delivery::new();
    arrived.card(serial, Condition::Good);
    arrived.notice(serial);
    store.receive(&arrived.compare(&list).unwrap(), &desk()).unwrap();
}

pub(crate) const AT_DELIVERY: AtDelivery = AtDelivery {
    represented: Represented::Unasked,
    face_print_agrees: true,
    braille_agrees: true,
    registry_card_in_use: false,
    notification_card_out: false,
    old_card_out: false,
};

pub(crate) fn presented() -> Presented {
    Presented {
        comes: Comes::Holder,
        papers: vec![
            Paper { document: Document::DeliveryNotice, collected: true },
            Paper { document: Document::Passport, collected: false },
        ],
        likeness: Likeness::Same,
        record_agrees: true,
    }
}

/// What the authority needs for a person whose texts are the record's.
pub(crate) struct Texts {
    municipality: Municipality,
    person: Person,
    flags: (Flags, Flags),
    random: Box<dyn rand_chacha::rand_core::CryptoRng>,
}

impl Texts {
    pub(crate) fn of(person: &Person) -> Self {
        Self {
            municipality: person.municipality.clone(),
            flags: (
                Flags::parse(&person.name_substitutes).unwrap(),
                Flags::parse(&person.address_substitutes).unwrap(),
            ),
            person: person.clone(),
            random: Box::new(mynumber::system_random()),
        }
    }

    pub(crate) fn certifying(&mut self) -> Certifying<'_> {
        Certifying {
            authority: testing::authority(),
            rng: &mut *self.random,
            municipality: &self.municipality,
            my_number: &self.person.my_number,
            security_code: &self.person.security_code,
            name: (&self.person.name, &self.flags.0),
            address: (&self.person.address, &self.flags.1),
        }
    }
}
