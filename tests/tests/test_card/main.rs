//! The dumps of a real test card that the crate `myna-card` carries (CARD.md §10).
//!
//! They are found in the package as cargo unpacked it; nothing of them is copied here.

#![expect(clippy::expect_used, clippy::panic, reason = "tests may fail loudly, their helpers too")]

use std::path::PathBuf;
use std::sync::OnceLock;

use mynumber::genuine::{CardFaceFiles, InputAssistFiles};

#[cfg(test)]
mod contents;
#[cfg(test)]
mod flips;
#[cfg(test)]
mod records;

fn folder() -> &'static PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let metadata = cargo_metadata::MetadataCommand::new()
            .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
            .exec()
            .expect("cargo metadata");
        let package = metadata.packages.iter().find(|package| package.name.as_str() == "myna-card");
        let manifest = &package.expect("a dev-dependency of this package").manifest_path;
        manifest.parent().expect("a folder").join("tests/fixtures").into_std_path_buf()
    })
}

fn dump(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The files of both card-face applications.
struct Dumps {
    number: Vec<u8>,
    attributes: Vec<u8>,
    integrity: Vec<u8>,
    assist_certificate: Vec<u8>,
    key_record: Vec<u8>,
    age_record: Vec<u8>,
    card_face: Vec<u8>,
    basic_info: Vec<u8>,
    face_certificate: Vec<u8>,
    number_image: Vec<u8>,
}

fn dumps() -> &'static Dumps {
    static DUMPS: OnceLock<Dumps> = OnceLock::new();
    DUMPS.get_or_init(|| Dumps {
        number: dump("text-0001-physical.bin"),
        attributes: dump("text-0002.bin"),
        integrity: dump("text-0003.bin"),
        assist_certificate: dump("text-0004.bin"),
        key_record: dump("text-0007.bin"),
        age_record: dump("surface-0001.bin"),
        card_face: dump("surface-0002.bin"),
        basic_info: dump("surface-0003.bin"),
        face_certificate: dump("surface-0004.bin"),
        number_image: dump("surface-0005.bin"),
    })
}

impl Dumps {
    fn input_assist(&self) -> InputAssistFiles<'_> {
        InputAssistFiles {
            certificate: &self.assist_certificate,
            integrity: &self.integrity,
            key_record: &self.key_record,
            attributes: Some(&self.attributes),
            number: Some(&self.number),
            common_record: None,
        }
    }

    fn card_face(&self) -> CardFaceFiles<'_> {
        CardFaceFiles {
            certificate: &self.face_certificate,
            card_face: Some(&self.card_face),
            age_record: Some(&self.age_record),
            number_image: Some(&self.number_image),
            basic_info: Some(&self.basic_info),
            common_record: None,
        }
    }
}
