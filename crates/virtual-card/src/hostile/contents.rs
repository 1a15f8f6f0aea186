//! What is written on the cards whose contents lie.

use mynumber_applet::content::{Attributes, AttributesRepr};
use mynumber_applet::{FileId, KeyId};

use crate::image::{FileContents, Image, PrivateKey};

const CERTIFICATES: [FileId; 2] = [FileId::SignatureCertificate, FileId::UserAuthenticationCertificate];

fn edit(image: &mut Image, file: FileId, change: impl Fn(&mut Vec<u8>)) {
    if let Some(FileContents::Bytes(bytes)) = image.files.get_mut(&file) {
        change(bytes);
    }
}

pub(super) fn certificate_with_tail(image: &mut Image) {
    for file in CERTIFICATES {
        edit(image, file, |bytes| bytes.extend([0x04, 0x02, 0x41, 0x41]));
    }
}

pub(super) fn two_certificates(image: &mut Image) {
    for file in CERTIFICATES {
        edit(image, file, |bytes| bytes.extend_from_within(..));
    }
}

/// SET in the place of SEQUENCE.
pub(super) fn certificate_of_another_tag(image: &mut Image) {
    for file in CERTIFICATES {
        edit(image, file, |bytes| {
            if let Some(tag) = bytes.first_mut() {
                *tag = 0x31;
            }
        });
    }
}

pub(super) fn certificates_swapped(image: &mut Image) {
    let [one, other] = CERTIFICATES.map(|file| image.files.remove(&file));
    let [signature, authentication] = CERTIFICATES;
    if let Some(contents) = one {
        image.files.insert(authentication, contents);
    }
    if let Some(contents) = other {
        image.files.insert(signature, contents);
    }
}

pub(super) fn keys_swapped(image: &mut Image) {
    let (signature, authentication) =
        (image.keys.remove(&KeyId::Signature), image.keys.remove(&KeyId::UserAuthentication));
    let mut put = |id, key: Option<PrivateKey>| {
        if let Some(key) = key {
            image.keys.insert(id, key);
        }
    };
    put(KeyId::UserAuthentication, signature);
    put(KeyId::Signature, authentication);
}

pub(super) fn both_swapped(image: &mut Image) {
    certificates_swapped(image);
    keys_swapped(image);
}

/// The attributes with another name, written as personalisation writes them.
fn rename(image: &mut Image, name: &str, patch: impl Fn(&mut [u8])) {
    edit(image, FileId::Attributes, |bytes| {
        let Ok(repr) = Attributes::parse(bytes).and_then(|read| read.to_repr()) else { return };
        let mut buffer = vec![0; name.len().saturating_add(bytes.len()).saturating_add(64)];
        let Ok(emitted) = AttributesRepr { name, ..repr }.emit(&mut buffer).map(<[u8]>::to_vec) else {
            return;
        };
        *bytes = emitted;
        let found = bytes.windows(name.len()).position(|window| window == name.as_bytes());
        let range = found.map(|at| at..at.saturating_add(name.len()));
        if let Some(written) = range.and_then(|range| bytes.get_mut(range)) {
            patch(written);
        }
    });
}

/// A lead byte of a three-byte sequence with nothing after it, a stray continuation, and a byte that UTF-8 has not.
pub(super) fn name_not_utf8(image: &mut Image) {
    rename(image, "BAD NAME", |written| {
        for (to, from) in written.iter_mut().zip([0xE8, 0xA9, b' ', 0x80, 0xFF]) {
            *to = from;
        }
    });
}

pub(super) fn name_with_nul(image: &mut Image) {
    rename(image, "試験\0太郎", |_| ());
}

/// Sets the title, clears the screen, and goes back over what was printed.
pub(super) const ESCAPES: &str = "\x1b]0;owned\x07\x1b[2J\x1b[1A\r\u{9b}31mowned";

pub(super) fn name_with_escapes(image: &mut Image) {
    rename(image, ESCAPES, |_| ());
}

pub(super) fn name_reversed(image: &mut Image) {
    rename(image, "試験\u{202E}郎太\u{2066}", |_| ());
}

pub(super) fn name_of_4_kib(image: &mut Image) {
    rename(image, &"A".repeat(4096), |_| ());
}

/// The label is the first field, 32 bytes (CARD.md §2.1).
pub(super) fn token_with_escapes(image: &mut Image) {
    edit(image, FileId::TokenInfo, |bytes| {
        let label = ESCAPES.bytes().chain(std::iter::repeat(b' '));
        for (to, from) in bytes.iter_mut().take(32).zip(label) {
            *to = from;
        }
    });
}
