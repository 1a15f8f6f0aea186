//! The desk of a municipality: residents, cards in every stage, and the commands of a clerk.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use mynumber::applet::check_digit;

use super::bench::{Bench, Call, Done, copy_folder, made_once};

/// The day on which everything happens unless a test says otherwise: a Monday.
pub const DAY: &str = "2026-11-23";

/// A bench with photos, without a store yet.
#[derive(Debug)]
pub struct Office {
    /// Its folder, with the cards.
    pub bench: Bench,
    /// Where the cases are, as an option.
    store: [&'static str; 2],
}

/// A photo that holds to the rules.
fn photo() -> &'static [u8] {
    static PHOTO: OnceLock<Vec<u8>> = OnceLock::new();
    PHOTO.get_or_init(|| jpeg(480, 600, jpeg_encoder::ColorType::Rgb, 3))
}

/// A picture with something in it, so that it is long enough.
pub fn jpeg(width: u16, height: u16, colour: jpeg_encoder::ColorType, components: usize) -> Vec<u8> {
    let pixels: Vec<u8> = (0..usize::from(width) * usize::from(height) * components)
        .map(|index| u8::try_from((index * 31 + index / 977 * 57) % 251).unwrap())
        .collect();
    let mut out = Vec::new();
    jpeg_encoder::Encoder::new(&mut out, 90).encode(&pixels, width, height, colour).unwrap();
    out
}

/// The application form id of a resident.
pub fn form_id(number: u32) -> String {
    format!("{number:023}")
}

/// The serial number of a resident's card.
pub fn serial(number: u32) -> String {
    format!("99{number:013}")
}

/// A part of the address of a resident who has moved.
pub const MOVED: &str = "架空九丁目8番";

/// A part of a name with a substitute character.
pub const SUBSTITUTED: &str = "視本　";

/// The PINs of a delivery, in the published order.
pub const PINS: [&str; 4] = ["LIFE77PIN9", "9173", "2806", "4951"];

/// What the clerk says when everything is in order at the counter.
pub const IN_ORDER: [&str; 8] = [
    "--presented",
    "drivers-licence",
    "--collected",
    "delivery-notice",
    "--likeness",
    "same",
    "--record-agrees",
    "--face-print-agrees",
];

/// The same afterwards, at the window.
pub const VISIT: [&str; 5] = ["--presented", "passport", "--likeness", "same", "--record-agrees"];

/// My Number of a resident.
fn my_number(number: u32) -> String {
    let digits = format!("{:011}", number + 10);
    let check = check_digit(digits.as_bytes().try_into().unwrap()).unwrap();
    digits + &char::from(check).to_string()
}

/// The resident record, as a person file.
pub fn record(number: u32) -> String {
    format!(
        r#"name = "見本　{number}郎"
address = "見本県試験市架空四丁目{number}番"
birth_date = 1990-12-31
sex = "male"
my_number = "{}"
security_code = "9910"
serial = "{}"
"#,
        my_number(number),
        serial(number)
    )
}

/// Made once for all tests of this process.
fn noticed() -> &'static Path {
    static NOTICED: OnceLock<PathBuf> = OnceLock::new();
    NOTICED.get_or_init(|| {
        let office = Office::with_applications(1);
        let declined = "signature_certificate = true";
        office.apply(&application(2).replace(declined, "signature_certificate = false"));
        office.apply(&application(3));
        office.make(&[1, 2, 3]);
        for number in 1..=3 {
            let reader = format!("virtual:{}", serial(number));
            let done = office.prepare(number, &["--reader", &reader]);
            assert_eq!(done.code, 0, "{done:?}");
        }
        let sent = office.desk(&["notice", "--send", "-o", "letters.csv", "--json"]);
        assert_eq!((sent.code, &sent.json()["sent"]), (0, &serde_json::json!([1, 2, 3])), "{sent:?}");
        keep(&office, "desk-noticed")
    })
}

/// Keeps the folder of an office for others to copy.
pub fn keep(office: &Office, name: &str) -> PathBuf {
    let folder = made_once(name);
    copy_folder(&office.bench.path(""), &folder);
    folder
}

/// An application that is in order.
pub fn application(number: u32) -> String {
    format!(
        r#"channel = "smartphone"
birth_date = "平成2年12月31日"
terms_accepted = true

[form]
kind = "municipality-qr"
id = "{}"
name = "見本　{number}郎"
address = "見本県試験市架空四丁目{number}番"
birth_date = 1990-12-31
sex = "male"

[contact]
name = "見本　{number}郎"
email = "mihon{number}@example.invalid"
email_again = "mihon{number}@example.invalid"

[photo]
file = "photo.jpg"
taken = 2026-10-01

[wishes]
signature_certificate = true
user_authentication_certificate = true
"#,
        form_id(number)
    )
}

impl Office {
    /// A photo, and nothing else yet.
    #[expect(clippy::new_without_default, reason = "a folder on disk")]
    pub fn new() -> Self {
        let bench = Bench::new();
        bench.write("photo.jpg", photo());
        Self { bench, store: ["--store", "cases.db"] }
    }

    /// With its cases in a database of a server.
    pub fn served(parameters: &str) -> Self {
        let office = Self { store: ["--database", "connection"], ..Self::new() };
        office.bench.write("connection", format!("{parameters}\n"));
        office
    }

    /// With so many applications registered, from 1.
    pub fn with_applications(count: u32) -> Self {
        let office = Self::new();
        for number in 1..=count {
            office.apply(&application(number));
        }
        office
    }

    /// Residents 1 to 3 whose cards are made, received, prepared and noticed; the second wishes no signature certificate.
    pub fn noticed() -> Self {
        let office = Self::new();
        copy_folder(noticed(), &office.bench.path(""));
        office
    }

    /// Residents 1 and 2 whose cards are made and received; the second wishes no signature certificate.
    pub fn received() -> Self {
        let office = Self::with_applications(1);
        let declined = "signature_certificate = true";
        office.apply(&application(2).replace(declined, "signature_certificate = false"));
        office.make(&[1, 2]);
        office
    }

    /// `desk pin setup` with the card pulled out when some of the references are set.
    pub fn interrupt_pin_setup(&self, number: u32) {
        let quirks = self.bench.path(&format!("data/cards/{}.quirks.toml", serial(number)));
        let mut interrupted = 0;
        for count in 4..60 {
            std::fs::write(&quirks, format!("removed-after = {count}\n")).unwrap();
            let case = number.to_string();
            let done = self.on_card(DAY, number, &["pin", "setup", &case], &PINS);
            std::fs::remove_file(&quirks).unwrap();
            // The first comes before anything is set.
            interrupted += u32::from(done.code == 67);
            if interrupted == 4 {
                return;
            }
            assert_ne!(done.code, 0, "it was never interrupted: {done:?}");
        }
        panic!("it was never begun");
    }

    /// The record of a resident who has moved, as `moved.toml`.
    pub fn write_moved(&self, number: u32) {
        let moved = record(number).replace(&format!("架空四丁目{number}番"), MOVED);
        self.bench.write("moved.toml", moved);
    }

    /// The record of a resident who wants another character for one that the card's set lacks, as `substituted.toml`.
    pub fn write_substituted(&self, number: u32) {
        let substituted = record(number).replace("見本　", SUBSTITUTED);
        self.bench.write("substituted.toml", substituted + "name_substitutes = \"10000\"\n");
    }

    /// Makes the cards of these residents and takes them in.
    pub fn make(&self, numbers: &[u32]) {
        let mut orders = "form_id,record\n".to_owned();
        for number in numbers {
            self.bench.write(&format!("r{number}.toml"), record(*number));
            orders += &format!("{},r{number}.toml\n", form_id(*number));
        }
        self.bench.write("orders.csv", orders);
        let made = self.desk(&["personalise", "orders.csv", "-o", "list.csv", "--force", "--json"]);
        assert_eq!(
            (made.code, made.json()["cards"].as_u64()),
            (0, u64::try_from(numbers.len()).ok()),
            "{made:?}"
        );
        let serials: String = numbers.iter().map(|number| serial(*number) + "\n").collect();
        self.bench.write("cards.csv", &serials);
        self.bench.write("notices.txt", &serials);
        let receive = ["receive", "list.csv", "--delivered", "cards.csv", "--notices", "notices.txt"];
        let received = self.desk(&receive);
        assert_eq!(received.code, 0, "{received:?}");
    }

    /// `desk prepare` of a resident.
    pub fn prepare(&self, number: u32, more: &[&str]) -> Done {
        let (case, record) = (number.to_string(), format!("r{number}.toml"));
        let fixed = ["prepare", &case, "--record", &record, "--pictures", "name,address,photo"];
        self.desk(&[&fixed[..], more].concat())
    }

    /// A command on the card of a resident.
    pub fn on_card(&self, at: &str, number: u32, arguments: &[&str], pins: &[&str]) -> Done {
        let reader = format!("virtual:{}", serial(number));
        self.call_at(at, &[arguments, &["--reader", &reader]].concat()).pins(pins).finish()
    }

    /// `desk deliver` with everything in order.
    pub fn deliver(&self, number: u32, pins: &[&str]) -> Done {
        let case = number.to_string();
        self.on_card(DAY, number, &[&["deliver", &case][..], &IN_ORDER].concat(), pins)
    }

    /// Registers an application.
    ///
    /// # Panics
    /// It is refused.
    pub fn apply(&self, text: &str) {
        self.bench.write("application.toml", text);
        let done = self.desk(&["apply", "application.toml", "--confirmed"]);
        assert_eq!(done.code, 0, "{done:?}");
    }

    /// A command of the desk on [`DAY`].
    pub fn call(&self, arguments: &[&str]) -> Call {
        self.call_at(DAY, arguments)
    }

    /// A command of the desk on another day.
    pub fn call_at(&self, at: &str, arguments: &[&str]) -> Call {
        self.call_by("desk-1", at, arguments)
    }

    /// A command of the desk by another clerk.
    pub fn call_by(&self, clerk: &str, at: &str, arguments: &[&str]) -> Call {
        let fixed = ["desk", self.store[0], self.store[1], "--clerk", clerk, "--at", at];
        self.bench.bare_call(&[&fixed, arguments].concat())
    }

    /// Runs a command of the desk on [`DAY`].
    pub fn desk(&self, arguments: &[&str]) -> Done {
        self.call(arguments).finish()
    }

    /// Cards and notices of these residents come with their list, and are taken in.
    pub fn receive(&self, numbers: &[u32]) {
        self.delivery(numbers);
        let done =
            self.desk(&["receive", "list.csv", "--delivered", "cards.csv", "--notices", "notices.txt"]);
        assert_eq!(done.code, 0, "{done:?}");
    }

    /// The files of a delivery.
    pub fn delivery(&self, numbers: &[u32]) {
        let mut list = "form_id,serial,name\n".to_owned();
        let mut serials = "serial\n".to_owned();
        for number in numbers {
            list += &format!("{},{},見本　{number}郎\n", form_id(*number), serial(*number));
            serials += &format!("{}\n", serial(*number));
        }
        self.bench.write("list.csv", list);
        self.bench.write("cards.csv", &serials);
        self.bench.write("notices.txt", &serials);
    }

    /// The state of a case.
    pub fn state(&self, number: u32) -> String {
        let done = self.desk(&["show", &number.to_string(), "--json"]);
        assert_eq!(done.code, 0, "{done:?}");
        done.json()["state"].as_str().unwrap().to_owned()
    }
}
