//! `desk`: what comes in, what goes out, and that nothing is done by halves.

mod applying;
mod office;
mod receiving;

use std::sync::OnceLock;

use crate::harness::{Bench, Call, Done};

/// The day on which everything happens unless a test says otherwise: a Monday.
pub(crate) const DAY: &str = "2026-11-23";

/// A bench with photos, without a store yet.
pub(crate) struct Office {
    pub(crate) bench: Bench,
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
        Self { bench }
    }

    /// With so many applications registered, from 1.
    pub(crate) fn with_applications(count: u32) -> Self {
        let office = Self::new();
        for number in 1..=count {
            office.apply(&application(number));
        }
        office
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
        let fixed = ["desk", "--store", "cases.db", "--clerk", "desk-1", "--at", at];
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
