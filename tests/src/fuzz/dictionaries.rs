//! The dictionaries of the targets that talk to a card, made of the rows of the model, and of those of certificates and
//! messages, made of the identifiers that the verifier knows.
//!
//! libFuzzer puts these words into inputs. They are committed in `fuzz/dictionaries/`, where `cargo xtask fuzz` finds them; a
//! test holds them to what is made here.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use mynumber_apdu::StatusWord;
use mynumber_applet::issuer::COMMANDS;
use mynumber_applet::{Ef, rows};

use super::crypto_words;

/// The targets with a dictionary.
pub const TARGETS: [&str; 16] = [
    "apdu_command",
    "apdu_response",
    "apdu_values",
    "card_session",
    "card_state",
    "crypto_certificate",
    "crypto_certificate_differential",
    "crypto_cms",
    "crypto_crl",
    "crypto_ocsp",
    "crypto_path",
    "crypto_revocation",
    "host_belief",
    "host_session",
    "hostile_card",
    "issuer_session",
];

/// Words by their names; of two with the same bytes the first stays.
type Words = BTreeMap<String, Vec<u8>>;

/// The text of the dictionary for one target.
#[must_use]
pub fn dictionary(target: &str) -> String {
    let mut words = Words::new();
    match target {
        "apdu_response" | "host_session" | "host_belief" => status_words(&mut words),
        "issuer_session" => issuer(&mut words),
        "card_state" => codes(&mut words),
        _ if target.starts_with("crypto_") => words.extend(crypto_words::words(target)),
        _ => commands(&mut words, matches!(target, "card_session" | "hostile_card")),
    }
    let mut text = String::from("# Made of tables of the code: see testkit::fuzz::dictionaries.\n");
    for (name, bytes) in words {
        let escaped: String = bytes.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "\\x{byte:02X}");
            text
        });
        let _ = writeln!(text, "{name}=\"{escaped}\"");
    }
    text
}

/// Every status word that has a name, after a length of nothing as scripts have it.
fn status_words(words: &mut Words) {
    for status in [
        StatusWord::SUCCESS,
        StatusWord::UNSPECIFIED,
        StatusWord::WRONG_LENGTH,
        StatusWord::WRONG_P1P2,
        StatusWord::WRONG_OFFSET,
        StatusWord::WRONG_DATA,
        StatusWord::NO_CURRENT_FILE,
        StatusWord::END_OF_FILE,
        StatusWord::SECURITY_NOT_SATISFIED,
        StatusWord::CONDITIONS_NOT_SATISFIED,
        StatusWord::FUNCTION_NOT_SUPPORTED,
        StatusWord::REFERENCE_NOT_FOUND,
        StatusWord::FILE_NOT_FOUND,
        StatusWord::RECORD_NOT_FOUND,
        StatusWord::TERMINATED,
        StatusWord::VERIFICATION_FAILED,
        StatusWord::AUTHENTICATION_BLOCKED,
        StatusWord::REFERENCE_NOT_USABLE,
        StatusWord::MEMORY_FAILURE,
        StatusWord::SECURE_MESSAGING_OBJECT_MISSING,
        StatusWord::SECURE_MESSAGING_OBJECT_WRONG,
        StatusWord::SECURE_MESSAGING_SESSION_GONE,
        StatusWord::NO_SESSION_KEY,
        StatusWord(0x6110),
        StatusWord(0x6C10),
    ] {
        words.insert(format!("sw_{:04x}", status.0), status.0.to_be_bytes().to_vec());
        words.insert(format!("reply_{:04x}", status.0), [&[0], status.0.to_be_bytes().as_slice()].concat());
    }
    for row in rows::pins() {
        let status = StatusWord::tries_left(row.tries).0.to_be_bytes();
        words.insert(format!("tries_{}", row.tries), status.to_vec());
    }
}

/// The commands that hosts send, of every row; behind their length for scripts.
fn commands(words: &mut Words, counted: bool) {
    let mut put = |name: String, command: Vec<u8>| {
        let length = u8::try_from(command.len()).unwrap_or(0);
        words.insert(name, if counted { [&[length], command.as_slice()].concat() } else { command });
    };
    put("select_card_manager".to_owned(), select(rows::card_manager::AID.0));
    for row in rows::APPLICATIONS {
        put(format!("select_{:?}", row.id).to_lowercase(), select(row.aid.0));
    }
    for row in rows::files() {
        let [high, low] = row.ef.0.to_be_bytes();
        put(format!("file_{:?}", row.id).to_lowercase(), vec![0x00, 0xA4, 0x02, 0x0C, 0x02, high, low]);
        put(format!("read_{:?}", row.id).to_lowercase(), vec![0x00, 0xB0, short(row.ef), 0x00, 0x00]);
        put(
            format!("record_{:?}", row.id).to_lowercase(),
            vec![0x00, 0xB2, 0x01, short(row.ef) << 3 | 4, 0x00],
        );
    }
    for row in rows::pins() {
        put(format!("tries_{:?}", row.id).to_lowercase(), vec![0x00, 0x20, 0x00, short(row.ef)]);
        put(
            format!("verify_{:?}", row.id).to_lowercase(),
            [&[0x00, 0x20, 0x00, short(row.ef), 4], b"1234".as_slice()].concat(),
        );
        put(
            format!("change_{:?}", row.id).to_lowercase(),
            [&[0x00, 0x24, 0x01, short(row.ef), 4], b"4321".as_slice()].concat(),
        );
    }
    for row in rows::keys() {
        let reference = row.ef.map_or(0, short);
        let sign = [&[0x80, 0x2A, 0x02, reference, 0x20], [0x07; 32].as_slice(), &[0x00]].concat();
        put(format!("sign_{:?}", row.id).to_lowercase(), sign);
    }
    for row in rows::card_manager::DATA_OBJECTS {
        let [high, low] = row.tag.to_be_bytes();
        put(format!("data_{:?}", row.id).to_lowercase(), vec![0x00, 0xCA, high, low, 0x00, 0x00, 0x00]);
    }
    put("challenge".to_owned(), vec![0x00, 0x84, 0x00, 0x00, 0x10]);
}

/// The issuer's commands as the script has them: instruction, P1, P2, length.
fn issuer(words: &mut Words) {
    for row in COMMANDS {
        words.insert(format!("{:?}", row.id).to_lowercase(), vec![row.instruction, 0x00, 0x00, 0x00]);
    }
    for row in rows::pins() {
        let value = [&[0x2C, 0x02, short(row.ef), 17, 4], b"1234".as_slice(), &[0; 12]].concat();
        words.insert(format!("set_{:?}", row.id).to_lowercase(), value);
    }
    for row in rows::files() {
        let piece = vec![0xD6, 0x00, short(row.ef), 5, 0, 1, 0, 0, 0x5A];
        words.insert(format!("write_{:?}", row.id).to_lowercase(), piece);
    }
    for row in rows::keys() {
        let reference = row.ef.map_or(0, short);
        words.insert(format!("destroy_{:?}", row.id).to_lowercase(), vec![0xE4, 0x00, reference, 0]);
    }
}

/// The codes by which a card's file names its objects.
fn codes(words: &mut Words) {
    for (application, row) in rows::APPLICATIONS.iter().enumerate() {
        let application = u8::try_from(application + 1).unwrap_or(0);
        let mut put = |kind: u8, name: String, ef: Ef| {
            let [high, low] = ef.0.to_be_bytes();
            words.insert(name.to_lowercase(), vec![kind, 5, application, high, low, 0, 0]);
        };
        row.files.iter().for_each(|file| put(3, format!("file_{:?}", file.id), file.ef));
        row.pins.iter().for_each(|pin| put(5, format!("pin_{:?}", pin.id), pin.ef));
        row.keys.iter().for_each(|key| put(4, format!("key_{:?}", key.id), key.ef.unwrap_or(Ef(0))));
    }
}

fn select(name: &[u8]) -> Vec<u8> {
    let length = u8::try_from(name.len()).unwrap_or(0);
    [&[0x00, 0xA4, 0x04, 0x0C, length], name].concat()
}

/// The short EF identifier as P1 and P2 have it.
fn short(ef: Ef) -> u8 {
    0x80 | ef.short().unwrap_or(0)
}
