//! `desk`: what comes in, what goes out, and that nothing is done by halves.

mod afterwards;
mod applying;
mod broken_off;
mod delivering;
mod interrupted;
mod killed;
mod office;
#[cfg(feature = "postgres")]
mod postgres;
mod receiving;
mod seated;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use mynumber::applet::check_digit;

use crate::harness::{Bench, Call, Done, copy_folder};

/// The day on which everything happens unless a test says otherwise: a Monday.
pub(crate) const DAY: &str = "2026-11-23";

/// A bench with photos, without a store yet.
pub(crate) struct Office {
    pub(crate) bench: Bench,
    /// Where the cases are, as an option.
    store: [&'static str; 2],
}

/// A photo that holds to the rules.
fn photo() -> &'static [u8] {
    static PHOTO: OnceLock<Vec<u8>> = OnceLock::new();
    PHOTO.get_or_init(|| jpeg(480, 600, jpeg_encoder::ColorType::Rgb, 3))
}

/// A picture with something in it, so that it is long enough.
pub(crate) fn jpeg(width: u16, height: u16, colour: jpeg_encoder::ColorType, components: usize) -> Vec<u8> {
    let pixels: Vec<u8> = (0..usize::from(width) * usize::from(height) * components)
        .map(|index| u8::try_from((index * 31 + index / 977 * 57) % 251).unwrap())
        .collect();
    let mut out = Vec::new();
    jpeg_encoder::Encoder::new(&mut out, 90).encode(&pixels, width, height, colour).unwrap();
    out
}

/// The application form id of a resident.
pub(crate) fn form_id(number: u32) -> String {
    format!("{number:023}")
}

/// The serial number of a resident's card.
pub(crate) fn serial(number: u32) -> String {
    format!("99{number:013}")
}

/// The PINs of a delivery, in the published order.
pub(crate) const PINS: [&str; 4] = ["LIFE77PIN9", "9173", "2806", "4951"];

/// What the clerk says when everything is in order at the counter.
pub(crate) const IN_ORDER: [&str; 8] = [
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
pub(crate) const VISIT: [&str; 5] = ["--presented", "passport", "--likeness", "same", "--record-agrees"];

/// My Number of a resident.
fn my_number(number: u32) -> String {
    let digits = format!("{:011}", number + 10);
    let check = check_digit(digits.as_bytes().try_into().unwrap()).unwrap();
    digits + &char::from(check).to_string()
}

/// The resident record, as a person file.
pub(crate) fn record(number: u32) -> String {
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
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("desk-noticed");
        let _ = std::fs::remove_dir_all(&folder);
        copy_folder(&office.bench.path(""), &folder);
        folder
    })
}

/// An application that is in order.
pub(crate) fn application(number: u32) -> String {
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
    pub(crate) fn new() -> Self {
        let bench = Bench::new();
        bench.write("photo.jpg", photo());
        Self { bench, store: ["--store", "cases.db"] }
    }

    /// With its cases in a database of a server.
    #[cfg(feature = "postgres")]
    pub(crate) fn served(parameters: &str) -> Self {
        let office = Self { store: ["--database", "connection"], ..Self::new() };
        office.bench.write("connection", format!("{parameters}\n"));
        office
    }

    /// With so many applications registered, from 1.
    pub(crate) fn with_applications(count: u32) -> Self {
        let office = Self::new();
        for number in 1..=count {
            office.apply(&application(number));
        }
        office
    }

    /// Residents 1 to 3 whose cards are made, received, prepared and noticed; the second wishes no signature certificate.
    pub(crate) fn noticed() -> Self {
        let office = Self::new();
        copy_folder(noticed(), &office.bench.path(""));
        office
    }

    /// Makes the cards of these residents and takes them in.
    pub(crate) fn make(&self, numbers: &[u32]) {
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
    pub(crate) fn prepare(&self, number: u32, more: &[&str]) -> Done {
        let (case, record) = (number.to_string(), format!("r{number}.toml"));
        let fixed = ["prepare", &case, "--record", &record, "--pictures", "name,address,photo"];
        self.desk(&[&fixed[..], more].concat())
    }

    /// A command on the card of a resident.
    pub(crate) fn on_card(&self, at: &str, number: u32, arguments: &[&str], pins: &[&str]) -> Done {
        let reader = format!("virtual:{}", serial(number));
        self.call_at(at, &[arguments, &["--reader", &reader]].concat()).pins(pins).finish()
    }

    /// `desk deliver` with everything in order.
    pub(crate) fn deliver(&self, number: u32, pins: &[&str]) -> Done {
        let case = number.to_string();
        self.on_card(DAY, number, &[&["deliver", &case][..], &IN_ORDER].concat(), pins)
    }

    fn apply(&self, text: &str) {
        self.bench.write("application.toml", text);
        let done = self.desk(&["apply", "application.toml", "--confirmed"]);
        assert_eq!(done.code, 0, "{done:?}");
    }

    pub(crate) fn call(&self, arguments: &[&str]) -> Call {
        self.call_at(DAY, arguments)
    }

    pub(crate) fn call_at(&self, at: &str, arguments: &[&str]) -> Call {
        self.call_by("desk-1", at, arguments)
    }

    /// A call of another clerk.
    pub(crate) fn call_by(&self, clerk: &str, at: &str, arguments: &[&str]) -> Call {
        let fixed = ["desk", self.store[0], self.store[1], "--clerk", clerk, "--at", at];
        self.bench.bare_call(&[&fixed, arguments].concat())
    }

    pub(crate) fn desk(&self, arguments: &[&str]) -> Done {
        self.call(arguments).finish()
    }

    /// Cards and notices of these residents come with their list, and are taken in.
    pub(crate) fn receive(&self, numbers: &[u32]) {
        self.delivery(numbers);
        let done =
            self.desk(&["receive", "list.csv", "--delivered", "cards.csv", "--notices", "notices.txt"]);
        assert_eq!(done.code, 0, "{done:?}");
    }

    /// The files of a delivery.
    pub(crate) fn delivery(&self, numbers: &[u32]) {
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
    pub(crate) fn state(&self, number: u32) -> String {
        let done = self.desk(&["show", &number.to_string(), "--json"]);
        assert_eq!(done.code, 0, "{done:?}");
        done.json()["state"].as_str().unwrap().to_owned()
    }
}
